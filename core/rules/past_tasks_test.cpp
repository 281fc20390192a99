// Tasks that were worked on before they came here.

#include "core/rules/past_tasks.hpp"

#include <gtest/gtest.h>

#include "core/model/body_forms.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_routines.hpp"
#include "core/rules/timers.hpp"

namespace holdfast::fixture {
namespace {

constexpr Id first = Id::make(server_device, 5000), second = Id::make(server_device, 5100);
constexpr std::int64_t long_ago = 1'300'000'000'000;

class PastTasks : public RulesTest {
protected:
    PastTasks() { add_tasks(org); }

    Result<Effects> begin(const PastTask& past, std::int64_t at = long_ago) {
        return written(begin_past_task(org.world, org.as(Org::rita, at), past));
    }
    Result<Effects> move(std::string target,
                         std::optional<PastAnswer> form = {},
                         Id span = second) {
        const PastMove past{.span = span,
                            .group = pumps_team,
                            .task = first,
                            .target = std::move(target),
                            .form = std::move(form)};
        return written(move_past_task(org.world, org.as(Org::rita, long_ago + 5000), past));
    }
    static PastTask reported(std::string answers = R"({"what":"Pump drips"})") {
        return {.span = first,
                .group = pumps_team,
                .workflow = "work_order",
                .form = PastAnswer{.answers = std::move(answers), .offset_minutes = -300}};
    }
    [[nodiscard]] workflow::Task task() const {
        return find_task(org.world, pumps_team, first).value().value();
    }
    [[nodiscard]] std::vector<Row> timeline(RowKind kind) const {
        return org.world.newest(org.world.bucket_id(BucketKind::timeline, first), kind, 20).value();
    }

private:
    Result<Effects> written(Result<Effects> effects) {
        if (effects) {
            org.world.apply(*effects);
        }
        return effects;
    }
};

TEST_F(PastTasks, begin_with_the_answers_of_their_form_at_their_time) {
    PastTask past = reported();
    past.patch = {.assignee = Org::bruno, .end_date = WallTime{long_ago + 9000}};
    ASSERT_TRUE(begin(past));
    EXPECT_EQ(task().name, "Pump drips");
    EXPECT_EQ(task().state, "reported");
    EXPECT_EQ(task().state_at.ms, long_ago);
    EXPECT_EQ(task().created_by, Org::rita) << "who may change nothing now may have done so then";
    EXPECT_EQ(task().assignee, Org::bruno);
    EXPECT_EQ(task().end_date.ms, long_ago + 9000);
    EXPECT_EQ(task().serial, 5) << "behind the leak";
    const auto answers = timeline(RowKind::answer);
    ASSERT_EQ(answers.size(), 1U);
    const auto answer = body::parse_answer(answers.front().body).value();
    EXPECT_EQ(answer.answers, R"({"what":"Pump drips"})");
    EXPECT_EQ(answer.sent_at, long_ago);
    EXPECT_EQ(answer.offset_minutes, -300);
    EXPECT_EQ(timeline(RowKind::message).size(), 2U);
    EXPECT_EQ(timeline(RowKind::history).size(), 1U);
    EXPECT_TRUE(is_member(first, Org::bruno));
    EXPECT_FALSE(read_mark(Org::rita, first));
    const auto channel =
        row({org.world.bucket_id(BucketKind::channel, first), RowKind::channel, first});
    EXPECT_EQ(body::parse_channel(channel->body).value().name, "Pump drips");
}

TEST_F(PastTasks, may_begin_without_a_form) {
    const PastTask past{.span = first,
                        .group = pumps_team,
                        .workflow = "work_order",
                        .patch = {.name = "Lamp is broken"}};
    ASSERT_TRUE(begin(past));
    EXPECT_EQ(task().name, "Lamp is broken");
    EXPECT_TRUE(timeline(RowKind::answer).empty());
}

TEST_F(PastTasks, move_along_transitions_of_whatever_kind) {
    ASSERT_TRUE(begin(reported()));
    EXPECT_EQ(code_of(move("closed")), ErrorCode::task_no_transition);
    ASSERT_TRUE(move("doing"));
    EXPECT_EQ(task().state_version, 1U);
    ASSERT_TRUE(move("closed", PastAnswer{.answers = R"({"grade":4})"}, Id{second.value + 50}));
    EXPECT_EQ(task().state, "closed");
    EXPECT_EQ(task().closed_at.ms, long_ago + 5000);
    EXPECT_EQ(task().answers.size(), 2U);
    const auto history = timeline(RowKind::history);
    ASSERT_EQ(history.size(), 3U);
    EXPECT_EQ(workflow::parse_history(history.front().body).value().to, "closed");
}

TEST_F(PastTasks, need_right_answers_to_a_form_that_is_there) {
    EXPECT_EQ(code_of(begin(reported("{}"))), ErrorCode::answer_required);
    ASSERT_TRUE(begin(reported()));
    EXPECT_EQ(code_of(move("doing", PastAnswer{})), ErrorCode::workflow_unknown_form);
    ASSERT_TRUE(move("doing"));
    EXPECT_EQ(
        code_of(move("closed", PastAnswer{.answers = R"({"grade":9})"}, Id{second.value + 50})),
        ErrorCode::answer_too_large);
}

TEST_F(PastTasks, set_off_no_routine) {
    const BucketId group = org.world.bucket_id(BucketKind::group, pumps_team);
    org.world.put({group, RowKind::workflow, work_order}, routine_order_body());
    const auto begun = begin(reported());
    ASSERT_TRUE(begun) << error_name(begun.error().code) << begun.error().detail;
    EXPECT_TRUE(begun->runs.empty());
    EXPECT_EQ(task().state_version, 0U) << "the task is there though its routines would make it";
}

TEST_F(PastTasks,
       run_their_time_limits_from_when_they_entered_the_state_and_ring_once_they_are_here) {
    constexpr std::int64_t minute = 60'000;
    std::string limited(work_order_json);
    limited.pop_back();
    limited +=
        R"(,"slas":[{"code":"answer","start":{"states":["reported"]},"end":{"states":["doing"]},)"
        R"("minutes":10,"routines":["late"]},{"code":"work","start":{"states":["doing"]},)"
        R"("end":{"kinds":["closed"]},"minutes":30,"routines":["late","tell"]},)"
        R"({"code":"shown","start":{"states":["doing"]},"end":{"kinds":["closed"]},"minutes":5}]})";
    org.world.put(
        {org.world.bucket_id(BucketKind::group, pumps_team), RowKind::workflow, work_order},
        body::encode(body::Workflow{.definition = limited}));
    const auto timers = [&] {
        const auto effects =
            time_past_task(org.world, org.as(Org::rita, long_ago + 5000), pumps_team, first);
        EXPECT_TRUE(effects && effects->rows.empty());
        return effects->runs;
    };
    EXPECT_TRUE(begin(reported())->runs.empty());
    ASSERT_EQ(timers().size(), 1U);
    EXPECT_EQ(timers().front().due_at.ms, long_ago + 10 * minute);
    EXPECT_TRUE(move("doing")->runs.empty());
    ASSERT_EQ(timers().size(), 1U) << "one that sets off nothing is only shown";
    const QueuedRun waits = timers().front();
    EXPECT_EQ(waits.due_at.ms, long_ago + 5000 + 30 * minute);
    EXPECT_EQ(waits.user, Org::rita);

    const auto rings = end_limit(org.world, org.as(Org::rita, at_ms), waits.context);
    ASSERT_TRUE(rings);
    ASSERT_EQ(rings->runs.size(), 2U) << "it has passed, and is told";
    EXPECT_EQ(rings->runs[0].routine, "late");
    EXPECT_EQ(rings->runs[0].task, first);

    ASSERT_TRUE(move("closed", PastAnswer{.answers = R"({"grade":4})"}, Id{second.value + 50}));
    EXPECT_TRUE(timers().empty());
    EXPECT_TRUE(end_limit(org.world, org.as(Org::rita, at_ms), waits.context)->runs.empty());
    EXPECT_EQ(code_of(time_past_task(org.world, org.as(Org::rita, at_ms), pumps_team, second)),
              ErrorCode::intent_gone);
}

}  // namespace
}  // namespace holdfast::fixture
