#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/zones/time_zone.hpp"
#include "server/admin/time_format.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/admin/yaml/yaml_map.hpp"

/// How a table becomes groups, channels or tasks, and messages: docs/guide/organization-file.md.
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

/// What a component of a form is answered with.
struct AnswerRule {
    Text component;
    std::vector<Template> texts;  ///< several choices, a choice by its levels, or two coordinates
};
using AnswerRules = std::optional<std::vector<AnswerRule>>;  ///< nothing: the form is left out

/// A change of a task's state.
struct StepRule {
    struct Only {
        Text column;
        std::vector<std::string> values;
    };
    Text state;
    std::vector<Only> only;  ///< each has to hold; none: where `at` has a time
    std::vector<Text> at;    ///< columns; the first that is not empty
    AnswerRules answers;     ///< to the form of the transition
};

/// A row is a task of a workflow group that is there.
struct TaskRule {
    std::string workflow;  ///< code; empty: the group has only one
    Template name;
    std::vector<Text> created;         ///< columns; the first that is not empty
    std::vector<Text> due;             ///< the same; may be empty
    std::optional<Template> assignee;  ///< e-mail; empty text: the author
    std::vector<Template> statuses;    ///< elements by name or code; empty text: none
    AnswerRules answers;               ///< to the start form
    std::vector<StepRule> steps;
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
    Template channel_name;  ///< where rows are channels
    bool writable = true;
    std::optional<TaskRule> task;  ///< where rows are tasks
    std::vector<MessageRule>
        messages;  ///< of a task at most messages_max, of a channel at least one
};

/// Reads a map. Never throws; what is wrong is in `problems`, which stays empty for a good one.
[[nodiscard]] ImportMap read_import_map(std::string_view text,
                                        const std::string& file,
                                        Problems& problems);

}  // namespace holdfast::admin
