#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/yaml/problem.hpp"

namespace holdfast::admin {

/// A YAML document as a tree that knows its lines. What files of ours have no use for is refused
/// instead of understood: anchors and aliases (which make a small file huge), keys that are no
/// texts, keys given twice, several documents.
struct YamlNode {
    enum class Kind { null, scalar, list, map };
    struct Key {
        std::string text;
        std::size_t line = 0;
    };

    Kind kind = Kind::null;
    std::size_t line = 0;
    bool quoted = false;            ///< scalar
    std::string text{};             ///< scalar
    std::vector<Key> keys{};        ///< map: keys[i] is the key of items[i]
    std::vector<YamlNode> items{};  ///< list and map
};

inline constexpr std::size_t yaml_bytes_max = 16UL * 1024 * 1024;
inline constexpr std::size_t yaml_depth_max = 32;
inline constexpr std::size_t yaml_nodes_max = 2'000'000;

/// The document in `text`; a null node where there is none or where it is refused, with what is
/// wrong in `problems`. Never throws.
[[nodiscard]] YamlNode parse_yaml(std::string_view text, Problems& problems);

}  // namespace holdfast::admin
