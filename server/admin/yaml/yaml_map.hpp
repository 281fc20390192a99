#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/yaml/yaml_tree.hpp"

namespace holdfast::admin {

/// A text with the line it stands in.
struct Text {
    std::string value{};
    std::size_t line = 0;
};

/// Reads the members of a YAML map. An absent key leaves the value alone; a wrong type, a missing
/// required key and, at finish(), a key that nobody asked for are problems at their lines.
class YamlMap {
public:
    /// @param what  names the thing in messages: "group".
    YamlMap(const YamlNode& node, std::string what, Problems& problems);

    YamlMap& read(std::string_view key, std::optional<Text>& out);
    YamlMap& read(std::string_view key, std::optional<std::string>& out);
    YamlMap& read(std::string_view key, std::optional<bool>& out);
    YamlMap& read(std::string_view key, std::optional<std::int64_t>& out);
    YamlMap& read(std::string_view key, std::optional<std::vector<Text>>& out);
    YamlMap& read(std::string_view key, std::optional<std::vector<std::string>>& out);
    /// A text that has to be there and not be empty.
    YamlMap& require(std::string_view key, Text& out);

    /// The value of a key, of any type; null where absent.
    [[nodiscard]] const YamlNode* find(std::string_view key);
    /// The same where it has to be a list, or a map.
    [[nodiscard]] const YamlNode* find(std::string_view key, YamlNode::Kind kind);
    [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }
    [[nodiscard]] std::size_t line() const { return node_.line; }

    /// Reports the keys that are unknown.
    void finish();

private:
    void missing(std::string_view key);

    const YamlNode& node_;
    std::string what_;
    Problems& problems_;
    std::vector<std::string_view> known_;
};

}  // namespace holdfast::admin
