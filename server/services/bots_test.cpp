// OM28, OM32: what bots hear sets off runs, each once and each by itself, whenever the server is
// killed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "core/model/body_bots.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/services/testing/plain_evaluator.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::services {
namespace {

using holdfast::testing::Company;
using holdfast::testing::evaluate_plainly;
using holdfast::testing::FakeEnvironment;
using holdfast::testing::must;
using holdfast::testing::post;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class BotsTest : public ::testing::Test {
protected:
    BotsTest() {
        define("echo", R"({"key":"say","kind":"post_message","inputs":{"text":".command.rest"}})");
        define("thank", R"({"key":"say","kind":"post_message","inputs":{"text":"\"Thank you\""}})");
        define("break", R"({"key":"say","kind":"post_message","inputs":{"text":"\"\""}})");
        start();
    }

    /// A server that begins anew, over what the tables hold.
    void start() { executor_ = std::make_unique<Executor>(*storage_, environment_); }

    void define(const std::string& code, const std::string& stage) {
        must(storage_->begin());
        must(storage_->put_routine({.id = must(storage_->mint_id()),
                                    .organization = company_.id,
                                    .code = code,
                                    .definition = R"({"code":")" + code +
                                                  R"(","start":"say","stages":[)" + stage + "]}"}));
        must(storage_->commit());
    }
    void listen(BucketId bucket, Id owner, std::vector<body::Bot> bots) {
        must(storage_->begin());
        company_.put({bucket, RowKind::bots, owner}, body::encode(body::Bots{std::move(bots)}));
        must(storage_->commit());
    }
    Outcome judge(Intent intent) {
        EXPECT_TRUE(executor_->enqueue({.user = company_.ana,
                                        .organization = company_.id,
                                        .device = phone_,
                                        .intent = std::move(intent)}));
        return executor_->run().judged.at(0).outcome;
    }
    Outcome say(std::string text) {
        return judge(post(Id::make(phone_, ++counter_), channel_, std::move(text)));
    }
    bool turn() {
        must(executor_->routines().load());
        for (const Evaluation& wanted : executor_->routines().poll_evaluations()) {
            executor_->routines().evaluated(wanted.ticket, evaluate_plainly(wanted));
        }
        if (!executor_->has_work()) {
            return false;
        }
        (void)executor_->run();
        return true;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        for (const Row& row :
             must(storage_->newest_rows(company_.timeline(channel_), RowKind::message, 99))) {
            all.insert(all.begin(), must(body::parse_message(row.body)).text);
        }
        return all;
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    DeviceNumber phone_ = company_.make_device(company_.ana);
    Id channel_ = company_.make_channel(company_.yard, false, {company_.ana});
    std::uint32_t counter_ = 0;
    std::unique_ptr<Executor> executor_;
};

TEST_F(BotsTest, OM32_a_command_runs_once_whatever_is_killed_and_however_often_it_is_sent) {
    listen(
        company_.directory, company_.id, {{.code = "echo", .command = "echo", .routine = "echo"}});
    EXPECT_EQ(say("/echo  still here").status, OutcomeStatus::applied);
    --counter_;
    EXPECT_TRUE(say("/echo  still here").replayed);
    do {
        start();
    } while (turn());
    EXPECT_THAT(texts(), ElementsAre("/echo  still here", "still here"));
    EXPECT_EQ(must(storage_->runs_of(company_.id, std::nullopt, 9)).size(), 1U);
}

TEST_F(BotsTest, a_run_that_fails_says_so_and_touches_nothing_else) {
    listen(company_.directory, company_.id, {{.code = "c", .command = "help", .routine = "thank"}});
    listen(company_.bucket(BucketKind::group, company_.yard).id,
           company_.yard,
           {{.code = "b", .command = "help", .routine = "break"},
            {.code = "a", .command = "lost", .routine = "nowhere"}});
    say("/help");
    say("/lost");
    while (turn()) {
    }
    EXPECT_THAT(texts(),
                UnorderedElementsAre("/help",
                                     "/lost",
                                     HasSubstr("The routine break has failed"),
                                     HasSubstr("The routine nowhere has failed")));
    listen(company_.bucket(BucketKind::group, company_.yard).id, company_.yard, {});
    say("/help");
    while (turn()) {
    }
    EXPECT_EQ(texts().back(), "Thank you") << "the organization's, once the group has none";
}

TEST_F(BotsTest, what_a_routine_says_begins_no_other) {
    listen(
        company_.directory, company_.id, {{.code = "echo", .command = "echo", .routine = "echo"}});
    say("/echo /echo again");
    while (turn()) {
    }
    EXPECT_THAT(texts(), ElementsAre("/echo /echo again", "/echo again"));
}

}  // namespace
}  // namespace holdfast::services
