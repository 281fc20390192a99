#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace holdfast::admin {

/// Something wrong in a file that a person wrote, in words for that person.
struct Problem {
    std::size_t line = 0;  ///< the first is 1
    std::string text;
    std::string file{};  ///< where two files are read together
};

using Problems = std::vector<Problem>;

/// Problems kept for one file; what is wrong beyond them is not listed.
inline constexpr std::size_t problems_max = 100;

void add_problem(Problems& problems, std::size_t line, std::string text, std::string file = {});

/// All of them as one error, sorted by line: the parameters hold the first line, the detail all
/// lines.
[[nodiscard]] Error as_error(ErrorCode code, Problems& problems);

/// `; did you mean "roles"?`, or nothing where no candidate is near.
[[nodiscard]] std::string suggest(std::string_view wrong,
                                  const std::vector<std::string_view>& candidates);

/// The text in quotes, shortened, without control characters: fit for a message.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace holdfast::admin
