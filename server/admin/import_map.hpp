#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/admin/time_format.hpp"
#include "server/admin/time_zone.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/admin/yaml/yaml_map.hpp"

/// How a table becomes groups, channels and messages: docs/guide/organization-file.md.
namespace holdfast::admin {

/// A text with columns in it: "{Complaint Type}: {Descriptor}". What stands in square brackets goes
/// away with a column in it that is empty: "{Street}[, {City}]". "{{" and "[[" stand for
/// themselves.
class Template {
public:
    Template() = default;
    [[nodiscard]] static Template parse(const Text& text, Problems& problems);

    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
    [[nodiscard]] std::size_t line() const { return line_; }
    /// @param values  of columns(), in their order.
    [[nodiscard]] std::string render(const std::vector<std::string_view>& values) const;

private:
    struct Part {
        std::string text{};
        std::size_t column = 0;  ///< where `is_column`
        bool is_column = false;
        bool optional = false;  ///< inside square brackets
    };

    std::vector<Part> parts_;
    std::vector<std::string> columns_;
    std::size_t line_ = 0;
};

struct MessageRule {
    Template text;
    std::vector<Text> at;  ///< columns; the first that is not empty
};

struct ImportMap {
    std::string file;          ///< what messages call the map
    std::string organization;  ///< a code; empty: the only organization
    Text name;                 ///< of the import: part of the channels' codes
    Text key;                  ///< column
    TimeFormat format;
    TimeZone zone;
    Text author;  ///< e-mail, lower case
    std::string author_name;
    Template group_code;
    Template group_name;
    std::map<std::string, std::string> group_names;  ///< rendered name → name shown
    std::string icon;
    std::string color;
    Template channel_name;
    bool writable = true;
    std::vector<MessageRule> messages;
};

/// Reads a map. Never throws; what is wrong is in `problems`, which stays empty for a good one.
[[nodiscard]] ImportMap read_import_map(std::string_view text,
                                        const std::string& file,
                                        Problems& problems);

}  // namespace holdfast::admin
