#pragma once

#include <string>

#include "core/base/result.hpp"
#include "server/admin/yaml/problem.hpp"

/// Files that people write, and what is wrong with them.
namespace holdfast::cli {

/// The file's text.  Errors  `otherwise`: there is none, or it cannot be read.
[[nodiscard]] Result<std::string> read_text(const std::string& path, ErrorCode otherwise);

/// Prints each as `file:line: text`. Returns whether anything was printed.
bool print_problems(const admin::Problems& problems, const std::string& file);

/// Prints problems and the error; the problems were told one by one, so what is left to say is the
/// code. Returns the exit code.
int report_file(Error error, const admin::Problems& problems, const std::string& file);

}  // namespace holdfast::cli
