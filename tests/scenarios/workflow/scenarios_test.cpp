// OM25 OM26 OM27 OM28 OM32 OM33 OM34: every row of the conflict table, every rule of the order of
// effects, and every decision on what the product's documentation leaves open, as a file in cases/.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/workflow/reading.hpp"
#include "tests/scenarios/workflow/case_files.hpp"
#include "tests/scenarios/workflow/runner.hpp"
#include "tests/scenarios/workflow/world.hpp"

namespace holdfast::workflow::scenario {
namespace {

constexpr const char* cases = "tests/scenarios/workflow/cases";
constexpr const char* bundles = "examples/workflows";

TEST(WorkflowScenarios, each_file_answers_as_it_says) {
    const auto paths = files(cases);
    ASSERT_GE(paths.size(), 30U);
    for (const auto& path : paths) {
        const std::string text = read(path);
        const std::string bundle = std::string(bundles) + "/" + bundle_of(text) + ".json";
        const Report report = run_scenario(text, read(bundle));
        for (const std::string& failure : report.failures) {
            ADD_FAILURE() << path.filename() << ": " << failure;
        }
        EXPECT_NE(report.output, "[]") << path;
    }
}

TEST(WorkflowScenarios, a_wrong_expectation_is_noticed) {
    const std::string text = R"({"bundle":"task_manager","steps":[{"do":"check","expect":[{}]}]})";
    const Report report = run_scenario(text, read(std::string(bundles) + "/task_manager.json"));
    EXPECT_EQ(report.failures.size(), 1U);
}

TEST(WorkflowScenarios, every_row_of_the_conflict_table_has_one) {
    std::string all;
    for (const auto& path : files(cases)) {
        all += read(path);
    }
    for (const ConflictRow& row : conflict::rows) {
        EXPECT_NE(all.find("\"situation\": \"" + std::string(row.name) + "\""), std::string::npos)
            << row.name;
    }
}

TEST(WorkflowExamples, the_sample_workflows_pass_all_checks) {
    const auto paths = files(bundles);
    ASSERT_EQ(paths.size(), 3U);
    for (const auto& path : paths) {
        const Result<Bundle> bundle = parse_bundle(read(path));
        ASSERT_TRUE(bundle) << path << bundle.error().detail;
        const World world(*bundle);
        std::vector<Problem> problems = check_task_group(bundle->group, world);
        for (const auto& [code, workflow] : bundle->workflows) {
            std::ranges::copy(check_workflow(workflow, bundle->group.flow, world),
                              std::back_inserter(problems));
        }
        for (const auto& [code, routine] : bundle->routines) {
            std::ranges::copy(check_routine(routine), std::back_inserter(problems));
        }
        for (const Problem& problem : problems) {
            ADD_FAILURE() << path << problem.at << " " << error_name(problem.code) << " "
                          << problem.name;
        }
    }
}

}  // namespace
}  // namespace holdfast::workflow::scenario
