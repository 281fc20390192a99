#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Plays a scenario of tests/scenarios/workflow on the server: rows in SQLite, services::Executor
/// with its queue of routines, and jq.
namespace holdfast::workflow::scenario {

struct ServerReport {
    std::string left_out{};  ///< why the file cannot be played here, as it says itself
    std::size_t played = 0;  ///< steps
    std::vector<std::string> failures{};
};

[[nodiscard]] ServerReport play_on_server(std::string_view scenario, std::string_view bundle_text);

}  // namespace holdfast::workflow::scenario
