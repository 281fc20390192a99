#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/entitlement.hpp"
#include "server/storage/common/storage.hpp"

/// What an organization has of Offline Mode, for the operator who grants it (OM14).
namespace holdfast::ops {

/// What a grant sets; what is absent stays as it is.
struct Terms {
    std::optional<std::vector<std::string>> groups{};  ///< codes; none: all groups
    std::optional<std::int64_t> attachment_bytes_max{};
    std::optional<std::int64_t> devices_max{};
    std::optional<std::int64_t> offline_days_max{};
    std::optional<std::int64_t> history_days{};
    std::optional<bool> pin_required{};
    std::optional<bool> allow_messages{};
    std::optional<bool> automatic{};
    std::optional<bool> revoked_may_deliver{};
};

/// Of the organization of this code.  Errors  tool_not_found · those of storage.
[[nodiscard]] Result<body::Entitlement> show_entitlement(storage::Storage& storage,
                                                         std::string_view organization);

/// Grants, or sets what is granted already. The categories and the parents of the groups that are
/// named come with them. A server that is running tells its devices within a second.
/// Errors  tool_not_found: no such organization or group · those of storage.
[[nodiscard]] Result<body::Entitlement> grant_entitlement(storage::Storage& storage,
                                                          std::string_view organization,
                                                          const Terms& terms,
                                                          WallTime now);

/// Takes it back: devices delete what they keep at the next contact; what waits on them is still
/// taken. The terms stay, for the next grant.
/// Errors  tool_not_found: no such organization, or it is not granted · those of storage.
[[nodiscard]] Result<body::Entitlement> withdraw_entitlement(storage::Storage& storage,
                                                             std::string_view organization,
                                                             WallTime now);

}  // namespace holdfast::ops
