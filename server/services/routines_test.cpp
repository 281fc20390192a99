// OM28, OM32: runs of routines in the tables: queued with the action that sets them off, carried
// out stage by stage, each once, whenever the server is killed.

#include "server/services/routines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/services/testing/routines_fixture.hpp"

namespace holdfast::services {
namespace {

using storage::RunState;
using testing::must;
using testing::RoutinesTest;

TEST_F(RoutinesTest, a_run_is_queued_with_its_action_and_makes_the_task) {
    define("make", "make", std::string(make_stage) + "," + thank_stage);
    define(
        "welcome", "hello", R"({"key":"hello","kind":"post_message","inputs":{"text":"\"Hi\""}})");
    const Id id = report();
    EXPECT_EQ(run(id).state, RunState::open);
    EXPECT_FALSE(task(id));
    run_all();
    EXPECT_EQ(run(id).state, RunState::done);
    EXPECT_EQ(journal(id), (Lines{"make:SUCCESS", "thank:SUCCESS"}));
    ASSERT_TRUE(task(id));
    EXPECT_EQ(task(id)->name, "Pump drips");
    const Lines said = texts(id);
    EXPECT_EQ(std::ranges::count(said, "Thank you"), 1);
    EXPECT_EQ(std::ranges::count(said, "Hi"), 1) << "the creation has set off its own";
    const auto counters = executor_->routines().counters();
    EXPECT_EQ(counters.stages, 3U);
    EXPECT_EQ(counters.done, 2U);
}

TEST_F(RoutinesTest, a_replay_of_the_action_sets_nothing_off) {
    define("make", "thank", thank_stage);
    const Id id = report();
    run_all();
    counter_ -= 17;
    EXPECT_EQ(report(), id);
    run_all();
    EXPECT_EQ(must(storage_.runs_of(company_.id, std::nullopt, 9)).size(), 1U);
}

TEST_F(RoutinesTest, OM32_a_server_that_is_killed_between_two_stages_goes_on_with_the_next) {
    define("make",
           "each",
           R"({"key":"each","kind":"for_each","inputs":{"items":"[1,2,3]","as":"n"},)"
           R"("next":{"STEP":"say","DONE":"make"}},)"
           R"({"key":"say","kind":"post_message","inputs":{"text":".n"},)"
           R"("next":{"SUCCESS":"each"}},)"
           R"({"key":"make","kind":"create_task","inputs":{"name":".answer.fields.what"}})");
    define(
        "welcome", "hello", R"({"key":"hello","kind":"post_message","inputs":{"text":"\"Hi\""}})");
    const Id id = report();
    int starts = 0;
    do {
        start();
        ++starts;
    } while (turn());
    EXPECT_GE(starts, 9) << "each stage in another life of the server";
    EXPECT_EQ(run(id).state, RunState::done);
    const Lines said = texts(id);
    for (const char* text : {"1", "2", "3", "Hi"}) {
        EXPECT_EQ(std::ranges::count(said, text), 1) << text;
    }
    EXPECT_EQ(company_.bucket(BucketKind::tasks, company_.yard).rows, 1U);
}

TEST_F(RoutinesTest, a_transaction_that_fails_leaves_nothing_and_is_done_again) {
    define("make", "make", std::string(make_stage) + "," + thank_stage);
    define(
        "welcome", "hello", R"({"key":"hello","kind":"post_message","inputs":{"text":"\"Hi\""}})");
    const Id id = report();
    for (int i = 0; i < 5; ++i) {
        storage_.commit_fails = ErrorCode::storage_full;
        turn();
        EXPECT_TRUE(journal(id).empty());
        EXPECT_FALSE(executor_->routines().has_ready());
        storage_.commit_fails.reset();
        environment_.advance(limits::storage_retry);
    }
    storage_.write_fails = [](auto) { return std::optional(ErrorCode::storage_failed); };
    turn();
    storage_.write_fails = nullptr;
    EXPECT_TRUE(journal(id).empty());
    EXPECT_EQ(executor_->routines().in_flight(), 0U) << "others come first";
    pass(limits::storage_retry);
    EXPECT_EQ(journal(id), (Lines{"make:SUCCESS", "thank:SUCCESS"}));
    EXPECT_EQ(texts(id).size(), 4U);  // form, task created, thank you, hi
}

TEST_F(RoutinesTest, a_run_that_fails_leaves_channel_and_answer_and_says_so) {
    define("make",
           "make",
           R"({"key":"make","kind":"create_task","inputs":{"name":".answer.fields.nothing"}})");
    const Id id = report();
    run_all();
    const auto over = run(id);
    EXPECT_EQ(over.state, RunState::failed);
    EXPECT_EQ(over.stage, "make");
    EXPECT_EQ(over.code, ErrorCode::intent_empty);
    EXPECT_FALSE(task(id));
    EXPECT_TRUE(must(storage_.find_row({company_.timeline(id), RowKind::answer, id})));
    ASSERT_EQ(texts(id).size(), 2U);
    EXPECT_NE(texts(id)[1].find("The routine make has failed"), std::string::npos);
    EXPECT_EQ(executor_->routines().counters().failed, 1U);
}

TEST_F(RoutinesTest, an_error_may_lead_on) {
    define("make",
           "make",
           R"({"key":"make","kind":"create_task","inputs":{"name":"nonsense("},)"
           R"("next":{"ERROR":"tell"}},)"
           R"({"key":"tell","kind":"post_message","inputs":{"text":".results.make.error"}})");
    const Id id = report();
    run_all();
    EXPECT_EQ(run(id).state, RunState::done);
    EXPECT_EQ(journal(id), (Lines{"make:ERROR", "tell:SUCCESS"}));
    EXPECT_EQ(must(storage_.run_entries(id))[0].code, ErrorCode::routine_expression);
    EXPECT_EQ(texts(id).back(), "routine.expression");
}

TEST_F(RoutinesTest, a_routine_that_is_not_there_fails_with_that_reason) {
    const Id id = report();
    run_all();
    EXPECT_EQ(run(id).state, RunState::failed);
    EXPECT_EQ(run(id).code, ErrorCode::workflow_unknown_routine);
    EXPECT_EQ(texts(id).size(), 2U);
}

TEST_F(RoutinesTest, a_run_keeps_the_definition_that_it_began_with) {
    define("make",
           "pause",
           R"({"key":"pause","kind":"wait","inputs":{"milliseconds":"60000"},)"
           R"("next":{"SUCCESS":"thank"}},)" +
               std::string(thank_stage));
    const Id id = report();
    run_all();
    define("make", "other", R"({"key":"other","kind":"post_message","inputs":{"text":"\"No\""}})");
    pass(Millis{60'000});
    EXPECT_EQ(journal(id), (Lines{"pause:SUCCESS", "thank:SUCCESS"}));
}

TEST_F(RoutinesTest, a_wait_ends_in_its_time_and_not_before_whoever_is_killed) {
    define("make",
           "pause",
           R"({"key":"pause","kind":"wait","inputs":{"milliseconds":"60000"},)"
           R"("next":{"SUCCESS":"thank"}},)" +
               std::string(thank_stage));
    const Id id = report();
    run_all();
    EXPECT_EQ(executor_->routines().in_flight(), 0U) << "one that waits takes no room";
    EXPECT_TRUE(journal(id).empty());
    pass(Millis{59'000});
    EXPECT_TRUE(journal(id).empty());
    start();
    pass(Millis{1'000});
    EXPECT_EQ(journal(id), (Lines{"pause:SUCCESS", "thank:SUCCESS"}));
    EXPECT_EQ(run(id).state, RunState::done);
}

TEST_F(RoutinesTest, a_wait_does_not_wait_for_a_clock_that_was_set_back) {
    define("make", "pause", R"({"key":"pause","kind":"wait","inputs":{"milliseconds":"60000"}})");
    const Id id = report();
    run_all();
    environment_.set_clock(Millis{-86'400'000});
    pass(Millis{30'000});
    EXPECT_EQ(run(id).state, RunState::open);
    pass(Millis{30'000});
    EXPECT_EQ(run(id).state, RunState::done);
}

TEST_F(RoutinesTest, without_an_evaluator_runs_wait) {
    define("make", "thank", thank_stage);
    const Id id = report();
    must(executor_->routines().load());
    for (const Evaluation& wanted : executor_->routines().poll_evaluations()) {
        executor_->routines().evaluated(wanted.ticket, fail(ErrorCode::routine_no_evaluator));
    }
    (void)executor_->run();
    EXPECT_EQ(run(id).state, RunState::open);
    EXPECT_FALSE(turn());
    pass(limits::evaluator_retry);
    EXPECT_EQ(run(id).state, RunState::done);
}

TEST_F(RoutinesTest, only_so_many_runs_are_under_way_and_all_are_carried_out) {
    define("make", "thank", thank_stage);
    std::vector<Id> ids;
    for (std::size_t i = 0; i < 3 * limits::runs_in_flight_max; ++i) {
        ids.push_back(report());
    }
    must(executor_->routines().load());
    EXPECT_EQ(executor_->routines().in_flight(), limits::runs_in_flight_max);
    run_all();
    for (const Id id : ids) {
        EXPECT_EQ(run(id).state, RunState::done);
    }
}

TEST_F(RoutinesTest, the_log_forgets_what_ended_seven_days_ago) {
    define("make", "thank", thank_stage);
    const Id id = report();
    run_all();
    environment_.advance(limits::runs_kept);
    executor_->routines().keep_house();
    EXPECT_TRUE(must(storage_.find_run(id)));
    environment_.advance(limits::runs_dropped_every);
    executor_->routines().keep_house();
    EXPECT_FALSE(must(storage_.find_run(id)));
    EXPECT_TRUE(journal(id).empty());
}

}  // namespace
}  // namespace holdfast::services
