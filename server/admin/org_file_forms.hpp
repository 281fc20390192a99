#pragma once

#include "server/admin/org_file.hpp"

/// How the entries of the sections `collections` and `forms` are read. Inside server/admin only.
namespace holdfast::admin {

[[nodiscard]] CollectionEntry read_collection(const YamlNode& node, Problems& problems);

/// `active` and `version` are the file's; all other keys are the definition, and it must be right
/// in itself. What it refers to is for org_check.hpp.
[[nodiscard]] FormEntry read_form(const YamlNode& node, Problems& problems);

}  // namespace holdfast::admin
