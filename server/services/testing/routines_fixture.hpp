#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/rules/task_facts.hpp"
#include "core/rules/testing/sample_routines.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/services/testing/plain_evaluator.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::testing {

/// An executor over a company whose work orders are routines'.
class RoutinesTest : public ::testing::Test {
protected:
    RoutinesTest() {
        must(storage_.begin());
        forms_ = company_.make_bucket(BucketKind::forms, company_.id, {}, false);
        tasks_ = company_.make_bucket(BucketKind::tasks, company_.yard, {}, false);
        const BucketId group = company_.bucket(BucketKind::group, company_.yard).id;
        company_.put(
            {group, RowKind::group, company_.yard},
            body::encode(body::Group{
                .name = "Work orders", .kind = body::GroupKind::workflow, .code = "work_orders"}));
        fixture::put_definitions(
            [&](RowKey key, std::string body) {
                if (key.kind == RowKind::workflow) {
                    body = fixture::routine_order_body();
                }
                company_.put(key, std::move(body));
            },
            company_.yard,
            group,
            forms_);
        must(storage_.commit());
        start();
    }

    /// A server that begins anew, over what the tables hold.
    void start() { executor_ = std::make_unique<services::Executor>(storage_, environment_); }

    void define(const std::string& code, const std::string& start, const std::string& stages) {
        must(storage_.begin());
        if (auto known = must(storage_.find_routine(company_.id, code))) {
            known->current = false;
            must(storage_.put_routine(*known));
        }
        must(storage_.put_routine(
            {.id = must(storage_.mint_id()),
             .organization = company_.id,
             .code = code,
             .definition = R"({"code":")" + code + R"(","name":"The routine )" + code +
                           R"(","start":")" + start + R"(","stages":[)" + stages + "]}"}));
        must(storage_.commit());
    }

    Outcome judge(Intent intent) {
        EXPECT_TRUE(executor_->enqueue({.user = company_.ana,
                                        .organization = company_.id,
                                        .device = phone_,
                                        .intent = std::move(intent)}));
        return executor_->run().judged.at(0).outcome;
    }
    Id report(const std::string& what = "Pump drips") {
        const Id id = Id::make(phone_, counter_ += 17);
        const Outcome outcome = judge(
            {.id = id,
             .lane = id,
             .kind = IntentKind::task_create,
             .args = args::encode(args::TaskCreate{.group = company_.yard,
                                                   .workflow = "work_order",
                                                   .form = fixture::report_v1,
                                                   .answers = R"({"what":")" + what + "\"}"})});
        EXPECT_EQ(outcome.status, OutcomeStatus::applied) << error_name(outcome.code);
        return id;
    }
    /// Asks, evaluates and carries out once. Whether there was anything.
    bool turn() {
        (void)executor_->routines().load();
        for (const services::Evaluation& wanted : executor_->routines().poll_evaluations()) {
            executor_->routines().evaluated(wanted.ticket, evaluate_plainly(wanted));
        }
        for (services::OutsideRequest& wanted : executor_->routines().poll_requests()) {
            requests_.push_back(std::move(wanted));
        }
        if (!executor_->has_work()) {
            return false;
        }
        (void)executor_->run();
        return true;
    }
    void run_all() {
        while (turn()) {
        }
    }
    void pass(Millis span) {
        environment_.advance(span);
        run_all();
    }
    std::optional<workflow::Task> task(Id id) {
        const auto row = must(storage_.find_row({tasks_, RowKind::task, id}));
        return row ? std::optional(must(workflow::parse_task(row->body))) : std::nullopt;
    }
    storage::RunRecord run(Id id) { return *must(storage_.find_run(id)); }
    /// "stage:OUTCOME", of each entry of a run.
    std::vector<std::string> journal(Id id) {
        std::vector<std::string> all;
        for (const storage::RunEntry& each : must(storage_.run_entries(id))) {
            const auto entry = must(workflow::parse_entry(each.entry));
            all.push_back(entry.stage + ":" + entry.outcome);
        }
        return all;
    }
    std::vector<std::string> texts(Id channel) {
        std::vector<std::string> all;
        const auto rows =
            must(storage_.newest_rows(company_.timeline(channel), RowKind::message, 99));
        for (const Row& row : rows) {
            all.insert(all.begin(), must(body::parse_message(row.body)).text);
        }
        return all;
    }

    using Lines = std::vector<std::string>;
    static constexpr const char* make_stage =
        R"({"key":"make","kind":"create_task","inputs":{"name":".answer.fields.what"},)"
        R"("next":{"SUCCESS":"thank"}})";
    static constexpr const char* thank_stage =
        R"({"key":"thank","kind":"post_message","inputs":{"text":"\"Thank you\""}})";

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> real_ = must(storage::open_sqlite(":memory:"));
    FaultyStorage storage_{*real_};
    Company company_{storage_, "acme"};
    DeviceNumber phone_ = company_.make_device(company_.ana);
    std::uint32_t counter_ = 0;
    BucketId forms_, tasks_;
    std::unique_ptr<services::Executor> executor_;
    std::vector<services::OutsideRequest> requests_;
};

}  // namespace holdfast::testing
