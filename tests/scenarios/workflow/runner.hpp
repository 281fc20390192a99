#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Runs one scenario: a file under cases/ over definitions of examples/workflows. The same program
/// runs natively and in WebAssembly; `output` must not differ by a byte.
namespace holdfast::workflow::scenario {

struct Bundle;

struct Report {
    std::string output{};                 ///< everything that the steps answered, as JSON
    std::vector<std::string> failures{};  ///< where an answer is not what the scenario expects
};

/// README.md beside this file describes the format.
[[nodiscard]] Report run_scenario(std::string_view scenario, std::string_view bundle);

/// The file of examples/workflows that a scenario is played with; empty: it cannot be read.
[[nodiscard]] std::string bundle_of(std::string_view scenario);

/// Makes the changes that a scenario has for its bundle: `flow` and `routines`.
void change_bundle(std::string_view scenario, Bundle& bundle);

}  // namespace holdfast::workflow::scenario
