// OM25, OM26, OM27, OM32, OM33: tasks, judged by the server and stored in one transaction.

#include <gtest/gtest.h>

#include "core/rules/task_facts.hpp"
#include "core/rules/testing/sample_tasks.hpp"
#include "server/services/access.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::services {
namespace {

using testing::Company;
using testing::FakeEnvironment;
using testing::must;

/// The company's yard works with the tasks of the sample: its ids are taken over.
class TasksTest : public ::testing::Test {
protected:
    TasksTest() {
        must(storage_->begin());
        forms_ = company_.make_bucket(BucketKind::forms, company_.id, {}, false);
        tasks_ = company_.make_bucket(BucketKind::tasks, company_.yard, {}, false);
        const BucketId group = company_.bucket(BucketKind::group, company_.yard).id;
        company_.put(
            {group, RowKind::group, company_.yard},
            body::encode(body::Group{
                .name = "Work orders", .kind = body::GroupKind::workflow, .code = "work_orders"}));
        fixture::put_definitions(
            [&](RowKey key, std::string body) { company_.put(key, std::move(body)); },
            company_.yard,
            group,
            forms_);
        must(storage_->commit());
    }

    Intent begin_task(Id id) const {
        return {.id = id,
                .lane = id,
                .kind = IntentKind::task_create,
                .args = args::encode(args::TaskCreate{.group = company_.yard,
                                                      .workflow = "work_order",
                                                      .form = fixture::report_v1,
                                                      .answers = R"({"what":"Pump drips"})"})};
    }
    args::TaskChangeState to(Id task, std::string target, std::uint32_t base) const {
        return {.group = company_.yard,
                .task = task,
                .target = std::move(target),
                .base_state = base == 0 ? "reported" : "doing",
                .base_version = base};
    }
    static Intent change(Id id, const args::TaskChangeState& wanted) {
        return {.id = id,
                .lane = wanted.task,
                .kind = IntentKind::task_change_state,
                .args = args::encode(wanted)};
    }
    Outcome judge(Intent intent, Id user, DeviceNumber device) {
        EXPECT_TRUE(executor_.enqueue({.user = user,
                                       .organization = company_.id,
                                       .device = device,
                                       .intent = std::move(intent)}));
        return executor_.run().judged.at(0).outcome;
    }
    Outcome judge(Intent intent) { return judge(std::move(intent), company_.ana, phone_); }
    /// Spans of ids do not overlap.
    Id next_id() { return Id::make(phone_, counter_ += 17); }
    std::optional<Row> row(BucketId bucket, RowKind kind, Id id) {
        return must(storage_->find_row({bucket, kind, id}));
    }
    workflow::Task task(Id id) {
        return must(workflow::parse_task(row(tasks_, RowKind::task, id)->body));
    }
    std::uint64_t rows_in(Id channel) {
        return company_.bucket(BucketKind::timeline, channel).rows;
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    Executor executor_{*storage_, environment_};
    DeviceNumber phone_ = company_.make_device(company_.ana);
    DeviceNumber bens_ = company_.make_device(company_.ben);
    std::uint32_t counter_ = 0;
    BucketId forms_, tasks_;
};

TEST_F(TasksTest, OM25_OM32_a_start_form_makes_its_task_once) {
    const Id id = next_id();
    const Outcome outcome = judge(begin_task(id));
    ASSERT_EQ(outcome.status, OutcomeStatus::applied) << error_name(outcome.code) << outcome.detail;
    EXPECT_TRUE(judge(begin_task(id)).replayed);
    EXPECT_EQ(task(id).serial, 1);
    EXPECT_EQ(company_.bucket(BucketKind::tasks, company_.yard).rows, 1U);
    EXPECT_EQ(rows_in(id), 4U);  // form, answer, system message, history
    const Id next = next_id();
    EXPECT_EQ(judge(begin_task(next)).status, OutcomeStatus::applied);
    EXPECT_EQ(task(next).serial, 2);
}

TEST_F(TasksTest, OM26_OM32_a_change_has_its_effects_once) {
    const Id id = next_id();
    judge(begin_task(id));
    const Intent moved = change(next_id(), to(id, "doing", 0));
    EXPECT_EQ(judge(moved).status, OutcomeStatus::applied);
    EXPECT_TRUE(judge(moved).replayed);
    EXPECT_EQ(task(id).state_version, 1U);
    EXPECT_EQ(rows_in(id), 6U);
}

TEST_F(TasksTest, OM33_OM34_of_two_people_the_second_is_told_who_came_first) {
    const Id id = next_id();
    judge(begin_task(id));
    judge(change(next_id(), to(id, "doing", 0)));
    ASSERT_EQ(judge(change(Id::make(bens_, 1), to(id, "reported", 1)), company_.ben, bens_).status,
              OutcomeStatus::applied);
    args::TaskChangeState accept = to(id, "closed", 1);
    accept.form = fixture::acceptance_v1;
    accept.answers = R"({"grade":5})";
    const Id late = next_id();
    const Outcome outcome = judge(change(late, accept));
    EXPECT_EQ(outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(outcome.code, ErrorCode::task_stale_state);
    EXPECT_NE(outcome.detail.find(R"("by":"ben@acme")"), std::string::npos) << outcome.detail;
    EXPECT_FALSE(outcome.positions.empty());
    EXPECT_EQ(task(id).state, "reported");
    EXPECT_TRUE(row(company_.timeline(id), RowKind::answer, late));
    // The receipt tells the other devices, and does not keep what the channel shows.
    const auto receipt = row(company_.own_bucket(company_.ana), RowKind::receipt, late);
    ASSERT_TRUE(receipt);
    EXPECT_TRUE(must(body::parse_receipt(receipt->body)).kept.empty());
    EXPECT_EQ(judge(change(late, accept)).detail, outcome.detail);
}

TEST_F(TasksTest, OM33_what_cannot_stand_in_a_channel_is_in_the_receipt) {
    args::TaskChangeState gone = to(Id{4711}, "closed", 1);
    gone.form = fixture::acceptance_v1;
    gone.answers = R"({"grade":5})";
    const Id id = next_id();
    EXPECT_EQ(judge(change(id, gone)).code, ErrorCode::task_cancelled);
    const auto receipt = row(company_.own_bucket(company_.ana), RowKind::receipt, id);
    ASSERT_TRUE(receipt);
    EXPECT_NE(must(body::parse_receipt(receipt->body)).kept.find(R"("grade":5)"),
              std::string::npos);
}

TEST_F(TasksTest, whoever_reads_the_group_and_nobody_else_reads_its_tasks) {
    Company other(*storage_, "other");
    BucketIndex index(*storage_);
    Access access(*storage_, index);
    EXPECT_TRUE(must(access.may_read(company_.ben, tasks_)));
    EXPECT_FALSE(must(access.may_read(other.ana, tasks_)));
    must(storage_->begin());
    company_.put_user(company_.ben, "ben@acme", {}, false);
    must(refresh_all_grants(*storage_, company_.id));
    must(storage_->commit());
    access.forget(company_.ben);
    EXPECT_FALSE(must(access.may_read(company_.ben, tasks_)));
}

}  // namespace
}  // namespace holdfast::services
