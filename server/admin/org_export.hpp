#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

/// The organization as a file: without passwords and messages. Applied where it came from it
/// changes nothing.
///
/// @param code  empty: the only organization of the server.
/// Errors       request_not_found where there is no such organization, or no only one · storage's.
[[nodiscard]] Result<std::string> export_organization(storage::Storage& storage,
                                                      std::string_view code);

}  // namespace holdfast::admin
