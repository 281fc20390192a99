#include "core/model/entitlement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/model/facts.hpp"
#include "core/model/json.hpp"

namespace holdfast::body {

namespace {

constexpr std::array<std::string_view, 4> states{"none", "requested", "granted", "withdrawn"};

void take_state(const std::string& name, json::Reader& reader, EntitlementState& out) {
    if (name.empty()) {
        return;
    }
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i] == name) {
            out = static_cast<EntitlementState>(i);
            return;
        }
    }
    reader.refuse("state");
}

}  // namespace

std::string_view entitlement_state_name(EntitlementState state) {
    return states[static_cast<std::size_t>(state)];
}

Result<Entitlement> parse_entitlement(std::string_view text) {
    Entitlement value;
    std::string state;
    json::Reader reader(text);
    reader.read("state", state)
        .read("reason", value.reason)
        .read("requested_by", value.requested_by)
        .read("requested_at", value.requested_at)
        .read("decided_at", value.decided_at)
        .read("groups", value.groups)
        .read("attachment_bytes_max", value.attachment_bytes_max)
        .read("devices_max", value.devices_max)
        .read("offline_days_max", value.offline_days_max)
        .read("history_days", value.history_days)
        .read("pin_required", value.pin_required)
        .read("allow_messages", value.allow_messages)
        .read("automatic", value.automatic)
        .read("revoked_may_deliver", value.revoked_may_deliver);
    take_state(state, reader, value.state);
    return json::finish(reader, std::move(value));
}

std::string encode(const Entitlement& value) {
    return json::Writer{}
        .write("state", std::string(entitlement_state_name(value.state)))
        .write("reason", value.reason)
        .write("requested_by", value.requested_by)
        .write("requested_at", value.requested_at)
        .write("decided_at", value.decided_at)
        .write("groups", value.groups)
        .write("attachment_bytes_max", value.attachment_bytes_max)
        .write("devices_max", value.devices_max)
        .write("offline_days_max", value.offline_days_max)
        .write("history_days", value.history_days)
        .write("pin_required", value.pin_required, false)
        .write("allow_messages", value.allow_messages, true)
        .write("automatic", value.automatic, false)
        .write("revoked_may_deliver", value.revoked_may_deliver, false)
        .text();
}

WallTime history_begins(const Entitlement& value, WallTime now) {
    constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
    if (!value.is_granted() || value.history_days <= 0) {
        return {};
    }
    const std::int64_t today = now.ms - now.ms % day_ms;
    return {std::max<std::int64_t>(today - value.history_days * day_ms, 0)};
}

OfflinePolicy policy_of(const Entitlement& value) {
    return {.granted = value.is_granted(),
            .automatic = value.automatic,
            .allow_messages = value.allow_messages,
            .withdrawn = value.state == EntitlementState::withdrawn,
            .pin_required = value.pin_required,
            .offline_days_max = value.offline_days_max,
            .attachment_bytes_max = value.attachment_bytes_max};
}

}  // namespace holdfast::body

namespace holdfast {

Result<body::Entitlement> entitlement_of(const World& world, Id organization) {
    HF_TRY(const BucketId directory, world.directory());
    HF_TRY(
        auto known,
        facts::find(
            world, RowKey{directory, RowKind::entitlement, organization}, body::parse_entitlement));
    if (known) {
        return std::move(known->value);
    }
    HF_TRY(const auto owner,
           facts::find(world,
                       RowKey{directory, RowKind::organization, organization},
                       body::parse_organization));
    body::Entitlement before;
    if (owner) {
        const body::OfflinePolicy& offline = owner->value.offline;
        before.state =
            offline.granted ? body::EntitlementState::granted : body::EntitlementState::none;
        before.automatic = offline.automatic;
        before.allow_messages = offline.allow_messages;
    }
    return before;
}

}  // namespace holdfast
