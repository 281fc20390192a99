#pragma once

#include <string>

#include "core/workflow/definition.hpp"

/// The picture of a state machine.
namespace holdfast::workflow {

/// SVG of a workflow: states in columns by their distance from the initial one, transitions as
/// arrows (dashed: by routine or program only; with the form's code where one is answered). The
/// same definition gives the same bytes. States that cannot be reached stand in the last column.
/// Cost  states and transitions.
[[nodiscard]] std::string draw(const Workflow& workflow);

}  // namespace holdfast::workflow
