#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The bodies of workflows, as body.hpp. Tasks and their history have theirs in
/// core/workflow/task.hpp.
namespace holdfast::body {

/// How a workflow group works: with the group's id, in the group's bucket. It finds by their codes
/// what definitions name, so that the rules get along with point reads.
struct TaskGroup {
    std::string definition = "{}";        ///< JSON of core/workflow/definition.hpp
    std::map<std::string, Id> forms;      ///< code → form, of each that a workflow names
    std::map<std::string, Id> workflows;  ///< code → row of each workflow of the group
    bool operator==(const TaskGroup&) const = default;
};

struct Workflow {
    std::string definition = "{}";  ///< JSON of core/workflow/definition.hpp
    bool operator==(const Workflow&) const = default;
};

/// A view of a group's tasks that was saved: its author's alone in the author's own bucket, shared
/// in the group's.
struct TaskView {
    Id group{};
    Id author{};                    ///< who saved it last
    std::string definition = "{}";  ///< JSON of workflow::View, with its name
    bool operator==(const TaskView&) const = default;
};

[[nodiscard]] Result<TaskGroup> parse_task_group(std::string_view text);
[[nodiscard]] Result<Workflow> parse_workflow(std::string_view text);
[[nodiscard]] Result<TaskView> parse_task_view(std::string_view text);
[[nodiscard]] std::string encode(const TaskGroup& value);
[[nodiscard]] std::string encode(const Workflow& value);
[[nodiscard]] std::string encode(const TaskView& value);

}  // namespace holdfast::body
