#pragma once

#include <optional>
#include <string_view>

#include "core/workflow/task.hpp"

namespace holdfast::workflow {

/// Reads a task's body that has the form in which this project writes it: members by name, no white
/// space, no escapes. Nothing where it has another form, or a member that is not known here: then
/// parse_task() reads it as any JSON. What is read is what that would have read.
/// Cost  one pass over the text; about a tenth of reading it as any JSON.
[[nodiscard]] std::optional<Task> scan_task(std::string_view text);

}  // namespace holdfast::workflow
