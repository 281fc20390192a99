// OM28, OM32: runs of routines in the tables: queued with the action that sets them off, carried
// out stage by stage, each once, whenever the server is killed.

#include "server/services/routines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/rules/timers.hpp"
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

// ---------------------------------------------------------------------------------- requests

class OutsideTest : public RoutinesTest {
protected:
    OutsideTest() {
        define("make",
               "ask",
               R"({"key":"ask","kind":"http_request","inputs":{"url":"\"https://a.example/x\"",)"
               R"("headers":"{\"X-Key\":\"k\"}","body":".answer.fields"},)"
               R"("next":{"SUCCESS":"say","ERROR":"no"}},)"
               R"({"key":"say","kind":"post_message","inputs":{"text":".results.ask.body.word"}},)"
               R"({"key":"no","kind":"post_message","inputs":{"text":".results.ask.error"}})");
        id_ = report();
        run_all();
    }
    void reply(Result<OutsideReply> said) {
        ASSERT_FALSE(requests_.empty());
        executor_->routines().asked(requests_.back().ticket, std::move(said));
        run_all();
    }
    Id id_;
};

TEST_F(OutsideTest, a_request_carries_a_key_and_its_answer_is_seen_by_later_stages) {
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_EQ(requests_[0].method, "POST");
    EXPECT_EQ(requests_[0].url, "https://a.example/x");
    EXPECT_EQ(requests_[0].headers.at("X-Key"), "k");
    EXPECT_EQ(requests_[0].body, R"({"what":"Pump drips"})");
    EXPECT_EQ(requests_[0].key, to_string(id_) + "/ask/1");
    reply(OutsideReply{.status = 200, .body = R"({"word":"done"})"});
    EXPECT_EQ(texts(id_).back(), "done");
}

TEST_F(OutsideTest, a_request_that_fails_is_made_again_later_with_the_same_key) {
    const std::string key = requests_[0].key;
    for (std::uint32_t attempt = 1; attempt < limits::request_attempts_max; ++attempt) {
        reply(fail(ErrorCode::routine_request_failed));
        EXPECT_EQ(requests_.size(), attempt) << "not at once";
        start();
        pass(Millis{limits::request_retry.count << attempt});
        ASSERT_EQ(requests_.size(), attempt + 1);
        EXPECT_EQ(requests_.back().key, key);
    }
    reply(fail(ErrorCode::routine_request_failed, {}, R"({"status":503})"));
    EXPECT_EQ(journal(id_), (Lines{"ask:ERROR", "no:SUCCESS"}));
    EXPECT_EQ(texts(id_).back(), "routine.request_failed");
}

TEST_F(OutsideTest, what_the_other_server_refuses_is_not_tried_again) {
    reply(OutsideReply{.status = 404, .body = "no such thing"});
    EXPECT_EQ(journal(id_), (Lines{"ask:ERROR", "no:SUCCESS"}));
    EXPECT_EQ(must(storage_.run_entries(id_))[0].detail, R"({"status":404})");
}

// ---------------------------------------------------------------------------- triggers by time

/// The sample's work orders with an hour for the answer to a report.
std::string limited_order(const std::string& more = "") {
    return body::encode(body::Workflow{
        .definition =
            R"({"code":"work_order","name":"Work order","group":"work_orders",)"
            R"("collection":"states","initial":"reported",)"
            R"("start_form":{"form":"report","task":{"name":"what"}},"slas":[{"code":"answer",)"
            R"("name":"Answer","start":{"states":["reported"]},"end":{"states":["doing"]},)"
            R"("minutes":60,"routines":["late"])" +
            more +
            R"(}],"states":[{"code":"reported","name":"Reported","kind":"new",)"
            R"("next":[{"target":"doing"}]},{"code":"doing","name":"Doing",)"
            R"("next":[{"target":"reported"}]}]})"});
}

constexpr Millis hour{60LL * 60 * 1000};

class TimeLimits : public RoutinesTest {
protected:
    void limit(const std::string& more = "") {
        must(storage_.begin());
        company_.put({company_.bucket(BucketKind::group, company_.yard).id,
                      RowKind::workflow,
                      fixture::work_order},
                     limited_order(more));
        must(storage_.commit());
        define("late",
               "say",
               R"({"key":"say","kind":"post_message","inputs":{"text":".meta.trigger"}})");
    }
    void move(Id task, const std::string& target, const std::string& from, std::uint32_t base) {
        const Outcome outcome =
            judge({.id = Id::make(phone_, counter_ += 17),
                   .lane = task,
                   .kind = IntentKind::task_change_state,
                   .args = args::encode(args::TaskChangeState{.group = company_.yard,
                                                              .task = task,
                                                              .target = target,
                                                              .base_state = from,
                                                              .base_version = base})});
        EXPECT_EQ(outcome.status, OutcomeStatus::applied) << error_name(outcome.code);
    }
    std::int64_t late(Id task) { return std::ranges::count(texts(task), "time_limit"); }
};

TEST_F(TimeLimits, OM32_the_end_of_a_limit_sets_off_its_routine_once) {
    limit();
    const Id id = report();
    EXPECT_EQ(late(id), 0);
    pass(Millis{hour.count - 1000});
    EXPECT_EQ(late(id), 0);
    environment_.advance(Millis{2000});
    int starts = 0;
    do {
        start();  // killed between the timer and the run, and between its stages
        ++starts;
    } while (turn());
    EXPECT_GE(starts, 3);
    EXPECT_EQ(late(id), 1);
    pass(hour);
    EXPECT_EQ(late(id), 1);
}

TEST_F(TimeLimits, one_that_is_kept_sets_nothing_off) {
    limit();
    const Id id = report();
    move(id, "doing", "reported", 0);
    pass(Millis{2 * hour.count});
    EXPECT_EQ(late(id), 0);
    move(id, "reported", "doing", 1);
    pass(Millis{hour.count - 1000});
    EXPECT_EQ(late(id), 0) << "it has begun anew";
    pass(Millis{2000});
    EXPECT_EQ(late(id), 1);
}

TEST_F(TimeLimits, one_that_repeats_is_due_again_and_again_but_makes_up_for_a_rest_once) {
    limit(R"(,"repeat":true)");
    const Id id = report();
    pass(Millis{hour.count + 1});
    EXPECT_EQ(late(id), 1);
    ASSERT_EQ(task(id)->slas.size(), 1U);
    EXPECT_GT(task(id)->slas[0].due, environment_.wall());
    pass(hour);
    EXPECT_EQ(late(id), 2);
    executor_.reset();
    environment_.advance(Millis{5 * hour.count});
    start();
    run_all();
    EXPECT_EQ(late(id), 3);
    move(id, "doing", "reported", 0);
    pass(Millis{2 * hour.count});
    EXPECT_EQ(late(id), 3);
}

class Schedules : public RoutinesTest {
protected:
    /// As organization files begin one: a version of the routine, and a timer.
    void schedule(const std::string& cron, const std::string& zone = "UTC") {
        must(storage_.begin());
        if (auto known = must(storage_.find_routine(company_.id, "round"))) {
            known->current = false;
            must(storage_.put_routine(*known));
        }
        const Id id = must(storage_.mint_id());
        must(storage_.put_routine(
            {.id = id,
             .organization = company_.id,
             .code = "round",
             .definition = R"({"code":"round","start":"make","schedule":{"cron":")" + cron +
                           R"(","zone":")" + zone +
                           R"(","as":"ana"},"stages":[{"key":"make",)"
                           R"("kind":"create_task","inputs":{"name":".meta.trigger",)"
                           R"("group":"\"work_orders\"","workflow":"\"work_order\""}}]})"}));
        must(storage_.queue_run({.id = must(storage_.mint_id()),
                                 .organization = company_.id,
                                 .routine = "round",
                                 .definition = id,
                                 .user = company_.ana,
                                 .context = schedule_timer(true)}));
        must(storage_.commit());
        executor_->routines().wake();
        run_all();
    }
    std::uint64_t rounds() { return company_.bucket(BucketKind::tasks, company_.yard).rows; }
};

// The clock begins at 22:13:20.
TEST_F(Schedules, OM32_a_schedule_begins_a_run_at_each_of_its_moments_once) {
    schedule("0 */30 * * * *");
    EXPECT_EQ(rounds(), 0U);
    pass(Millis{16LL * 60 * 1000});
    EXPECT_EQ(rounds(), 0U) << "22:29:20";
    environment_.advance(Millis{60'000});
    do {
        start();
    } while (turn());
    EXPECT_EQ(rounds(), 1U) << "22:30";
    for (int i = 0; i < 4; ++i) {
        pass(Millis{30LL * 60 * 1000});
    }
    EXPECT_EQ(rounds(), 5U);
    executor_.reset();
    environment_.advance(Millis{10 * hour.count});
    start();
    run_all();
    EXPECT_EQ(rounds(), 6U) << "what was missed is made up for once";
    pass(Millis{30LL * 60 * 1000});
    EXPECT_EQ(rounds(), 7U);
}

TEST_F(Schedules, a_version_that_was_replaced_sets_nothing_off) {
    schedule("0 0 23 * * *");
    schedule("0 0 6 * * *");
    pass(Millis{2 * hour.count});
    EXPECT_EQ(rounds(), 0U);
    pass(Millis{6 * hour.count});
    EXPECT_EQ(rounds(), 1U);
}

TEST_F(Schedules, whose_clock_is_not_known_here_fails_with_that_reason) {
    schedule("0 0 23 * * *", "Nowhere/City");
    const auto runs = must(storage_.runs_of(company_.id, RunState::failed, 9));
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].code, ErrorCode::routine_invalid_schedule);
}

}  // namespace
}  // namespace holdfast::services
