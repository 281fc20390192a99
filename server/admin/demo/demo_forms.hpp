#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {

/// The forms of the demonstration with what they choose from, as an organization file has them.
[[nodiscard]] std::string_view demo_forms_file();

/// Writes them, and the assets: some hundreds of machines at the places of the file.
[[nodiscard]] Result<> make_demo_forms(Founder& founder, storage::Storage& storage);

}  // namespace holdfast::admin
