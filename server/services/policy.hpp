#pragma once

#include <string>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/body.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// What the organization has been granted of Offline Mode (OM14); nothing where it has no row.
[[nodiscard]] Result<body::OfflinePolicy> read_policy(storage::Storage& storage, Id organization);

/// {"granted":true,"automatic":false,"allow_messages":true}: in Welcome and in the answer to a
/// sign-in.
[[nodiscard]] std::string encode_policy(const body::OfflinePolicy& policy);

}  // namespace holdfast::services
