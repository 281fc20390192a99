#include "server/ops/quarantine.hpp"

#include <gtest/gtest.h>

#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::ops {
namespace {

using holdfast::testing::Company;
using holdfast::testing::must;
using holdfast::testing::post;

class QuarantineTest : public ::testing::Test {
protected:
    void keep(const Intent& intent, Id user) {
        must(storage_->begin());
        must(storage_->quarantine(intent, user, ErrorCode::intent_unknown_kind));
        must(storage_->commit());
    }
    std::uint64_t messages() { return company_.bucket(BucketKind::timeline, channel_).rows; }
    std::vector<Replayed> replay(std::optional<Id> intent = std::nullopt) {
        return must(replay_quarantine(*storage_, environment_, intent));
    }

    holdfast::testing::FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    Id channel_ = company_.make_channel(company_.yard, false, {company_.ana});
    DeviceNumber phone_ = company_.make_device(company_.ana);
};

TEST_F(QuarantineTest, OM32_an_intent_that_is_understood_now_has_effect_once) {
    keep(post(Id::make(phone_, 1), channel_, "from a newer app"), company_.ana);
    const auto replayed = replay();
    ASSERT_EQ(replayed.size(), 1U);
    EXPECT_EQ(replayed[0].outcome.status, OutcomeStatus::applied);
    EXPECT_FALSE(replayed[0].kept);
    EXPECT_EQ(messages(), 1U);
    EXPECT_TRUE(must(list_quarantine(*storage_)).empty());
    EXPECT_TRUE(must(storage_->find_outcome(Id::make(phone_, 1))).has_value());

    keep(post(Id::make(phone_, 1), channel_, "from a newer app"), company_.ana);  // a crash before
    const auto again = replay();
    EXPECT_TRUE(again.at(0).outcome.replayed);
    EXPECT_EQ(messages(), 1U);
    EXPECT_TRUE(must(list_quarantine(*storage_)).empty());
}

TEST_F(QuarantineTest, the_rules_run_again) {
    keep(post(Id::make(phone_, 1), Id{12345}, "into a channel that is gone"), company_.ana);
    const auto replayed = replay();
    EXPECT_EQ(replayed.at(0).outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(replayed.at(0).outcome.code, ErrorCode::access_forbidden);
    EXPECT_TRUE(must(list_quarantine(*storage_)).empty());
}

TEST_F(QuarantineTest, what_is_still_not_understood_stays) {
    Intent intent = post(Id::make(phone_, 1), channel_, "?");
    intent.kind = IntentKind{999};
    keep(intent, company_.ana);
    const auto replayed = replay();
    EXPECT_TRUE(replayed.at(0).kept);
    EXPECT_EQ(must(list_quarantine(*storage_)).size(), 1U);
}

TEST_F(QuarantineTest, only_the_one_that_was_asked_for_is_sent) {
    keep(post(Id::make(phone_, 1), channel_, "one"), company_.ana);
    keep(post(Id::make(phone_, 2), channel_, "two"), company_.ana);
    EXPECT_EQ(replay(Id::make(phone_, 2)).size(), 1U);
    EXPECT_EQ(must(list_quarantine(*storage_)).at(0).kept.intent.id, Id::make(phone_, 1));
    const auto none = replay_quarantine(*storage_, environment_, Id{7});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::tool_not_found);
}

TEST_F(QuarantineTest, an_id_of_somebody_elses_device_has_no_effect) {
    const DeviceNumber other = company_.make_device(company_.ben);
    keep(post(Id::make(other, 1), channel_, "forged"), company_.ana);
    EXPECT_EQ(replay().at(0).outcome.code, ErrorCode::intent_id_conflict);
    EXPECT_EQ(messages(), 0U);
}

TEST_F(QuarantineTest, shows_what_the_device_has_brought_again_since) {
    keep(post(Id::make(phone_, 1), channel_, "one"), company_.ana);
    must(storage_->begin());
    must(storage_->put_outcome({.intent = Id::make(phone_, 1)}, company_.ana));
    must(storage_->commit());
    EXPECT_TRUE(must(list_quarantine(*storage_)).at(0).outcome.has_value());
}

}  // namespace
}  // namespace holdfast::ops
