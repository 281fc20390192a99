#include "client/outbox/outbox.hpp"

#include <gmock/gmock.h>

#include <string>

#include "client/outbox/kept.hpp"
#include "client/outbox/limits.hpp"
#include "client/outbox/positions.hpp"
#include "client/outbox/testing/outbox_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::OutboxTest;

TEST_F(OutboxTest, OM37_what_was_added_is_there_after_a_kill) {
    Id first;
    {
        Outbox outbox = open();
        const auto added = outbox.add(draft("one"), device, now);
        ASSERT_TRUE(added);
        first = added->id;
        ASSERT_TRUE(outbox.add(draft("two"), device, now));
    }
    const Outbox outbox = open();
    EXPECT_EQ(outbox.waiting(), 2U);
    const auto loaded = outbox.load({}, 10, 1 << 20, now);
    ASSERT_EQ(loaded.intents.size(), 2U);
    EXPECT_EQ(loaded.intents[0].id, first);
    EXPECT_EQ(loaded.intents[0].args, draft("one").args);
    EXPECT_EQ(loaded.intents[0].claimed_at.ms, 5000);
    EXPECT_EQ(loaded.intents[0].elapsed_ms, -1);
    EXPECT_FALSE(loaded.more);
}

TEST_F(OutboxTest, OM32_ids_are_never_given_twice) {
    Id before;
    {
        Outbox outbox = open();
        before = outbox.add(draft("one"), device, now)->id;
        ASSERT_TRUE(outbox.settle(std::vector{outcome(before, OutcomeStatus::applied)}));
        ASSERT_TRUE(outbox.forget(std::vector{before}));
        ASSERT_TRUE(outbox.sign_out());
    }
    Outbox outbox = open();
    EXPECT_GT(outbox.add(draft("two"), device, now)->id, before);
}

TEST_F(OutboxTest, OM33_a_refused_item_stays_until_it_is_discarded) {
    Outbox outbox = open();
    const Id id = outbox.add(draft("one"), device, now, {.connected = true})->id;
    EXPECT_EQ(outbox.discard(id).error().code, ErrorCode::outbox_may_be_sent);
    ASSERT_TRUE(outbox.settle(
        std::vector{outcome(id, OutcomeStatus::rejected, ErrorCode::access_forbidden)}));
    EXPECT_EQ(outbox.waiting(), 0U);
    EXPECT_EQ(outbox.refused().size(), 1U);
    outbox = open();
    ASSERT_NE(outbox.find(id), nullptr);
    EXPECT_EQ(outbox.find(id)->code, ErrorCode::access_forbidden);
    EXPECT_EQ(outbox.find(id)->intent.args, draft("one").args);
    EXPECT_TRUE(outbox.load({}, 10, 1 << 20, now).intents.empty());
    ASSERT_TRUE(outbox.discard(id));
    EXPECT_EQ(open().refused().size(), 0U);
}

TEST_F(OutboxTest, OM35_what_was_never_offered_can_be_taken_back_also_after_a_restart) {
    Id kept;
    Id taken_back;
    {
        Outbox outbox = open();
        taken_back = outbox.add(draft("one"), device, now)->id;
        kept = outbox.add(draft("two"), device, now)->id;
    }
    Outbox outbox = open();
    EXPECT_EQ(*outbox.discard(taken_back), std::vector{taken_back});
    EXPECT_EQ(outbox.discard(taken_back).error().code, ErrorCode::outbox_unknown_item);
    outbox = open();
    ASSERT_EQ(outbox.waiting(), 1U);
    outbox.offer(outbox.load({}, 10, 1 << 20, now).intents);
    EXPECT_EQ(outbox.discard(kept).error().code, ErrorCode::outbox_may_be_sent);
    outbox = open();
    EXPECT_EQ(outbox.discard(kept).error().code, ErrorCode::outbox_may_be_sent)
        << "no restart makes it sure that the server has not got it";
}

TEST_F(OutboxTest, OM33_what_was_said_about_another_things_id_stays_when_the_refused_one_goes) {
    Outbox outbox = open();
    const Id refused = outbox.add(draft("one"), device, now)->id;
    ASSERT_TRUE(outbox.settle(
        std::vector{outcome(refused, OutcomeStatus::rejected, ErrorCode::intent_id_conflict)}));
    Intent reaction = draft("");
    reaction.args = R"({"message":")" + to_string(refused) + R"("})";
    const Id about_another = outbox.add(std::move(reaction), device, now)->id;
    EXPECT_EQ(*outbox.discard(refused), std::vector{refused});
    EXPECT_NE(outbox.find(about_another), nullptr)
        << "another image of the phone wrote what it names";
}

TEST_F(OutboxTest, OM35_what_was_said_about_an_item_goes_with_it) {
    Outbox outbox = open();
    const auto about = [&](Id other) {
        Intent intent = draft("");
        intent.args = R"({"message":")" + to_string(other) + R"("})";
        return outbox.add(std::move(intent), device, now)->id;
    };
    const Id message = outbox.add(draft("one"), device, now)->id;
    const Id other = outbox.add(draft("two"), device, now)->id;
    const Id reply = about(message);
    const Id to_other = about(other);
    const Id to_reply = about(reply);
    EXPECT_EQ(*outbox.discard(message), (std::vector{message, reply, to_reply}));
    outbox = open();
    EXPECT_EQ(outbox.waiting(), 2U);
    EXPECT_NE(outbox.find(to_other), nullptr);
}

TEST_F(OutboxTest, OM35_retry_puts_a_refused_item_at_the_end_with_a_new_id) {
    Outbox outbox = open();
    const Id refused = outbox.add(draft("one"), device, now)->id;
    const Id waiting = outbox.add(draft("two"), device, now)->id;
    ASSERT_TRUE(outbox.settle(
        std::vector{outcome(refused, OutcomeStatus::rejected, ErrorCode::access_forbidden)}));
    const auto again = outbox.retry(refused, device, now, false);
    ASSERT_TRUE(again);
    EXPECT_GT(again->id, waiting);
    EXPECT_EQ(again->args, draft("one").args);
    outbox = open();
    EXPECT_EQ(outbox.find(refused), nullptr);
    EXPECT_EQ(outbox.waiting(), 2U);
}

TEST_F(OutboxTest, an_applied_item_stays_until_its_effects_are_seen) {
    Outbox outbox = open();
    const Id id = outbox.add(draft("one"), device, now)->id;
    ASSERT_TRUE(outbox.settle(std::vector{outcome(id, OutcomeStatus::applied)}));
    outbox = open();
    EXPECT_EQ(outbox.waiting(), 0U);
    ASSERT_NE(outbox.find(id), nullptr);
    EXPECT_EQ(outbox.find(id)->state, Outbox::State::applied);
    EXPECT_THAT(outbox.find(id)->positions, testing::ElementsAre(Position{BucketId{9}, 12}));
    ASSERT_TRUE(outbox.forget(std::vector{id}));
    EXPECT_TRUE(open().items().empty());
}

TEST_F(OutboxTest, OM33_what_was_confirmed_and_seen_waits_again_when_the_server_has_lost_it) {
    Id seen;
    Id applied;
    {
        Outbox outbox = open();
        seen = outbox.add(draft("seen"), device, now)->id;
        applied = outbox.add(draft("applied"), device, now)->id;
        const Intent refused = *outbox.add(draft("refused"), device, now);
        ASSERT_TRUE(outbox.settle(std::vector{
            outcome(seen, OutcomeStatus::applied),
            outcome(applied, OutcomeStatus::applied),
            outcome(refused.id, OutcomeStatus::rejected, ErrorCode::access_forbidden)}));
        ASSERT_TRUE(outbox.forget(std::vector{seen}));
        EXPECT_EQ(outbox.items().size(), 2U);
    }
    Outbox outbox = open();
    EXPECT_EQ(outbox.send_again(Outbox::Again::unseen), 1U);
    EXPECT_EQ(outbox.send_again(Outbox::Again::all), 1U);
    EXPECT_EQ(outbox.waiting(), 2U);
    EXPECT_TRUE(outbox.applied().empty());
    const auto loaded = outbox.load({}, 10, 10'000, now);
    ASSERT_EQ(loaded.intents.size(), 2U);
    EXPECT_EQ(loaded.intents[0].id, seen);
    EXPECT_EQ(loaded.intents[0].args, draft("seen").args);
    EXPECT_EQ(loaded.intents[1].id, applied);
    EXPECT_EQ(outbox.refused().size(), 1U) << "a refusal stands";
    EXPECT_EQ(outbox.send_again(Outbox::Again::all), 0U);

    outbox = open();
    EXPECT_EQ(outbox.waiting(), 2U);
    ASSERT_TRUE(outbox.settle(std::vector{outcome(seen, OutcomeStatus::applied)}));
    ASSERT_TRUE(outbox.forget(std::vector{seen}));
    EXPECT_EQ(outbox.send_again(Outbox::Again::all), 1U) << "kept once more";
}

TEST_F(OutboxTest, only_the_latest_intents_are_kept_for_a_server_that_forgets) {
    Outbox outbox = open();
    std::vector<Id> ids;
    std::vector<Outcome> outcomes;
    for (std::uint64_t i = 0; i < limits::kept_intents_max + 3; ++i) {
        ids.push_back(outbox.add(draft(std::to_string(i)), device, now)->id);
        outcomes.push_back(outcome(ids.back(), OutcomeStatus::applied));
    }
    ASSERT_TRUE(outbox.settle(outcomes));
    ASSERT_TRUE(outbox.forget(ids));
    EXPECT_EQ(outbox.send_again(Outbox::Again::all), limits::kept_intents_max);
    EXPECT_EQ(outbox.items().begin()->first, ids[3]);
}

TEST_F(OutboxTest, later_leaves_an_item_waiting) {
    Outbox outbox = open();
    const Id id = outbox.add(draft("one"), device, now)->id;
    ASSERT_TRUE(outbox.settle(std::vector{outcome(id, OutcomeStatus::later)}));
    EXPECT_EQ(outbox.waiting(), 1U);
}

TEST_F(OutboxTest, load_keeps_to_its_limits_and_goes_on_behind_an_id) {
    Outbox outbox = open();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(outbox.add(draft(std::to_string(i)), device, now));
    }
    const auto first = outbox.load({}, 2, 1 << 20, Instant{1500});
    EXPECT_EQ(first.intents.size(), 2U);
    EXPECT_TRUE(first.more);
    EXPECT_EQ(first.intents[0].elapsed_ms, 500);
    const auto rest = outbox.load(first.intents.back().id, 10, 1 << 20, now);
    EXPECT_EQ(rest.intents.size(), 3U);
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(outbox.load({}, 10, 1, now).intents.size(), 1U);
}

TEST_F(OutboxTest, OM38_a_full_disk_refuses_and_does_nothing_half) {
    Outbox outbox = open(120 * 1024);
    std::size_t added = 0;
    ErrorCode code = ErrorCode::none;
    for (int i = 0; i < 1000 && code == ErrorCode::none; ++i) {
        const auto result = outbox.add(draft(std::string(4000, 'x')), device, now);
        result ? void(++added) : void(code = result.error().code);
    }
    EXPECT_EQ(code, ErrorCode::storage_full);
    EXPECT_GT(added, 0U);
    EXPECT_EQ(outbox.waiting(), added);
    outbox = open();
    EXPECT_EQ(outbox.waiting(), added);
    EXPECT_TRUE(outbox.add(draft("there is room again"), device, now));
}

TEST_F(OutboxTest, too_many_items_are_refused_with_the_limit) {
    Outbox outbox = open();
    std::size_t added = 0;
    const std::string large(48 * 1024, 'x');
    ErrorCode code = ErrorCode::none;
    while (code == ErrorCode::none) {
        const auto result = outbox.add(draft(large), device, now);
        result ? void(++added) : void(code = result.error().code);
    }
    EXPECT_EQ(code, ErrorCode::outbox_full);
    EXPECT_LE(added * large.size(), limits::outbox_bytes_max);
}

TEST_F(OutboxTest, OM19_account_and_values_survive_restarts) {
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.save_account({.user = Id{1},
                                         .organization = Id{2},
                                         .device = device,
                                         .salt = ~std::uint64_t{0},
                                         .access_token = "a",
                                         .refresh_token = "r"}));
        ASSERT_TRUE(outbox.set_value("offline", "{}"));
    }
    Outbox outbox = open();
    ASSERT_TRUE(outbox.account());
    EXPECT_EQ(outbox.account()->salt, ~std::uint64_t{0});
    EXPECT_EQ(outbox.account()->refresh_token, "r");
    EXPECT_EQ(outbox.value("offline"), "{}");
    ASSERT_TRUE(outbox.sign_out());
    EXPECT_FALSE(outbox.account());
    EXPECT_EQ(outbox.device(), device);
    EXPECT_EQ(outbox.salt(), ~std::uint64_t{0}) << "it proves at the next sign-in who this is";
    EXPECT_EQ(open().salt(), ~std::uint64_t{0});
    EXPECT_EQ(outbox.value("offline"), "");
}

TEST(Positions, unreadable_ones_are_left_out) {
    const std::vector<Position> positions{{BucketId{1}, 2}, {BucketId{3}, 4}};
    EXPECT_EQ(parse_positions(encode_positions(positions)), positions);
    EXPECT_TRUE(parse_positions("garbage").empty());
    EXPECT_EQ(parse_positions(R"([["1"],["x","2"],["5","6"]])").size(), 1U);
}

TEST_F(OutboxTest, OM37_a_draft_is_there_after_a_kill_until_it_is_sent_or_deleted) {
    Outbox::Draft draft{.number = 1,
                        .channel = Id{7},
                        .version = Id{8},
                        .changed_at = WallTime{5000},
                        .answers = R"({"note":"Dry."})"};
    {
        Outbox outbox = open();
        EXPECT_EQ(outbox.next_draft(), 1);
        ASSERT_TRUE(outbox.save_draft(draft));
        draft.answers = R"({"note":"Dry. "})";
        ASSERT_TRUE(outbox.save_draft(draft));
        EXPECT_TRUE(outbox.holds_work());
    }
    {
        Outbox outbox = open();
        EXPECT_EQ(outbox.drafts().at(1), draft);
        EXPECT_EQ(outbox.next_draft(), 2);
        ASSERT_TRUE(outbox.add(OutboxTest::draft("card"), device, now, {.form = 1}));
        EXPECT_TRUE(outbox.drafts().empty());
    }
    Outbox outbox = open();
    EXPECT_TRUE(outbox.drafts().empty());
    EXPECT_EQ(outbox.waiting(), 1U);
    EXPECT_EQ(outbox.next_draft(), 2);  // a number is not given twice
    draft.number = 2;
    ASSERT_TRUE(outbox.save_draft(draft));
    ASSERT_TRUE(outbox.delete_draft(2));
    ASSERT_TRUE(outbox.delete_draft(2));
    EXPECT_TRUE(outbox.drafts().empty());
}

TEST_F(OutboxTest, an_action_that_finds_no_room_leaves_its_draft) {
    Outbox outbox = open(64 * 1024);
    ASSERT_TRUE(outbox.save_draft({.number = 1, .channel = Id{7}, .answers = "{}"}));
    const auto added = outbox.add(draft(std::string(80'000, 'x')), device, now, {.form = 1});
    EXPECT_FALSE(added);
    EXPECT_EQ(outbox.drafts().size(), 1U);
    EXPECT_EQ(open().drafts().size(), 1U);
}

TEST_F(OutboxTest, a_refused_answer_becomes_a_draft_in_one_step) {
    Outbox outbox = open();
    const Id id = outbox.add(draft("card"), device, now)->id;
    EXPECT_FALSE(outbox.reopen(id, {.number = 1, .answers = "{}"}));
    ASSERT_TRUE(outbox.settle(std::array{outcome(id, OutcomeStatus::rejected)}));
    ASSERT_TRUE(outbox.reopen(id, {.number = 1, .channel = Id{7}, .answers = "{}"}));
    EXPECT_EQ(outbox.refused().size(), 0U);
    EXPECT_EQ(open().drafts().size(), 1U);
    EXPECT_TRUE(open().items().empty());
}

TEST_F(OutboxTest, drafts_have_a_limit_and_the_oldest_stays) {
    Outbox outbox = open();
    for (std::size_t i = 1; i <= limits::drafts_max; ++i) {
        ASSERT_TRUE(outbox.save_draft({.number = static_cast<std::int64_t>(i), .answers = "{}"}));
    }
    const auto refused = outbox.save_draft({.number = 1000, .answers = "{}"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::outbox_full);
    EXPECT_TRUE(outbox.save_draft({.number = 1, .answers = R"({"a":"x"})"}));
}

}  // namespace
}  // namespace holdfast::client
