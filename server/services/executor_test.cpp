#include "server/services/executor.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "platform/testing/temp_folder.hpp"
#include "server/services/server_world.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::services {
namespace {

using testing::Company;
using testing::FakeEnvironment;
using testing::FaultyStorage;
using testing::must;
using testing::post;

class ExecutorTest : public ::testing::Test {
protected:
    IntentJob job(Intent intent) const { return job(std::move(intent), company_.ana, phone_); }
    IntentJob job(Intent intent, Id user, DeviceNumber device) const {
        return {.user = user,
                .organization = company_.id,
                .device = device,
                .intent = std::move(intent),
                .ticket = 5};
    }
    Batch judge(std::vector<IntentJob> jobs) {
        for (IntentJob& one : jobs) {
            EXPECT_TRUE(executor_.enqueue(std::move(one)));
        }
        return executor_.run();
    }
    Outcome judge_one(IntentJob one) {
        const Batch batch = judge({std::move(one)});
        EXPECT_EQ(batch.judged.size(), 1U);
        return batch.judged.at(0).outcome;
    }
    std::uint64_t messages_in(Id channel) {
        return company_.bucket(BucketKind::timeline, channel).rows;
    }
    std::optional<Row> receipt(Id user, Id intent) {
        return must(storage_->find_row({company_.own_bucket(user), RowKind::receipt, intent}));
    }
    Id next_id() { return Id::make(phone_, ++counter_); }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    FaultyStorage faulty_{*storage_};
    Company company_{*storage_, "acme"};
    Executor executor_{faulty_, environment_};
    Id channel_ = company_.make_channel(company_.yard, false, {company_.ana});
    DeviceNumber phone_ = company_.make_device(company_.ana);
    std::uint32_t counter_ = 0;
};

TEST_F(ExecutorTest, applies_an_intent_and_says_where_its_effects_stand) {
    const Id id = next_id();
    const Batch batch = judge({job(post(id, channel_, "hello"))});
    const Outcome& outcome = batch.judged.at(0).outcome;
    EXPECT_EQ(outcome.status, OutcomeStatus::applied);
    EXPECT_EQ(batch.judged.at(0).ticket, 5U);
    EXPECT_EQ(messages_in(channel_), 1U);
    const Bucket timeline = company_.bucket(BucketKind::timeline, channel_);
    const auto at = std::ranges::find(outcome.positions, timeline.id, &Position::bucket);
    ASSERT_NE(at, outcome.positions.end());
    EXPECT_EQ(at->version, timeline.version);
    const auto move = std::ranges::find(batch.moved, timeline.id, &BucketMove::bucket);
    ASSERT_NE(move, batch.moved.end());
    EXPECT_EQ(move->from, 0U);
    EXPECT_EQ(move->to, timeline.version);
    EXPECT_FALSE(receipt(company_.ana, id));
}

TEST_F(ExecutorTest, OM32_what_was_done_already_says_where_it_stands) {
    const Id message = next_id();
    judge_one(job(post(message, channel_, "hello")));
    const auto deletion = [&] {
        return job({.id = next_id(),
                    .lane = channel_,
                    .kind = IntentKind::message_delete,
                    .args = args::encode(args::MessageTarget{channel_, message})});
    };
    EXPECT_FALSE(judge_one(deletion()).positions.empty());
    const Outcome again = judge_one(deletion());
    EXPECT_EQ(again.status, OutcomeStatus::applied);
    const Bucket timeline = company_.bucket(BucketKind::timeline, channel_);
    const auto at = std::ranges::find(again.positions, timeline.id, &Position::bucket);
    ASSERT_NE(at, again.positions.end());
    EXPECT_EQ(at->version, timeline.version);
}

TEST_F(ExecutorTest, OM32_a_repeated_intent_takes_effect_once) {
    const Intent intent = post(next_id(), channel_, "once");
    const Batch batch = judge({job(intent), job(intent)});  // in one batch
    EXPECT_FALSE(batch.judged.at(0).outcome.replayed);
    EXPECT_TRUE(batch.judged.at(1).outcome.replayed);
    const Outcome again = judge_one(job(intent));  // and in another
    EXPECT_EQ(again.status, OutcomeStatus::applied);
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.positions, batch.judged.at(0).outcome.positions);
    EXPECT_EQ(messages_in(channel_), 1U);
}

TEST_F(ExecutorTest, OM32_a_repeated_intent_takes_effect_once_after_a_restart) {
    const testing_support::TempFolder folder;
    const std::string path = folder / "server.db";
    Intent intent;
    Id user;
    Id organization;
    DeviceNumber device = 0;
    BucketId timeline;
    {
        auto storage = must(storage::open_sqlite(path));
        Company company(*storage, "acme");
        const Id channel = company.make_channel(company.yard, false, {});
        user = company.ana;
        organization = company.id;
        device = company.make_device(user);
        timeline = company.timeline(channel);
        intent = post(Id::make(device, 1), channel, "once");
        Executor executor(*storage, environment_);
        ASSERT_TRUE(executor.enqueue({user, organization, device, intent, 1}));
        EXPECT_EQ(executor.run().judged.at(0).outcome.status, OutcomeStatus::applied);
    }
    auto storage = must(storage::open_sqlite(path));
    Executor executor(*storage, environment_);
    ASSERT_TRUE(executor.enqueue({user, organization, device, intent, 1}));
    const Outcome outcome = executor.run().judged.at(0).outcome;
    EXPECT_EQ(outcome.status, OutcomeStatus::applied);
    EXPECT_TRUE(outcome.replayed);
    EXPECT_EQ(must(storage->find_bucket(timeline))->bucket.rows, 1U);
}

TEST_F(ExecutorTest, OM33_a_refused_intent_leaves_a_receipt_and_stays_refused) {
    const Intent intent = post(next_id(), channel_, "  ");
    const Batch batch = judge({job(intent)});
    EXPECT_EQ(batch.judged.at(0).outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(batch.judged.at(0).outcome.code, ErrorCode::intent_empty);
    const auto row = receipt(company_.ana, intent.id);
    ASSERT_TRUE(row);
    EXPECT_EQ(must(body::parse_receipt(row->body)).code,
              static_cast<std::uint16_t>(ErrorCode::intent_empty));
    ASSERT_EQ(batch.moved.size(), 1U);
    EXPECT_EQ(batch.moved[0].bucket, company_.own_bucket(company_.ana));
    const Outcome again = judge_one(job(intent));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.code, ErrorCode::intent_empty);
}

TEST_F(ExecutorTest, refuses_an_id_of_another_device_without_using_it_up) {
    const DeviceNumber other = company_.make_device(company_.ben);
    const Intent stolen = post(Id::make(other, 1), channel_, "mine");
    EXPECT_EQ(judge_one(job(stolen)).code, ErrorCode::intent_id_conflict);
    EXPECT_EQ(messages_in(channel_), 0U);
    EXPECT_EQ(judge_one(job(stolen, company_.ben, other)).status, OutcomeStatus::applied);
    EXPECT_EQ(messages_in(channel_), 1U);
}

TEST_F(ExecutorTest, keeps_a_stored_outcome_from_another_user) {
    const Intent intent = post(next_id(), channel_, "secret");
    EXPECT_EQ(judge_one(job(intent)).status, OutcomeStatus::applied);
    const Outcome other = judge_one(job(intent, company_.ben, company_.make_device(company_.ben)));
    EXPECT_EQ(other.status, OutcomeStatus::rejected);
    EXPECT_EQ(other.code, ErrorCode::access_forbidden);
    EXPECT_TRUE(other.positions.empty());
    // Another device of the same user may know.
    const Outcome own = judge_one(job(intent, company_.ana, company_.make_device(company_.ana)));
    EXPECT_EQ(own.status, OutcomeStatus::applied);
    EXPECT_TRUE(own.replayed);
}

TEST_F(ExecutorTest, OM33_two_things_under_one_id_are_not_taken_for_one) {
    // A copy of the phone has gone on with the same counter before the server saw it.
    const Id id = next_id();
    const Intent first = post(id, channel_, "from the phone");
    const Intent second = post(id, channel_, "from its copy");
    EXPECT_EQ(judge_one(job(first)).status, OutcomeStatus::applied);
    const Outcome conflict = judge_one(job(second));
    EXPECT_EQ(conflict.status, OutcomeStatus::rejected);
    EXPECT_EQ(conflict.code, ErrorCode::intent_id_conflict);
    EXPECT_FALSE(conflict.replayed);
    EXPECT_EQ(messages_in(channel_), 1U);
    const Outcome again = judge_one(job(first));
    EXPECT_EQ(again.status, OutcomeStatus::applied);
    EXPECT_TRUE(again.replayed);
}

TEST_F(ExecutorTest, the_same_words_at_another_time_are_another_thing) {
    Intent first = post(next_id(), channel_, "ok");
    Intent second = first;
    second.claimed_at = first.claimed_at + Millis{1};
    EXPECT_EQ(judge_one(job(first)).status, OutcomeStatus::applied);
    EXPECT_EQ(judge_one(job(second)).code, ErrorCode::intent_id_conflict);
}

TEST_F(ExecutorTest, messages_keep_their_order_when_the_clock_was_set_back_during_a_restart) {
    const Outcome before = judge_one(job(post(next_id(), channel_, "before")));
    environment_.set_clock(Millis{-5LL * 24 * 60 * 60 * 1000});
    Executor restarted(faulty_, environment_);
    for (const char* text : {"after", "last"}) {
        ASSERT_TRUE(restarted.enqueue(job(post(next_id(), channel_, text))));
    }
    const Batch batch = restarted.run();
    EXPECT_GT(batch.judged.at(0).outcome.at, before.at);
    EXPECT_GT(batch.judged.at(1).outcome.at, batch.judged.at(0).outcome.at);
    const auto newest =
        must(storage_->newest_rows(company_.timeline(channel_), RowKind::message, 1));
    EXPECT_NE(newest.at(0).body.find("last"), std::string::npos);
}

TEST_F(ExecutorTest, OM5_access_is_judged_by_what_the_intent_before_has_changed) {
    const Id secret = company_.make_channel(company_.yard, true, {company_.ana});
    const DeviceNumber bens = company_.make_device(company_.ben);
    std::uint32_t number = 0;
    const auto by_ben = [&] {
        return job(post(Id::make(bens, ++number), secret, "m"), company_.ben, bens);
    };
    const auto by_ana = [&](IntentKind kind) {
        const args::ChannelMember member{.channel = secret, .user = company_.ben};
        return job({.id = next_id(), .lane = secret, .kind = kind, .args = args::encode(member)});
    };
    EXPECT_EQ(judge_one(by_ben()).code, ErrorCode::access_forbidden);
    EXPECT_EQ(judge_one(by_ana(IntentKind::channel_add_member)).status, OutcomeStatus::applied);
    EXPECT_EQ(judge_one(by_ben()).status, OutcomeStatus::applied);
    const Batch batch = judge({by_ben(), by_ana(IntentKind::channel_remove_member), by_ben()});
    EXPECT_EQ(batch.judged.at(0).outcome.status, OutcomeStatus::applied);
    EXPECT_EQ(batch.judged.at(1).outcome.status, OutcomeStatus::applied);
    EXPECT_EQ(batch.judged.at(2).outcome.code, ErrorCode::access_forbidden);
}

TEST_F(ExecutorTest, OM5_does_not_reach_into_another_organization) {
    Company rival(*storage_, "rival");
    const Id theirs = rival.make_channel(rival.yard, false, {rival.ana});
    const Outcome outcome = judge_one(job(post(next_id(), theirs, "hello")));
    EXPECT_EQ(outcome.code, ErrorCode::access_forbidden);
    EXPECT_EQ(rival.bucket(BucketKind::timeline, theirs).rows, 0U);
    const ServerWorld world(*storage_, company_.id);
    EXPECT_FALSE(must(world.find({rival.directory, RowKind::user, rival.ana})));
    EXPECT_FALSE(must(world.bucket(BucketKind::channel, theirs)));
}

TEST_F(ExecutorTest, quarantines_what_it_does_not_know_and_asks_for_it_later) {
    Intent intent = post(next_id(), channel_, "future");
    intent.kind = static_cast<IntentKind>(999);
    const Outcome outcome = judge_one(job(intent));
    EXPECT_EQ(outcome.status, OutcomeStatus::later);
    EXPECT_EQ(outcome.code, ErrorCode::intent_unknown_kind);
    EXPECT_GT(outcome.retry_after.count, 0);
    EXPECT_EQ(judge_one(job(intent)).status, OutcomeStatus::later);  // again, harmlessly
    intent.kind = IntentKind::message_post;                          // the server has been updated
    EXPECT_EQ(judge_one(job(intent)).status, OutcomeStatus::applied);
}

TEST_F(ExecutorTest, refuses_oversized_arguments) {
    Intent intent = post(next_id(), channel_, std::string(70'000, 'x'));
    const Outcome outcome = judge_one(job(intent));
    EXPECT_EQ(outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(outcome.code, ErrorCode::request_too_large);
}

TEST_F(ExecutorTest, OM32_a_failed_commit_leaves_nothing_and_everybody_tries_again) {
    const Intent first = post(next_id(), channel_, "one");
    const Intent second = post(next_id(), channel_, " ");
    faulty_.commit_fails = ErrorCode::storage_full;
    const Batch failed = judge({job(first), job(second)});
    ASSERT_TRUE(failed.failure);
    EXPECT_TRUE(failed.moved.empty());
    for (const JudgedIntent& one : failed.judged) {
        EXPECT_EQ(one.outcome.status, OutcomeStatus::later);
        EXPECT_EQ(one.outcome.code, ErrorCode::storage_full);
        EXPECT_GT(one.outcome.retry_after.count, 0);
    }
    EXPECT_EQ(messages_in(channel_), 0U);
    EXPECT_FALSE(must(storage_->find_outcome(first.id)));
    EXPECT_FALSE(receipt(company_.ana, second.id));

    faulty_.commit_fails.reset();
    const Batch done = judge({job(first), job(second)});
    EXPECT_EQ(done.judged.at(0).outcome.status, OutcomeStatus::applied);
    EXPECT_EQ(done.judged.at(1).outcome.status, OutcomeStatus::rejected);
    EXPECT_EQ(messages_in(channel_), 1U);
}

TEST_F(ExecutorTest, one_intent_that_fails_holds_up_its_lane_only) {
    const Id other = company_.make_channel(company_.yard, false, {company_.ana});
    const Intent poisoned = post(next_id(), channel_, "poisoned");
    const Intent behind = post(next_id(), channel_, "behind");
    const Intent beside = post(next_id(), other, "beside");
    faulty_.write_fails = [&](std::span<const RowChange> changes) {
        const bool hit = std::ranges::any_of(
            changes, [&](const RowChange& change) { return change.key.id == poisoned.id; });
        return hit ? std::optional(ErrorCode::storage_failed) : std::nullopt;
    };
    const Batch batch = judge({job(poisoned), job(behind), job(beside)});
    EXPECT_FALSE(batch.failure);
    EXPECT_EQ(batch.judged.at(0).outcome.status, OutcomeStatus::later);
    EXPECT_EQ(batch.judged.at(1).outcome.status, OutcomeStatus::later);
    EXPECT_EQ(batch.judged.at(2).outcome.status, OutcomeStatus::applied);
    EXPECT_EQ(messages_in(channel_), 0U);
    EXPECT_EQ(messages_in(other), 1U);
}

TEST_F(ExecutorTest, takes_only_so_many_at_once_and_refuses_beyond_the_queue) {
    for (std::size_t i = 0; i < limits::queue_intents_max; ++i) {
        ASSERT_TRUE(executor_.enqueue(job(post(Id{}, channel_, "x"))));
    }
    EXPECT_FALSE(executor_.enqueue(job(post(Id{}, channel_, "x"))));
    EXPECT_EQ(executor_.run(3).judged.size(), 3U);
    EXPECT_EQ(executor_.queued(), limits::queue_intents_max - 3);
}

TEST_F(ExecutorTest, reports_the_buckets_that_a_new_channel_makes) {
    const Intent create{.id = next_id(),
                        .lane = company_.yard,
                        .kind = IntentKind::channel_create,
                        .args = args::encode(args::ChannelCreate{
                            .group = company_.yard, .name = "secret", .is_private = true})};
    const Batch batch = judge({job(create)});
    ASSERT_EQ(batch.judged.at(0).outcome.status, OutcomeStatus::applied)
        << error_name(batch.judged.at(0).outcome.code);
    EXPECT_EQ(batch.created.size(), 2U);
    const auto record = must(storage_->find_bucket(BucketKind::timeline, create.id));
    ASSERT_TRUE(record);
    EXPECT_FALSE(record->open);
    EXPECT_EQ(record->organization, company_.id);
    EXPECT_EQ(record->bucket.parent, company_.yard);
}

}  // namespace
}  // namespace holdfast::services
