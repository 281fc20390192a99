#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sync/testing/client_fixture.hpp"

namespace holdfast::sync {
namespace {

using ::testing::SizeIs;

TEST_F(ClientSessionTest, OM31_sends_what_waits_as_soon_as_the_server_answers) {
    begin({.waiting = 2});
    EXPECT_TRUE(loads.empty());
    connect();
    ASSERT_THAT(loads, SizeIs(1));
    const Intent intent{
        .id = Id::make(2000, 1), .lane = Id{5}, .kind = IntentKind::message_post, .args = "{}"};
    feed(ClientSession::IntentsLoaded{{intent}, false});
    EXPECT_EQ(std::get<wire::Push>(*wire::decode(sent.back())).intents.at(0).id, intent.id);
    EXPECT_TRUE(session->is_in_flight(intent.id));
    receive(wire::Outcomes{{Outcome{.intent = intent.id}}});
    EXPECT_THAT(outcomes, SizeIs(1));
    EXPECT_FALSE(session->is_in_flight(intent.id));
}

TEST_F(ClientSessionTest, OM32_sends_again_from_the_start_after_a_cut) {
    begin({.waiting = 1});
    connect();
    const Intent intent{
        .id = Id::make(2000, 1), .lane = Id{5}, .kind = IntentKind::message_post, .args = "{}"};
    feed(ClientSession::IntentsLoaded{{intent}, false});
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    connect();
    ASSERT_THAT(loads, SizeIs(2));
    EXPECT_EQ(loads[1].after, Id{});
}

TEST_F(ClientSessionTest, sends_no_more_than_its_window_without_an_outcome) {
    begin({.waiting = 1000});
    connect();
    std::uint32_t counter = 0;
    std::size_t answered = 0;
    while (answered < loads.size()) {
        answered = loads.size();
        std::vector<Intent> some;
        for (std::size_t i = 0; i < loads.back().limit; ++i) {
            some.push_back(intent(++counter, Id{5}));
        }
        feed(ClientSession::IntentsLoaded{some, true});
    }
    EXPECT_EQ(session->in_flight(), limits::intents_window);
    receive(wire::Outcomes{{Outcome{.intent = Id::make(2000, 1)}}});
    EXPECT_EQ(loads.size(), answered) << "there is no room for a whole push yet";
    wire::Outcomes more;
    for (std::uint32_t i = 2; i <= 64; ++i) {
        more.outcomes.push_back(Outcome{.intent = Id::make(2000, i)});
    }
    receive(more);
    ASSERT_EQ(loads.size(), answered + 1);
    EXPECT_EQ(loads.back().after, Id::make(2000, counter));
}

TEST_F(ClientSessionTest, OM33_what_comes_back_into_the_outbox_is_read_from_the_beginning) {
    begin({.waiting = 1});
    connect();
    feed(ClientSession::IntentsLoaded{{intent(9, Id{5})}, false});
    feed(ClientSession::OutboxChanged{.waiting = 2, .from = Id::make(2000, 10)});
    ASSERT_THAT(loads, SizeIs(2));
    EXPECT_EQ(loads.back().after, Id::make(2000, 9)) << "it is behind what was handed out";
    feed(ClientSession::IntentsLoaded{{intent(10, Id{5})}, false});
    feed(ClientSession::OutboxChanged{.waiting = 3, .from = Id{1}});
    ASSERT_THAT(loads, SizeIs(3));
    EXPECT_EQ(loads.back().after, Id{});
    feed(ClientSession::OutboxChanged{.waiting = 5, .from = Id{1}});
    EXPECT_THAT(loads, SizeIs(3)) << "one at a time";
    feed(ClientSession::IntentsLoaded{{intent(3, Id{5}), intent(9, Id{5})}, false});
    EXPECT_EQ(pushed(sent.size() - 1), std::vector<Id>{Id::make(2000, 3)});
    ASSERT_THAT(loads, SizeIs(4)) << "once more: that one may have begun too late";
    EXPECT_EQ(loads.back().after, Id{});
}

TEST_F(ClientSessionTest, a_lane_that_waits_holds_up_no_other) {
    begin({.waiting = 4});
    connect();
    feed(ClientSession::IntentsLoaded{{intent(1, Id{5}), intent(2, Id{6})}, true});
    receive(wire::Outcomes{{later(1, Millis{2000}), Outcome{.intent = Id::make(2000, 2)}}});
    feed(ClientSession::IntentsLoaded{{intent(3, Id{5}), intent(4, Id{6})}, false});
    EXPECT_EQ(pushed(sent.size() - 1), std::vector<Id>{Id::make(2000, 4)});
    while (loads.size() == 2) {
        pass_deadline();
    }
    EXPECT_EQ(loads.back().after, Id{Id::make(2000, 1).value - 1});
    feed(ClientSession::IntentsLoaded{{intent(1, Id{5}), intent(3, Id{5}), intent(4, Id{6})}});
    EXPECT_EQ(pushed(sent.size() - 1), (std::vector<Id>{Id::make(2000, 1), Id::make(2000, 3)}))
        << "in order, and nothing that is under way";
}

TEST_F(ClientSessionTest, an_intent_that_the_server_does_not_know_yet_holds_up_no_other) {
    begin({.waiting = 2});
    connect();
    const Intent first{
        .id = Id::make(2000, 1), .lane = Id{5}, .kind = IntentKind::message_post, .args = "{}"};
    feed(ClientSession::IntentsLoaded{{first}, true});
    receive(wire::Outcomes{{Outcome{.intent = first.id,
                                    .status = OutcomeStatus::later,
                                    .code = ErrorCode::intent_unknown_kind,
                                    .retry_after = Millis{3'600'000}}}});
    EXPECT_THAT(loads, SizeIs(2));
    EXPECT_TRUE(outcomes.empty());
}

TEST_F(ClientSessionTest, who_writes_faster_than_the_server_takes_frames_stays_connected) {
    begin();
    connect();
    const auto burst = static_cast<std::uint32_t>(limits::pushes.burst);
    for (std::uint32_t i = 1; i <= burst + 50; ++i) {
        feed(ClientSession::OutboxChanged{.waiting = 1});
        if (loads.size() == i) {
            feed(ClientSession::IntentsLoaded{{intent(i, Id{5})}, false});
            receive(wire::Outcomes{{Outcome{.intent = Id::make(2000, i)}}});
        }
    }
    EXPECT_THAT(loads, SizeIs(burst));
    pass_deadline();
    ASSERT_THAT(loads, SizeIs(burst + 1)) << "what gathered meanwhile goes together";
    EXPECT_EQ(loads.back().after, Id::make(2000, burst));
}

TEST_F(ClientSessionTest, asks_again_after_later) {
    begin({.waiting = 1});
    connect();
    const Intent intent{
        .id = Id::make(2000, 1), .lane = Id{5}, .kind = IntentKind::message_post, .args = "{}"};
    feed(ClientSession::IntentsLoaded{{intent}, false});
    receive(wire::Outcomes{{Outcome{
        .intent = intent.id, .status = OutcomeStatus::later, .retry_after = Millis{700}}}});
    EXPECT_TRUE(outcomes.empty());
    EXPECT_THAT(loads, SizeIs(1));
    pass_deadline();
    EXPECT_THAT(loads, SizeIs(2));
}

TEST_F(ClientSessionTest, gives_up_a_connection_on_which_intents_get_no_answer) {
    begin({.waiting = 1});
    connect();
    const Intent intent{
        .id = Id::make(2000, 1), .lane = Id{5}, .kind = IntentKind::message_post, .args = "{}"};
    feed(ClientSession::IntentsLoaded{{intent}, false});
    const Instant sent_at = now;
    while (std::holds_alternative<ClientSession::Connected>(session->state())) {
        pass_deadline();
        if (auto frame = wire::decode(sent.back()); std::holds_alternative<wire::Ping>(*frame)) {
            receive(wire::Pong{std::get<wire::Ping>(*frame).nonce, WallTime{1}});
        }
    }
    EXPECT_LE((now - sent_at).count, limits::outcome_time_max.count);
}

}  // namespace
}  // namespace holdfast::sync
