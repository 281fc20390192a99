#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "server/admin/yaml/yaml_tree.hpp"

namespace holdfast::admin {

/// A YAML value as JSON that remembers its lines.
///
/// Unquoted `true`, `false` and whole numbers are what they look like, as in JSON; everything else
/// is a text ("1.5" too, which is how definitions write decimal numbers). A key without a value is
/// left out.
struct LinedJson {
    std::string text{};
    /// By JSON pointer without the first slash: "components/3/show". "" is the whole.
    std::map<std::string, std::size_t, std::less<>> lines{};

    /// The line of a place, or of the nearest place around it that is in the file.
    [[nodiscard]] std::size_t line_of(std::string_view path) const;
};

[[nodiscard]] LinedJson to_json(const YamlNode& node);

}  // namespace holdfast::admin
