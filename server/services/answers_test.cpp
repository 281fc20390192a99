// OM24, OM32, OM33: answers of forms, judged by the server and kept whatever becomes of them.

#include <gtest/gtest.h>

#include "core/model/body_forms.hpp"
#include "core/model/limits.hpp"
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

constexpr const char* definition =
    R"({"code":"round","version":1,"title":{"en":"Round"},"components":[)"
    R"({"id":"asset","kind":"collection","collection":"asset","required":true},)"
    R"({"id":"note","kind":"written","input":"long","required":true}]})";

class AnswersTest : public ::testing::Test {
protected:
    AnswersTest() {
        must(storage_->begin());
        forms_ = company_.make_bucket(BucketKind::forms, company_.id, {}, false);
        assets_ = must(storage_->mint_id());
        list_ = company_.make_bucket(BucketKind::collection, assets_, {}, false);
        company_.put({list_, RowKind::collection, assets_},
                     body::encode(body::Collection{.code = "asset"}));
        pump_ = must(storage_->mint_id());
        company_.put({list_, RowKind::element, pump_},
                     body::encode(body::Element{.code = "p-7", .name = "Pump P-7"}));
        version_ = must(storage_->mint_id());
        body::FormVersion version{.form = Id{1}, .definition = definition};
        version.collections["asset"] = assets_;
        company_.put({forms_, RowKind::form_version, version_}, body::encode(version));
        must(storage_->commit());
    }

    Intent answer(Id id, std::string note) const {
        const std::string answers =
            R"({"asset":[")" + to_string(pump_) + R"("],"note":")" + note + R"("})";
        return {.id = id,
                .lane = channel_,
                .kind = IntentKind::answer_submit,
                .args = args::encode(
                    args::AnswerSubmit{.channel = channel_, .form = version_, .answers = answers}),
                .claimed_at = WallTime{1'700'000'000'000}};
    }
    Outcome judge(Intent intent) {
        EXPECT_TRUE(executor_.enqueue({.user = company_.ana,
                                       .organization = company_.id,
                                       .device = phone_,
                                       .intent = std::move(intent)}));
        return executor_.run().judged.at(0).outcome;
    }
    Id next_id() { return Id::make(phone_, ++counter_); }
    std::optional<Row> row(BucketId bucket, RowKind kind, Id id) {
        return must(storage_->find_row({bucket, kind, id}));
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    Executor executor_{*storage_, environment_};
    Id channel_ = company_.make_channel(company_.yard, false, {company_.ana});
    DeviceNumber phone_ = company_.make_device(company_.ana);
    std::uint32_t counter_ = 0;
    BucketId forms_, list_;
    Id assets_, pump_, version_;
};

TEST_F(AnswersTest, OM24_OM32_an_answer_is_stored_once_with_its_message) {
    const Id id = next_id();
    const Intent intent = answer(id, "Dry.");
    const Outcome outcome = judge(intent);
    ASSERT_EQ(outcome.status, OutcomeStatus::applied) << error_name(outcome.code) << outcome.detail;
    EXPECT_TRUE(judge(intent).replayed);
    const BucketId timeline = company_.timeline(channel_);
    EXPECT_EQ(company_.bucket(BucketKind::timeline, channel_).rows, 2U);
    const auto message = row(timeline, RowKind::message, id);
    const auto stored = row(timeline, RowKind::answer, id);
    ASSERT_TRUE(message && stored);
    EXPECT_EQ(message->sort, stored->sort);
    EXPECT_EQ(must(body::parse_message(message->body)).form, version_);
    EXPECT_EQ(must(body::parse_answer(stored->body)).version, version_);
}

TEST_F(AnswersTest, OM33_a_refused_answer_names_its_component_and_is_kept_whole) {
    const Id id = next_id();
    const Intent intent = answer(id, " ");
    const Outcome outcome = judge(intent);
    EXPECT_EQ(outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(outcome.code, ErrorCode::answer_required);
    EXPECT_EQ(outcome.detail, R"({"component":"note"})");
    EXPECT_EQ(company_.bucket(BucketKind::timeline, channel_).rows, 0U);
    const auto receipt = row(company_.own_bucket(company_.ana), RowKind::receipt, id);
    ASSERT_TRUE(receipt);
    EXPECT_EQ(must(body::parse_receipt(receipt->body)).kept, intent.args);
}

TEST_F(AnswersTest, OM33_an_answer_of_somebody_who_lost_access_is_kept_too) {
    must(storage_->begin());
    company_.put_user(company_.ana, "ana@acme", {company_.worker}, false);
    must(storage_->commit());
    const Id id = next_id();
    EXPECT_EQ(judge(answer(id, "Dry.")).code, ErrorCode::access_forbidden);
    const auto receipt = row(company_.own_bucket(company_.ana), RowKind::receipt, id);
    ASSERT_TRUE(receipt);
    EXPECT_NE(must(body::parse_receipt(receipt->body)).kept.find("Dry."), std::string::npos);
}

TEST_F(AnswersTest, a_form_of_another_organization_does_not_exist) {
    ASSERT_EQ(judge(answer(next_id(), "Dry.")).status, OutcomeStatus::applied);  // and is cached
    Company other(*storage_, "other");
    const Id channel = other.make_channel(other.yard, false, {other.ana});
    const DeviceNumber phone = other.make_device(other.ana);
    must(storage_->begin());
    other.make_bucket(BucketKind::forms, other.id, {}, false);
    must(storage_->commit());
    Intent intent = answer(Id::make(phone, 1), "Dry.");
    intent.args = args::encode(args::AnswerSubmit{.channel = channel, .form = version_});
    EXPECT_TRUE(executor_.enqueue(
        {.user = other.ana, .organization = other.id, .device = phone, .intent = intent}));
    EXPECT_EQ(executor_.run().judged.at(0).outcome.code, ErrorCode::intent_gone);
}

TEST_F(AnswersTest, the_largest_answer_is_kept_when_it_is_refused) {
    const Id id = next_id();
    Intent intent = answer(id, "x");
    intent.args.resize(holdfast::limits::answer_args_bytes_max, '\x01');  // six bytes each in JSON
    EXPECT_EQ(judge(intent).code, ErrorCode::intent_malformed);
    const auto receipt = row(company_.own_bucket(company_.ana), RowKind::receipt, id);
    ASSERT_TRUE(receipt);
    EXPECT_LE(receipt->body.size(), holdfast::limits::kept_bytes_max);
}

TEST_F(AnswersTest, everybody_of_the_organization_and_nobody_else_reads_forms_and_collections) {
    Company other(*storage_, "other");
    BucketIndex index(*storage_);
    Access access(*storage_, index);
    for (const BucketId bucket : {forms_, list_}) {
        EXPECT_TRUE(must(access.may_read(company_.ben, bucket)));
        EXPECT_FALSE(must(access.may_read(other.ana, bucket)));
        EXPECT_TRUE(testing::contains(must(access.readable(company_.ben)), bucket));
        EXPECT_FALSE(testing::contains(must(access.readable(other.ana)), bucket));
    }
}

}  // namespace
}  // namespace holdfast::services
