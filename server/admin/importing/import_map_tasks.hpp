#pragma once

#include <string_view>
#include <vector>

#include "server/admin/importing/import_map.hpp"
#include "server/admin/yaml/yaml_map.hpp"

/// The part of an import map that makes tasks of rows. For import_map.cpp only.
namespace holdfast::admin {

[[nodiscard]] TaskRule read_import_task(const YamlNode& node, Problems& problems);

/// A column, or a list of them: the first that is not empty counts. Empty where the key is absent.
[[nodiscard]] std::vector<Text> read_columns(YamlMap& map, std::string_view key);

}  // namespace holdfast::admin
