#include "core/rules/entitlement.hpp"

#include <string>
#include <utility>

#include "core/model/args.hpp"
#include "core/model/entitlement.hpp"
#include "core/model/facts.hpp"
#include "core/model/limits.hpp"
#include "core/model/text.hpp"

namespace holdfast::rules {

Result<> may_request_entitlement(const World& world, Id user, Id organization) {
    HF_CHECK(facts::writing_user(world, user));
    HF_TRY(const Permissions held, permissions_of(world, user));
    if (!held.contains(permission::admin)) {
        return fail(ErrorCode::access_forbidden, "no administrator");
    }
    HF_TRY(const body::Entitlement known, entitlement_of(world, organization));
    return known.is_granted() ? fail(ErrorCode::entitlement_granted) : Result<>{};
}

Result<Effects> request_entitlement(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::EntitlementRequest wanted, args::parse_entitlement_request(intent.args));
    HF_CHECK(may_request_entitlement(world, occasion.user, occasion.organization));
    HF_TRY(body::Entitlement entitlement, entitlement_of(world, occasion.organization));
    HF_TRY(entitlement.reason, take_text(wanted.reason, limits::reason_bytes_max));
    entitlement.state = body::EntitlementState::requested;
    entitlement.requested_by = occasion.user;
    entitlement.requested_at = occasion.now.ms;
    HF_TRY(const BucketId directory, world.directory());
    Effects effects;
    effects.rows.push_back({.key = {directory, RowKind::entitlement, occasion.organization},
                            .body = body::encode(entitlement)});
    return effects;
}

}  // namespace holdfast::rules
