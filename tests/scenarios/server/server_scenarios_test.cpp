// OM25 OM26 OM27 OM28 OM32 OM33 OM34: the scenarios of the workflow on the server itself: its
// tables, its executor, its queue of routines, jq. And those of bots, which only a server has.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/scenarios/server/player.hpp"
#include "tests/scenarios/workflow/case_files.hpp"
#include "tests/scenarios/workflow/runner.hpp"

namespace holdfast::workflow::scenario {
namespace {

/// Plays all of a folder; returns how many were.
std::size_t play_all(const char* folder) {
    std::size_t played = 0;
    for (const auto& path : files(folder)) {
        const std::string scenario = read(path);
        const std::string bundle = read("examples/workflows/" + bundle_of(scenario) + ".json");
        const ServerReport report = play_on_server(scenario, bundle);
        for (const std::string& failure : report.failures) {
            ADD_FAILURE() << path.filename() << ": " << failure;
        }
        EXPECT_EQ(report.played > 0, report.left_out.empty())
            << path.filename() << ": not a step of it is the server's; say so in `not_on_server`";
        played += report.played > 0 ? 1 : 0;
    }
    return played;
}

TEST(ServerScenarios, those_of_the_workflow_answer_on_the_server_as_they_say) {
    EXPECT_GE(play_all("tests/scenarios/workflow/cases"), 40U);
}

TEST(ServerScenarios, OM28_those_of_bots_answer_as_they_say) {
    EXPECT_GE(play_all("tests/scenarios/server/cases"), 3U);
}

TEST(ServerScenarios, a_wrong_expectation_is_noticed) {
    std::string scenario = read("tests/scenarios/workflow/cases/effects-manual-change.json");
    const auto at = scenario.find("\"status\": \"applied\"");
    ASSERT_NE(at, std::string::npos);
    scenario.replace(at, 19, "\"status\": \"refused\"");
    const std::string bundle = read("examples/workflows/" + bundle_of(scenario) + ".json");
    EXPECT_EQ(play_on_server(scenario, bundle).failures.size(), 1U);
}

}  // namespace
}  // namespace holdfast::workflow::scenario
