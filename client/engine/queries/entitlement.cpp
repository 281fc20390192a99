#include "core/model/entitlement.hpp"

#include <nlohmann/json.hpp>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/rules/entitlement.hpp"

namespace holdfast::client::snapshots {
namespace {

Json or_null(std::int64_t value) {
    return value == 0 ? Json(nullptr) : Json(value);
}

}  // namespace

/// For administrators alone: others are told nothing of what they do not have (OM14).
Result<Json> entitlement(View& view) {
    const std::optional<Account>& account = view.account();
    if (!account) {
        return Json(nullptr);
    }
    HF_TRY(const Permissions held, permissions_of(view, account->user));
    if (!held.contains(permission::admin)) {
        return Json(nullptr);
    }
    HF_TRY(const body::Entitlement value, entitlement_of(view, account->organization));
    const auto may = rules::may_request_entitlement(view, account->user, account->organization);
    return Json{
        {"state", body::entitlement_state_name(value.state)},
        {"request_reason", value.reason},
        {"requested_at", or_null(value.requested_at)},
        {"decided_at", or_null(value.decided_at)},
        {"groups", or_null(static_cast<std::int64_t>(value.groups.size()))},
        {"attachment_bytes_max", or_null(value.attachment_bytes_max)},
        {"devices_max", or_null(value.devices_max)},
        {"offline_days_max", or_null(value.offline_days_max)},
        {"history_days", or_null(value.history_days)},
        {"pin_required", value.pin_required},
        {"allow_messages", value.allow_messages},
        {"automatic", value.automatic},
        {"revoked_may_deliver", value.revoked_may_deliver},
        {"request",
         cards::permission(cards::reason_against(view, IntentKind::entitlement_request, may))}};
}

}  // namespace holdfast::client::snapshots
