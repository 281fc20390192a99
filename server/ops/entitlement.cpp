#include "server/ops/entitlement.hpp"

#include <algorithm>
#include <utility>

#include "core/model/facts.hpp"
#include "server/services/policy.hpp"
#include "server/services/server_world.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::ops {
namespace {

Result<Id> find_organization(storage::Storage& storage, std::string_view code) {
    HF_TRY(const auto all, storage.organizations());
    const auto found = std::ranges::find(all, code, &storage::OrganizationRecord::code);
    if (found == all.end()) {
        return fail(ErrorCode::tool_not_found, "no organization " + std::string(code));
    }
    return found->id;
}

/// The group, and what it stands below.
Result<> add_with_parents(const World& world, Id group, std::vector<Id>& groups) {
    if (!group || std::ranges::find(groups, group) != groups.end()) {
        return {};
    }
    groups.push_back(group);
    HF_TRY(const auto known, facts::group(world, group));
    if (known) {
        HF_CHECK(add_with_parents(world, known->value.parent, groups));
        HF_CHECK(add_with_parents(world, known->value.category, groups));
    }
    return {};
}

Result<std::vector<Id>> groups_of(const World& world, const std::vector<std::string>& codes) {
    std::vector<Id> groups;
    for (const std::string& code : codes) {
        HF_TRY(const auto id, world.group_of_code(code));
        if (!id) {
            return fail(ErrorCode::tool_not_found, "no group " + code);
        }
        HF_CHECK(add_with_parents(world, *id, groups));
    }
    return groups;
}

template <class T>
void take(const std::optional<T>& wanted, T& out) {
    if (wanted) {
        out = *wanted;
    }
}

Result<> write(storage::Storage& storage, Id organization, const body::Entitlement& value) {
    HF_TRY(const BucketId directory, services::ServerWorld(storage, organization).directory());
    const RowChange change{.key = {directory, RowKind::entitlement, organization},
                           .body = body::encode(value)};
    HF_CHECK(storage.write_rows({&change, 1}));
    return {};
}

}  // namespace

Result<body::Entitlement> show_entitlement(storage::Storage& storage,
                                           std::string_view organization) {
    HF_TRY(const Id id, find_organization(storage, organization));
    return services::read_entitlement(storage, id);
}

Result<body::Entitlement> grant_entitlement(storage::Storage& storage,
                                            std::string_view organization,
                                            const Terms& terms,
                                            WallTime now) {
    return storage::transact(storage, [&]() -> Result<body::Entitlement> {
        HF_TRY(const Id id, find_organization(storage, organization));
        HF_TRY(body::Entitlement value, services::read_entitlement(storage, id));
        value.state = body::EntitlementState::granted;
        value.decided_at = now.ms;
        if (terms.groups) {
            HF_TRY(value.groups, groups_of(services::ServerWorld(storage, id), *terms.groups));
        }
        take(terms.attachment_bytes_max, value.attachment_bytes_max);
        take(terms.devices_max, value.devices_max);
        take(terms.offline_days_max, value.offline_days_max);
        take(terms.history_days, value.history_days);
        take(terms.pin_required, value.pin_required);
        take(terms.allow_messages, value.allow_messages);
        take(terms.automatic, value.automatic);
        take(terms.revoked_may_deliver, value.revoked_may_deliver);
        HF_CHECK(write(storage, id, value));
        return value;
    });
}

Result<body::Entitlement> withdraw_entitlement(storage::Storage& storage,
                                               std::string_view organization,
                                               WallTime now) {
    return storage::transact(storage, [&]() -> Result<body::Entitlement> {
        HF_TRY(const Id id, find_organization(storage, organization));
        HF_TRY(body::Entitlement value, services::read_entitlement(storage, id));
        if (!value.is_granted()) {
            return fail(ErrorCode::tool_not_found, "it is not granted");
        }
        value.state = body::EntitlementState::withdrawn;
        value.decided_at = now.ms;
        HF_CHECK(write(storage, id, value));
        return value;
    });
}

}  // namespace holdfast::ops
