#pragma once

#include <string>
#include <string_view>

/// Runs a file of tests/scenarios/forms, natively and in the browser's build alike.
namespace holdfast::forms::corpus {

/// The file's cases, each judged as the device judges it and as the server does. `world` is the
/// text of world.json. Returns one JSON line for each case, its members in order of name:
/// {"case": sentence, "result": {...}} and, where the result is not what the case expects,
/// "expected" with what it says. A file that cannot be read gives one line {"unreadable": why}.
[[nodiscard]] std::string run_file(std::string_view world, std::string_view file);

}  // namespace holdfast::forms::corpus
