#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/workflow/journal.hpp"

/// A process that evaluates expressions for the server: whatever an expression does, it does it
/// there (docs/decisions/0023). The server writes requests to its standard input and reads answers
/// from its standard output, one after the other; each is four bytes of length, lowest first, and
/// so much text.
namespace holdfast::evaluate {

namespace limits {
inline constexpr std::size_t frame_bytes_max = 4 * 1024 * 1024;  // the process is ended
inline constexpr int cpu_ms_max = 1'000;  // of one request: SIGPROF ends the process
inline constexpr std::size_t memory_bytes_max = 512ULL * 1024 * 1024;  // it ends itself
inline constexpr int niceness = 19;  // people who write to each other go first
}  // namespace limits

/// The expressions of one stage, by input, and what they see.
struct Request {
    std::map<std::string, std::string> expressions{};
    std::string context{};  ///< JSON
};
[[nodiscard]] std::string encode(const Request& value);
[[nodiscard]] Result<Request> parse_request(std::string_view text);

/// All values, or what is wrong with the first that has none ({"input","what"}).
[[nodiscard]] std::string encode(const Result<workflow::Inputs>& answer);
/// Errors  routine_expression · routine_invalid_input · routine_no_evaluator: it is none.
[[nodiscard]] Result<workflow::Inputs> parse_answer(std::string_view text);

/// A frame around it.
[[nodiscard]] std::string framed(std::string_view text);
/// The length that four bytes say.
[[nodiscard]] std::size_t frame_length(std::string_view head);

/// Evaluates a request in this process.
[[nodiscard]] Result<workflow::Inputs> answer(const Request& request,
                                              workflow::Evaluator& evaluator);

/// The whole life of the process: gives up what it does not need (files, environment, children),
/// and serves standard input until it ends. Returns the exit code.
[[nodiscard]] int serve();

}  // namespace holdfast::evaluate
