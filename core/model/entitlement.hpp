#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/body.hpp"
#include "core/model/world.hpp"

/// Offline Mode as an organization has it (OM14): requested by its administrator, granted and
/// configured by the operator of the platform.
///
///     none ──▶ requested ──▶ granted ──▶ withdrawn ──▶ requested …
///       └────────────────────▶ granted        └──────▶ granted
namespace holdfast::body {

enum class EntitlementState : std::uint8_t { none, requested, granted, withdrawn };

/// Names as in app/src/bridge/types.ts and in the row.
[[nodiscard]] std::string_view entitlement_state_name(EntitlementState state);

/// The row of kind `entitlement`. Of every number 0 means: no limit of its own.
struct Entitlement {
    EntitlementState state = EntitlementState::none;
    std::string reason{};           ///< of the last request
    Id requested_by{};              ///< its author
    std::int64_t requested_at = 0;  ///< server's clock, Unix milliseconds
    std::int64_t decided_at = 0;    ///< of the last grant or withdrawal
    std::vector<Id> groups{};       ///< whose rows phones are served; empty: all
    std::int64_t attachment_bytes_max = 0;
    std::int64_t devices_max = 0;       ///< phones that one person may be signed in on
    std::int64_t offline_days_max = 0;  ///< that a phone may work without contact
    std::int64_t history_days = 0;      ///< that messages stay on phones (decision 0042)
    bool pin_required = false;
    bool allow_messages = true;        ///< in Offline Mode (OM29)
    bool automatic = false;            ///< OM21
    bool revoked_may_deliver = false;  ///< what a revoked phone saved to a file is taken (OM36)
    [[nodiscard]] bool is_granted() const { return state == EntitlementState::granted; }
    bool operator==(const Entitlement&) const = default;
};

/// As those of body.hpp.
[[nodiscard]] Result<Entitlement> parse_entitlement(std::string_view text);
[[nodiscard]] std::string encode(const Entitlement& value);

/// Where the history window begins at `now`: midnight (UTC), so many days before; what was said
/// before it is not served to phones. 0: there is no window.
[[nodiscard]] WallTime history_begins(const Entitlement& value, WallTime now);

/// What a device is told.
[[nodiscard]] OfflinePolicy policy_of(const Entitlement& value);

}  // namespace holdfast::body

namespace holdfast {

/// What the organization has. Where it has no such row yet, what stands in its own row: so it was
/// written before there was an entitlement, and so it stays in force (decision 0035).
/// Errors  storage_corrupt · those of the world.
[[nodiscard]] Result<body::Entitlement> entitlement_of(const World& world, Id organization);

}  // namespace holdfast
