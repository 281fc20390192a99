// OM32: what time sets off, each once: the ends of time limits, and schedules.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "core/rules/timers.hpp"
#include "server/services/testing/routines_fixture.hpp"

namespace holdfast::services {
namespace {

using storage::RunState;
using testing::must;
using testing::RoutinesTest;

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
