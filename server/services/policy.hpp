#pragma once

#include <string>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/body.hpp"
#include "core/model/entitlement.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// What the organization has of Offline Mode (OM14); nothing where there is no organization.
[[nodiscard]] Result<body::Entitlement> read_entitlement(storage::Storage& storage,
                                                         Id organization);

/// The same as a device is told it.
[[nodiscard]] Result<body::OfflinePolicy> read_policy(storage::Storage& storage, Id organization);

/// {"granted":true,"automatic":false,"allow_messages":true}, and behind them what differs from
/// its default: in Welcome and in the answer to a sign-in.
[[nodiscard]] std::string encode_policy(const body::OfflinePolicy& policy);

}  // namespace holdfast::services
