#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/body.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {

/// The forms of the demonstration with what they choose from, as an organization file has them.
[[nodiscard]] std::string_view demo_forms_file();

/// Writes them, and so many assets: machines at the places of the file.
/// @returns the sites, by their codes, for channels and people to carry.
[[nodiscard]] Result<std::map<std::string, body::HeldElement>> make_demo_forms(
    Founder& founder, storage::Storage& storage, std::size_t assets);

}  // namespace holdfast::admin
