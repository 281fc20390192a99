#include "core/sync/server_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::sync {
namespace {

using ::testing::SizeIs;

constexpr Instant start{1000};
constexpr Id user{501};

Bucket bucket(std::uint64_t id, std::uint64_t version) {
    Bucket head;
    head.id = BucketId{id};
    head.kind = BucketKind::timeline;
    head.owner = Id{id + 1000};
    head.epoch = 1;
    head.version = version;
    head.rows = version;
    head.sum = Sum{version * 7, 0};
    return head;
}

/// A session and what it has put out, decoded.
class ServerSessionTest : public ::testing::Test {
protected:
    ServerSession session{start};
    std::vector<ServerSession::Admit> admits;
    std::vector<ServerSession::Execute> executes;
    std::vector<wire::Bytes> sent;
    std::vector<ErrorCode> closed;

    void feed(const ServerSession::Input& input, Instant now = start) {
        session.handle(now, input);
        while (auto output = session.poll_output()) {
            if (auto* admit = std::get_if<ServerSession::Admit>(&*output)) {
                admits.push_back(std::move(*admit));
            } else if (auto* execute = std::get_if<ServerSession::Execute>(&*output)) {
                executes.push_back(std::move(*execute));
            } else if (const auto* send = std::get_if<ServerSession::Send>(&*output)) {
                sent.push_back(*send->bytes);
            } else if (const auto* close = std::get_if<ServerSession::Close>(&*output)) {
                closed.push_back(close->code);
            }
        }
    }

    void receive(const wire::Frame& frame, Instant now = start) {
        const wire::Bytes bytes = wire::encode(frame);
        feed(ServerSession::Received{bytes}, now);
    }

    /// The newest frame sent, which must be an F.
    template <class F>
    F last() {
        EXPECT_FALSE(sent.empty());
        auto frame = wire::decode(sent.back());
        EXPECT_TRUE(frame.has_value());
        EXPECT_TRUE(std::holds_alternative<F>(*frame));
        return std::get<F>(*frame);
    }

    ServerSession::Admitted admitted(std::vector<Bucket> readable) {
        return {.user = user,
                .organization = Id{1},
                .device = 2000,
                .salt = 9,
                .server_time = WallTime{5'000'000},
                .policy = "{}",
                .readable = std::move(readable)};
    }

    void go_live(std::vector<Bucket> readable, wire::Hello hello = {}) {
        hello.token = "token";
        hello.device = 2000;
        receive(hello);
        feed(admitted(std::move(readable)));
    }
};

TEST_F(ServerSessionTest, asks_to_admit_a_device_that_says_hello) {
    wire::Hello hello;
    hello.token = "secret";
    hello.device = 2000;
    receive(hello);
    ASSERT_THAT(admits, SizeIs(1));
    EXPECT_EQ(admits[0].hello.token, "secret");
    EXPECT_TRUE(std::holds_alternative<ServerSession::Admitting>(session.state()));
}

TEST_F(ServerSessionTest, welcomes_with_the_heads_that_differ_and_the_buckets_that_are_lost) {
    wire::Hello hello;
    hello.cursors = {{BucketId{1}, 1, 5, bucket(1, 5).sum},  // exact
                     {BucketId{2}, 1, 3, bucket(2, 3).sum},  // behind
                     {BucketId{9}, 1, 3, Sum{}}};            // no longer readable
    go_live({bucket(1, 5), bucket(2, 4), bucket(3, 1)}, hello);
    const auto welcome = last<wire::Welcome>();
    EXPECT_EQ(welcome.exact, 1U);
    ASSERT_THAT(welcome.heads, SizeIs(2));
    EXPECT_EQ(welcome.heads[0].id, BucketId{2});
    EXPECT_EQ(welcome.heads[1].id, BucketId{3});
    ASSERT_THAT(welcome.revoked, SizeIs(1));
    EXPECT_EQ(welcome.revoked[0], BucketId{9});
}

wire::Hello brief_hello() {
    return {.device = 2000, .resume = "sealed", .digest = Sum{1, 2}};
}

TEST_F(ServerSessionTest, a_short_greeting_with_nothing_new_is_welcomed_in_short) {
    receive(brief_hello());
    ASSERT_THAT(admits, SizeIs(1));
    auto admitted_exact = admitted({bucket(1, 5), bucket(2, 4)});
    admitted_exact.exact = true;
    admitted_exact.resume = "next";
    feed(admitted_exact);
    const auto welcome = last<wire::Welcome>();
    EXPECT_EQ(welcome.exact, 2U);
    EXPECT_TRUE(welcome.heads.empty());
    EXPECT_EQ(welcome.resume, "next");
    feed(ServerSession::Changed{.head = bucket(2, 5), .from = 4, .page = nullptr});
    EXPECT_THAT(last<wire::Heads>().heads, SizeIs(1)) << "it is told of what comes later";
}

TEST_F(ServerSessionTest, a_greeting_that_is_too_short_is_asked_for_once_more_in_full) {
    receive(brief_hello());
    feed(ServerSession::TooShort{}, start + Millis{9'000});
    (void)last<wire::Again>();
    EXPECT_EQ(*session.next_deadline(), start + Millis{9'000} + limits::greeting_time_max);
    go_live({bucket(1, 5)}, {.cursors = {{BucketId{1}, 1, 3, Sum{}}}});
    EXPECT_THAT(last<wire::Welcome>().heads, SizeIs(1));
}

TEST_F(ServerSessionTest, a_second_short_greeting_ends_the_conversation) {
    receive(brief_hello());
    feed(ServerSession::TooShort{});
    receive(brief_hello());
    EXPECT_THAT(closed, ::testing::ElementsAre(ErrorCode::protocol_unexpected));
}

TEST_F(ServerSessionTest, OM31_what_follows_an_intent_that_was_put_off_waits_with_it) {
    go_live({});
    const auto push = [&](std::uint32_t counter) {
        receive(wire::Push{.intents = {{.id = Id::make(2000, counter),
                                        .lane = Id{7},
                                        .kind = IntentKind::message_post,
                                        .args = "{}"}}});
    };
    push(1);
    push(2);  // under way already
    feed(ServerSession::Judged{{Outcome{.intent = Id::make(2000, 1),
                                        .status = OutcomeStatus::later,
                                        .code = ErrorCode::storage_full,
                                        .retry_after = Millis{2000}}}});
    push(3);
    EXPECT_THAT(executes, SizeIs(2)) << "the third is not handed over";
    const Outcome put_off = last<wire::Outcomes>().outcomes.at(0);
    EXPECT_EQ(put_off.intent, Id::make(2000, 3));
    EXPECT_EQ(put_off.status, OutcomeStatus::later);
    EXPECT_EQ(put_off.code, ErrorCode::storage_full);
    EXPECT_EQ(put_off.retry_after, Millis{2000});
    push(1);
    push(3);
    EXPECT_THAT(executes, SizeIs(4));
}

TEST_F(ServerSessionTest, OM6_tells_a_head_again_when_the_sum_differs) {
    wire::Hello hello;
    hello.cursors = {{BucketId{1}, 1, 5, Sum{1, 1}}};
    go_live({bucket(1, 5)}, hello);
    EXPECT_THAT(last<wire::Welcome>().heads, SizeIs(1));
}

TEST_F(ServerSessionTest, refuses_an_unknown_protocol_by_name) {
    wire::Hello hello;
    hello.protocol = wire::protocol_version + 1;
    receive(hello);
    EXPECT_EQ(last<wire::GoAway>().code, ErrorCode::protocol_unsupported);
    EXPECT_THAT(closed, ::testing::ElementsAre(ErrorCode::protocol_unsupported));
}

TEST_F(ServerSessionTest, closes_when_refused) {
    receive(wire::Hello{});
    feed(ServerSession::Refused{ErrorCode::auth_session_expired, "token expired", Millis{7}});
    const auto away = last<wire::GoAway>();
    EXPECT_EQ(away.code, ErrorCode::auth_session_expired);
    EXPECT_EQ(away.retry_after, Millis{7});
    EXPECT_TRUE(std::holds_alternative<ServerSession::Closed>(session.state()));
}

TEST_F(ServerSessionTest, closes_a_socket_that_says_nothing) {
    ASSERT_TRUE(session.next_deadline().has_value());
    const Instant deadline = *session.next_deadline();
    feed(ServerSession::TimePassed{}, deadline);
    EXPECT_THAT(closed, SizeIs(1));
}

TEST_F(ServerSessionTest, closes_a_device_that_falls_silent) {
    go_live({});
    receive(wire::Ping{4}, start + Millis{20'000});
    EXPECT_EQ(last<wire::Pong>().nonce, 4U);
    feed(ServerSession::TimePassed{}, start + limits::silence_max);
    EXPECT_TRUE(closed.empty());
    feed(ServerSession::TimePassed{}, start + Millis{20'000} + limits::silence_max);
    EXPECT_THAT(closed, SizeIs(1));
}

TEST_F(ServerSessionTest, refuses_frames_that_have_no_place) {
    receive(wire::Push{});
    EXPECT_THAT(closed, ::testing::ElementsAre(ErrorCode::protocol_unexpected));
}

TEST_F(ServerSessionTest, refuses_bytes_that_are_no_frame_and_stays_closed) {
    feed(ServerSession::Received{"garbage"});
    EXPECT_THAT(closed, ::testing::ElementsAre(ErrorCode::request_malformed));
    receive(wire::Hello{});
    EXPECT_TRUE(admits.empty());
}

TEST_F(ServerSessionTest, hands_intents_over_and_bounds_them) {
    go_live({});
    wire::Push push;
    for (std::uint32_t i = 1; i <= wire::limits::intents_per_push_max; ++i) {
        push.intents.push_back(Intent{.id = Id::make(2000, i),
                                      .lane = Id{7},
                                      .kind = IntentKind::message_post,
                                      .args = "{}"});
    }
    for (std::size_t sent_intents = 0; sent_intents < limits::intents_in_flight_max;
         sent_intents += push.intents.size()) {
        receive(push);
    }
    EXPECT_THAT(executes,
                SizeIs(limits::intents_in_flight_max / wire::limits::intents_per_push_max));
    EXPECT_TRUE(closed.empty());
    receive(push);
    EXPECT_THAT(closed, ::testing::ElementsAre(ErrorCode::request_too_many));
}

TEST_F(ServerSessionTest, room_for_intents_returns_with_their_outcomes) {
    go_live({});
    wire::Push push;
    push.intents.push_back(Intent{
        .id = Id::make(2000, 1), .lane = Id{7}, .kind = IntentKind::message_post, .args = "{}"});
    receive(push);
    feed(ServerSession::Judged{{Outcome{.intent = Id::make(2000, 1)}}});
    EXPECT_EQ(last<wire::Outcomes>().outcomes.at(0).intent, Id::make(2000, 1));
    EXPECT_EQ(std::get<ServerSession::Live>(session.state()).lanes.awaited(), 0U);
}

TEST_F(ServerSessionTest, OM4_sends_the_shared_page_of_a_change) {
    go_live({bucket(1, 5)});
    const auto page = std::make_shared<const wire::Bytes>(
        wire::encode(wire::Page{.head = bucket(1, 6), .from = 5, .to = 6, .complete = true}));
    feed(ServerSession::Changed{bucket(1, 6), 5, page});
    EXPECT_EQ(sent.back(), *page);
    const std::size_t before = sent.size();
    feed(ServerSession::Changed{bucket(1, 6), 5, page});  // told already
    feed(ServerSession::Changed{bucket(2, 6), 5, page});  // not readable
    EXPECT_EQ(sent.size(), before);
}

TEST_F(ServerSessionTest, tells_the_head_when_a_page_does_not_continue) {
    go_live({bucket(1, 5)});
    const auto page = std::make_shared<const wire::Bytes>(
        wire::encode(wire::Page{.head = bucket(1, 9), .from = 8, .to = 9}));
    feed(ServerSession::Changed{bucket(1, 9), 8, page});
    EXPECT_EQ(last<wire::Heads>().heads.at(0).version, 9U);
}

TEST_F(ServerSessionTest, OM5_tells_what_was_gained_and_lost) {
    go_live({bucket(1, 5), bucket(2, 5)});
    feed(ServerSession::AccessChanged{{bucket(2, 5), bucket(3, 1)}});
    ASSERT_GE(sent.size(), 2U);
    EXPECT_EQ(std::get<wire::Revoke>(*wire::decode(sent[sent.size() - 2])).buckets.at(0),
              BucketId{1});
    EXPECT_EQ(last<wire::Heads>().heads.at(0).id, BucketId{3});
}

TEST_F(ServerSessionTest, a_slow_device_falls_behind_instead_of_growing_a_queue) {
    go_live({bucket(1, 0)});
    feed(ServerSession::Queued{limits::queued_bytes_max});
    const auto page = [&](std::uint64_t version) {
        return std::make_shared<const wire::Bytes>(wire::encode(
            wire::Page{.head = bucket(1, version), .from = version - 1, .to = version}));
    };
    const std::size_t before = sent.size();
    feed(ServerSession::Changed{bucket(1, 1), 0, page(1)});
    feed(ServerSession::Changed{bucket(1, 2), 1, page(2)});
    feed(ServerSession::Changed{bucket(1, 3), 2, page(3)});
    EXPECT_EQ(sent.size(), before);
    feed(ServerSession::Queued{0});
    EXPECT_EQ(last<wire::Heads>().heads.at(0).version, 3U);
}

TEST_F(ServerSessionTest, a_fast_device_never_falls_behind_however_much_it_is_sent) {
    go_live({bucket(1, 0)});
    std::uint64_t version = 0;
    for (std::size_t bytes = 0; bytes < 3 * limits::queued_bytes_max;) {
        version += 1;
        const auto page = std::make_shared<const wire::Bytes>(wire::encode(
            wire::Page{.head = bucket(1, version), .from = version - 1, .to = version}));
        bytes += page->size();
        feed(ServerSession::Changed{bucket(1, version), version - 1, page});
        ASSERT_EQ(sent.back(), *page);
    }
}

TEST_F(ServerSessionTest, tells_many_heads_in_frames_that_a_device_takes) {
    std::vector<Bucket> readable;
    for (std::uint64_t id = 1; id <= 20'000; ++id) {
        readable.push_back(bucket(id, 1));
    }
    go_live(readable);
    std::size_t heads = 0;
    for (const wire::Bytes& bytes : sent) {
        EXPECT_LE(bytes.size(), wire::limits::frame_bytes_max);
        const auto frame = wire::decode(bytes);
        ASSERT_TRUE(frame.has_value());
        const auto* welcome = std::get_if<wire::Welcome>(&*frame);
        heads +=
            welcome != nullptr ? welcome->heads.size() : std::get<wire::Heads>(*frame).heads.size();
    }
    EXPECT_EQ(heads, readable.size());
}

TEST_F(ServerSessionTest, ends_with_a_reason) {
    go_live({});
    feed(ServerSession::End{ErrorCode::server_draining, Millis{1234}});
    EXPECT_EQ(last<wire::GoAway>().retry_after, Millis{1234});
    EXPECT_TRUE(std::holds_alternative<ServerSession::Closed>(session.state()));
}

}  // namespace
}  // namespace holdfast::sync
