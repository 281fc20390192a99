// OM32: a routine's stages take effect once, wherever a run is cut.

#include "core/workflow/journal.hpp"

#include <gtest/gtest.h>

#include "core/workflow/testing/bundles.hpp"
#include "tests/scenarios/workflow/executor.hpp"

namespace holdfast::workflow {
namespace {

Routine routine_of(const std::string& stages, const std::string& more = "") {
    const auto routine =
        parse_routine(R"({"code":"r","start":"a",)" + more + R"("stages":[)" + stages + "]}");
    EXPECT_TRUE(routine);
    return routine.value_or(Routine{});
}

constexpr const char* two_loops =
    R"({"key":"a","kind":"for_each","inputs":{"items":".rows","as":"row"},
        "next":{"STEP":"b","DONE":"end"}},
       {"key":"b","kind":"for_each","inputs":{"items":".row","as":"cell"},
        "next":{"STEP":"c","DONE":"a"}},
       {"key":"c","kind":"post_message","inputs":{"text":".cell"},"next":{"SUCCESS":"b"}},
       {"key":"end","kind":"post_message","inputs":{"text":"\"end\""}})";

/// Runs a routine, evaluating and "sending" what it posts; forgets everything but the journal
/// between two stages.
struct Play {
    std::vector<Entry> journal;
    std::vector<std::string> posted;
    next::Finished finished;

    Play(const Routine& routine, const std::string& trigger) {
        scenario::PathEvaluator evaluator;
        while (true) {
            const Result<Next> next = next_of(routine, journal);
            EXPECT_TRUE(next);
            if (const auto* end = std::get_if<next::Finished>(&*next)) {
                finished = *end;
                return;
            }
            const auto& run = std::get<next::Run>(*next);
            const std::string context = context_of(routine, journal, trigger).value();
            Inputs inputs;
            if (!run.goes_on) {
                const auto evaluated = evaluate_inputs(*run.stage, context, evaluator);
                if (!evaluated) {
                    journal.push_back(done_entry(run, false, {}));
                    continue;
                }
                inputs = *evaluated;
            }
            if (!rule_of(run.stage->kind).flow) {
                posted.push_back(inputs["text"]);
                journal.push_back(done_entry(run, true, "{}"));
                continue;
            }
            const auto entry = flow_entry(routine, journal, run, inputs);
            journal.push_back(entry ? *entry : done_entry(run, false, {}));
            // The journal survives as text.
            journal.back() = parse_entry(encode(journal.back())).value();
        }
    }
};

TEST(Journal, loops_inside_loops_visit_each_item_once) {
    const Play play(routine_of(two_loops), R"({"rows":[["1a","1b"],[],["3a"]]})");
    EXPECT_EQ(play.posted, (std::vector<std::string>{"\"1a\"", "\"1b\"", "\"3a\"", "\"end\""}));
    EXPECT_FALSE(play.finished.failed);
    EXPECT_EQ(play.finished.stage, "end");
}

TEST(Journal, a_switch_takes_the_first_case_that_is_equal_as_json) {
    const Routine routine = routine_of(
        R"({"key":"a","kind":"switch","inputs":{"value":".v","case_a":"1","case_b":"{\"x\":[2]}"},
            "next":{"CASE_A":"one","CASE_B":"two","DEFAULT":"else"}},
           {"key":"one","kind":"post_message","inputs":{"text":"1"}},
           {"key":"two","kind":"post_message","inputs":{"text":"2"}},
           {"key":"else","kind":"post_message","inputs":{"text":"3"}})");
    EXPECT_EQ(Play(routine, R"({"v":1})").posted, std::vector<std::string>{"1"});
    EXPECT_EQ(Play(routine, R"({"v":{"x":[2]}})").posted, std::vector<std::string>{"2"});
    EXPECT_EQ(Play(routine, R"({"v":null})").posted, std::vector<std::string>{"3"});
}

TEST(Journal, a_circle_ends_at_its_limit_and_says_so) {
    const Routine routine = routine_of(
        R"({"key":"a","kind":"post_message","inputs":{"text":"1"},"next":{"SUCCESS":"a"}})",
        R"("max_iterations":7,)");
    const Play play(routine, "{}");
    EXPECT_EQ(play.posted.size(), 7U);
    EXPECT_TRUE(play.finished.failed);
    EXPECT_EQ(play.finished.code, ErrorCode::routine_too_many_stages);
}

TEST(Journal, a_failed_stage_goes_its_own_way_or_fails_the_run) {
    const std::string bad = R"({"key":"a","kind":"post_message","inputs":{"text":"nonsense("})";
    const Play alone(routine_of(bad + "}"), "{}");
    EXPECT_TRUE(alone.finished.failed);
    const Play handled(routine_of(bad + R"(,"next":{"ERROR":"b"}},
                   {"key":"b","kind":"post_message","inputs":{"text":"1"}})"),
                       "{}");
    EXPECT_FALSE(handled.finished.failed);
    EXPECT_EQ(handled.posted, std::vector<std::string>{"1"});
}

TEST(Journal, items_that_are_no_list_are_an_error_of_the_stage) {
    const Routine routine = routine_of(two_loops);
    EXPECT_TRUE(Play(routine, R"({"rows":5})").finished.failed);
    const next::Run run{.stage = &routine.stages[0]};
    const auto wrong = flow_entry(routine, {}, run, {{"items", "5"}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::routine_not_a_list);
}

TEST(Journal, entries_that_the_definition_would_not_have_made_are_refused) {
    const Routine routine = routine_of(two_loops);
    const auto refused = [&](const Entry& entry) {
        const std::vector<Entry> journal{entry};
        const auto next = next_of(routine, journal);
        return !next && next.error().code == ErrorCode::routine_journal_mismatch;
    };
    EXPECT_TRUE(refused({.stage = "b", .outcome = "DONE"}));
    EXPECT_TRUE(refused({.stage = "a", .iteration = 2, .outcome = "DONE"}));
    EXPECT_TRUE(refused({.stage = "a", .outcome = "STEP", .items = 0}));
    EXPECT_FALSE(refused({.stage = "a", .outcome = "DONE", .items = 0}));
}

TEST(Journal, results_and_items_are_in_the_context) {
    const Routine routine = routine_of(two_loops);
    const std::vector<Entry> journal{
        {.stage = "a", .outcome = "STEP", .result = R"([["x"]])", .items = 1},
        {.stage = "b", .outcome = "STEP", .result = R"(["x"])", .items = 1},
        {.stage = "c", .outcome = "SUCCESS", .result = R"({"id":"9"})"}};
    EXPECT_EQ(context_of(routine, journal, R"({"t":1})").value(),
              R"({"cell":"x","results":{"c":{"id":"9"}},"row":["x"],"t":1})");
    EXPECT_FALSE(context_of(routine, journal, "[]"));
}

TEST(Journal, the_key_of_what_leaves_the_server_names_run_stage_and_iteration) {
    const Routine routine = routine_of(two_loops);
    EXPECT_EQ(stage_key(Id{7}, {.stage = &routine.stages[2], .iteration = 3}), "7/c/3");
}

}  // namespace
}  // namespace holdfast::workflow
