#pragma once

#include "server/admin/org_file.hpp"

/// How the entries of the sections `workflows` and `routines` are read, and the key `tasks` of a
/// group. Inside server/admin only.
namespace holdfast::admin {

/// All keys are the definition's (docs/internals/workflow.md), but `group`, which is the address of
/// a group of the file.
[[nodiscard]] WorkflowEntry read_workflow(const YamlNode& node, Problems& problems);

/// The definition, right in itself: every expression is one, every stage is carried out by this
/// server. Numbers and truths may stand as inputs as they are.
[[nodiscard]] RoutineEntry read_routine(const YamlNode& node, Problems& problems);

[[nodiscard]] TasksEntry read_tasks(const YamlNode& node, Problems& problems);

/// A problem of a definition, in words, at its line.
/// @param what  "workflow \"repair\"".
void add_workflow_problem(const std::string& what,
                          const workflow::Problem& found,
                          const LinedJson& source,
                          Problems& problems);

}  // namespace holdfast::admin
