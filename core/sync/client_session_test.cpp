#include "core/sync/client_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sync/digest.hpp"
#include "core/sync/testing/client_fixture.hpp"

namespace holdfast::sync {
namespace {

using ::testing::SizeIs;

TEST_F(ClientSessionTest, OM1_connects_by_itself_and_says_hello) {
    begin();
    EXPECT_EQ(opened, 1);
    feed(ClientSession::SocketOpened{});
    EXPECT_TRUE(std::holds_alternative<ClientSession::Greeting>(session->state()));
    EXPECT_EQ(std::get<wire::Hello>(*wire::decode(sent.at(0))).token, "token");
}

TEST_F(ClientSessionTest, is_connected_only_when_the_server_has_answered) {
    begin();
    feed(ClientSession::SocketOpened{});
    EXPECT_FALSE(session->progress().complete);
    connect();
    EXPECT_TRUE(std::holds_alternative<ClientSession::Connected>(session->state()));
    EXPECT_TRUE(session->progress().complete);
}

TEST_F(ClientSessionTest, OM20_tries_again_within_thirty_seconds_however_often_it_fails) {
    begin();
    for (int i = 0; i < 50; ++i) {
        feed(ClientSession::SocketClosed{});
        ASSERT_TRUE(std::holds_alternative<ClientSession::Waiting>(session->state()));
        const Millis wait = *session->next_deadline() - now;
        EXPECT_GT(wait.count, 0);
        EXPECT_LE(wait.count, 30'000);
        pass_deadline();
        EXPECT_TRUE(std::holds_alternative<ClientSession::Opening>(session->state()));
    }
    EXPECT_EQ(opened, 51);
}

TEST_F(ClientSessionTest, OM20_tries_at_once_when_the_network_returns) {
    begin();
    feed(ClientSession::SocketClosed{});
    feed(ClientSession::TryNow{});
    EXPECT_EQ(opened, 2);
}

TEST_F(ClientSessionTest, gives_up_an_opening_that_takes_too_long) {
    begin();
    pass_deadline();
    EXPECT_TRUE(std::holds_alternative<ClientSession::Waiting>(session->state()));
}

TEST_F(ClientSessionTest, notices_a_stalled_connection_by_its_silence) {
    begin();
    connect();
    pass_deadline();  // ping
    EXPECT_TRUE(std::holds_alternative<wire::Ping>(*wire::decode(sent.back())));
    pass_deadline();  // no pong
    EXPECT_TRUE(std::holds_alternative<ClientSession::Waiting>(session->state()));
}

TEST_F(ClientSessionTest, OM9_a_doubted_network_is_known_to_be_lost_within_a_second) {
    begin();
    connect();
    feed(ClientSession::NetworkDoubted{});
    EXPECT_LE((*session->next_deadline() - now).count, 1000);
    pass_deadline();
    EXPECT_TRUE(std::holds_alternative<ClientSession::Waiting>(session->state()));
}

TEST_F(ClientSessionTest, a_pong_clears_the_doubt) {
    begin();
    connect();
    feed(ClientSession::NetworkDoubted{});
    const auto ping = std::get<wire::Ping>(*wire::decode(sent.back()));
    receive(wire::Pong{ping.nonce, WallTime{1}});
    pass_deadline();
    EXPECT_TRUE(std::holds_alternative<ClientSession::Connected>(session->state()));
}

TEST_F(ClientSessionTest, OM36_renews_an_expired_token_and_goes_on) {
    begin();
    feed(ClientSession::SocketOpened{});
    receive(wire::GoAway{ErrorCode::auth_session_expired, {}, {}});
    EXPECT_EQ(renewals, 1);
    feed(ClientSession::Renewed{"fresh"});
    EXPECT_EQ(opened, 2);
    feed(ClientSession::SocketOpened{});
    EXPECT_EQ(std::get<wire::Hello>(*wire::decode(sent.back())).token, "fresh");
}

TEST_F(ClientSessionTest, OM36_stops_when_the_person_has_to_sign_in_and_starts_when_done) {
    begin();
    feed(ClientSession::SignedOut{ErrorCode::auth_session_revoked});
    EXPECT_TRUE(std::get<ClientSession::Stopped>(session->state()).signed_out);
    feed(ClientSession::TryNow{});
    EXPECT_TRUE(std::holds_alternative<ClientSession::Stopped>(session->state()));
    feed(ClientSession::Renewed{"fresh"});
    EXPECT_TRUE(std::holds_alternative<ClientSession::Opening>(session->state()));
}

TEST_F(ClientSessionTest, OM38_a_session_that_a_copy_has_taken_is_not_renewed) {
    begin();
    feed(ClientSession::SocketOpened{});
    receive(wire::GoAway{ErrorCode::auth_wrong_device, {}, {}});
    EXPECT_EQ(renewals, 0) << "its tokens are good: renewing them would go on for ever";
    EXPECT_EQ(lost_session, ErrorCode::auth_wrong_device);
    EXPECT_TRUE(std::get<ClientSession::Stopped>(session->state()).signed_out);
}

TEST_F(ClientSessionTest, stops_when_the_app_is_too_old) {
    begin();
    feed(ClientSession::SocketOpened{});
    receive(wire::GoAway{ErrorCode::protocol_unsupported, {}, {}});
    EXPECT_EQ(std::get<ClientSession::Stopped>(session->state()).code,
              ErrorCode::protocol_unsupported);
}

TEST_F(ClientSessionTest, waits_as_long_as_a_full_server_asks) {
    begin();
    feed(ClientSession::SocketOpened{});
    receive(wire::GoAway{ErrorCode::server_draining, {}, Millis{9000}});
    EXPECT_GE(*session->next_deadline() - now, Millis{9000});
}

TEST_F(ClientSessionTest, OM2_pulls_what_a_person_needs_first) {
    begin();
    connect({bucket(10, BucketKind::timeline, 500),
             bucket(11, BucketKind::timeline, 5),
             bucket(12, BucketKind::channel, 3),
             bucket(13, BucketKind::group, 1),
             bucket(14, BucketKind::directory, 60),
             bucket(15, BucketKind::user, 9)});
    const auto first = wants(0);
    ASSERT_THAT(first, SizeIs(6));
    EXPECT_EQ(first[0].bucket, BucketId{15});
    EXPECT_EQ(first[1].bucket, BucketId{14});
    EXPECT_EQ(first[2].bucket, BucketId{13});
    EXPECT_EQ(first[3].bucket, BucketId{12});
    EXPECT_EQ(first[4].bucket, BucketId{10});
    EXPECT_EQ(first[4].mode, wire::PullMode::tail);  // the newest rows before the history
    EXPECT_EQ(first[5].mode, wire::PullMode::snapshot);
}

TEST_F(ClientSessionTest, OM2_history_leaves_room_for_what_the_screen_needs) {
    BucketCursor old_history;
    old_history.head = bucket(10, BucketKind::timeline, 90'000);
    old_history.head.active_at = {1};
    old_history.tail_done = true;
    BucketCursor shown = old_history;
    shown.head = bucket(11, BucketKind::timeline, 90'000);
    shown.tail_done = true;
    begin({.cursors = {old_history, shown}});
    feed(ClientSession::Raise{BucketId{11}});
    connect({old_history.head, shown.head});
    ASSERT_THAT(pulls, SizeIs(2));
    EXPECT_EQ(wants(0).at(0).bucket, BucketId{11});
    EXPECT_EQ(wants(1).at(0).bucket, BucketId{10});
    const auto budget = [&](std::size_t pull) {
        return std::get<wire::Pull>(*wire::decode(pulls.at(pull).bytes)).bytes;
    };
    EXPECT_EQ(budget(0), limits::pull_bytes_first);
    EXPECT_EQ(budget(1), limits::pull_bytes_min);
    // Having had its share it waits for the other, although the line has room for it.
    answer(pulls.at(1),
           {wire::Page{.head = old_history.head,
                       .mode = wire::PullMode::snapshot,
                       .to = 90'000,
                       .after_kind = RowKind::message,
                       .after_id = Id{1},
                       .rows = {{.kind = RowKind::message,
                                 .id = Id{1},
                                 .version = 1,
                                 .sort = 1,
                                 .body = std::string(limits::pull_bytes_min, 'x')}}}});
    EXPECT_THAT(pulls, SizeIs(2));
    answer(pulls.at(0), {});
    pass_deadline();
    ASSERT_GE(pulls.size(), 3U);
    EXPECT_EQ(wants(2).at(0).bucket, BucketId{11});
}

TEST_F(ClientSessionTest, OM3_goes_on_behind_the_last_row_and_asks_before_it_stores) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    const RowRef row{.kind = RowKind::user, .id = Id{77}, .version = 2, .sort = 0, .body = "{}"};
    answer(pulls.at(0),
           {wire::Page{.head = bucket(10, BucketKind::directory, 4),
                       .mode = wire::PullMode::snapshot,
                       .to = 4,
                       .after_kind = RowKind::user,
                       .after_id = Id{77},
                       .rows = {row}}});
    ASSERT_THAT(pulls, SizeIs(2));
    const auto next = wants(1);
    EXPECT_EQ(next.at(0).after_id, Id{77});
    EXPECT_EQ(next.at(0).from, 4U);
    answer(pulls.at(1),
           {wire::Page{.head = bucket(10, BucketKind::directory, 4),
                       .mode = wire::PullMode::snapshot,
                       .to = 4,
                       .complete = true}});
    EXPECT_TRUE(session->progress().complete);
    EXPECT_THAT(pulls, SizeIs(2));
}

TEST_F(ClientSessionTest, OM3_a_kept_cursor_is_not_downloaded_again) {
    BucketCursor kept;
    kept.head = bucket(10, BucketKind::timeline, 7);
    kept.complete = true;
    kept.version = 7;
    begin({.cursors = {kept}});
    connect({bucket(10, BucketKind::timeline, 9)});
    const auto want = wants(0).at(0);
    EXPECT_EQ(want.mode, wire::PullMode::delta);
    EXPECT_EQ(want.from, 7U);
}

TEST_F(ClientSessionTest, an_answer_that_fails_is_asked_for_again_later) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    feed(ClientSession::PullAnswered{pulls.at(0).pull, 503, {}});
    EXPECT_THAT(pulls, SizeIs(1));
    pass_deadline();
    EXPECT_THAT(pulls, SizeIs(2));
}

TEST_F(ClientSessionTest, asks_for_as_much_as_the_line_brings_in_good_time) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    const auto asked = [&] {
        return std::get<wire::Pull>(*wire::decode(pulls.back().bytes)).bytes;
    };
    std::uint64_t row = 1;
    const auto answer_after = [&](Millis took) {
        now = now + took;
        row += 1;
        answer(pulls.back(),
               {wire::Page{.head = bucket(10, BucketKind::directory, 4),
                           .mode = wire::PullMode::snapshot,
                           .to = 4,
                           .after_kind = RowKind::user,
                           .after_id = Id{row}}});
    };
    EXPECT_EQ(asked(), limits::pull_bytes_first);
    answer_after(limits::pull_quick);
    EXPECT_EQ(asked(), limits::pull_bytes_first);
    for (int i = 0; i < 5; ++i) {
        answer_after({10});
    }
    EXPECT_EQ(asked(), wire::limits::pull_bytes_max);
    answer_after({limits::pull_slow.count + 1});
    EXPECT_EQ(asked(), wire::limits::pull_bytes_max / 2);
    for (int i = 0; i < 8; ++i) {  // nobody answers
        feed(ClientSession::PullAnswered{pulls.back().pull, 0, {}});
        pass_deadline();
    }
    EXPECT_EQ(asked(), limits::pull_bytes_min);
}

TEST_F(ClientSessionTest, an_answer_of_an_older_connection_is_not_taken) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    feed(ClientSession::SocketClosed{});
    answer(pulls.at(0),
           {wire::Page{.head = bucket(10, BucketKind::directory, 4),
                       .mode = wire::PullMode::snapshot,
                       .to = 4}});
    EXPECT_TRUE(stored.empty());
}

TEST_F(ClientSessionTest, OM4_stores_a_live_page_that_continues_and_pulls_one_that_does_not) {
    BucketCursor kept;
    kept.head = bucket(10, BucketKind::timeline, 7);
    kept.complete = true;
    kept.version = 7;
    begin({.cursors = {kept}});
    connect();
    receive(wire::Page{
        .head = bucket(10, BucketKind::timeline, 8), .from = 7, .to = 8, .complete = true});
    EXPECT_THAT(stored, SizeIs(1));
    receive(wire::Page{
        .head = bucket(10, BucketKind::timeline, 12), .from = 11, .to = 12, .complete = true});
    EXPECT_THAT(stored, SizeIs(1));
    EXPECT_EQ(wants(0).at(0).from, 8U);
}

TEST_F(ClientSessionTest, greets_in_short_where_it_was_welcomed_before) {
    begin({.resume = "sealed", .cursors = {cursor_at(10, 7), cursor_at(11, 9)}});
    feed(ClientSession::SocketOpened{});
    const auto hello = std::get<wire::Hello>(*wire::decode(sent.back()));
    EXPECT_EQ(hello.resume, "sealed");
    EXPECT_TRUE(hello.token.empty());
    EXPECT_TRUE(hello.cursors.empty());
    Sum digest = digest_of(BucketId{10}, 1, 7, Sum{});
    digest += digest_of(BucketId{11}, 1, 9, Sum{});
    ASSERT_TRUE(hello.digest);
    EXPECT_EQ(*hello.digest, digest);
    EXPECT_LT(sent.back().size(), 300U);

    receive(wire::Welcome{.device = 2000, .exact = 2, .resume = "next"});
    EXPECT_TRUE(session->progress().complete);
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    feed(ClientSession::SocketOpened{});
    EXPECT_EQ(std::get<wire::Hello>(*wire::decode(sent.back())).resume, "next");
}

TEST_F(ClientSessionTest, greets_in_full_when_asked_to) {
    begin({.salt = 5, .resume = "sealed", .cursors = {cursor_at(10, 7)}});
    feed(ClientSession::SocketOpened{});
    receive(wire::Again{});
    const auto hello = std::get<wire::Hello>(*wire::decode(sent.back()));
    EXPECT_EQ(hello.token, "token");
    EXPECT_EQ(hello.salt, 5U);
    EXPECT_EQ(hello.resume, "sealed");
    EXPECT_FALSE(hello.digest);
    EXPECT_THAT(hello.cursors, SizeIs(1));
    receive(wire::Welcome{.device = 2000, .heads = {bucket(10, BucketKind::timeline, 8)}});
    EXPECT_EQ(wants(0).at(0).from, 7U);
}

TEST_F(ClientSessionTest, OM5_drops_what_was_revoked) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    receive(wire::Revoke{{BucketId{10}}});
    EXPECT_THAT(dropped, ::testing::ElementsAre(BucketId{10}));
    answer(pulls.at(0),
           {wire::Page{.head = bucket(10, BucketKind::directory, 4),
                       .mode = wire::PullMode::snapshot,
                       .to = 4}});
    EXPECT_TRUE(stored.empty());
}

TEST_F(ClientSessionTest, OM38_a_full_disk_stops_pulling_and_leaves_no_gap) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    full = true;
    const wire::Page page{.head = bucket(10, BucketKind::directory, 4),
                          .mode = wire::PullMode::snapshot,
                          .to = 4,
                          .after_kind = RowKind::user,
                          .after_id = Id{77}};
    answer(pulls.at(0), {page});
    const std::size_t before = pulls.size();
    full = false;
    feed(ClientSession::TryNow{});
    ASSERT_EQ(pulls.size(), before + 1);
    EXPECT_EQ(wants(before).at(0).after_id, Id{});
}

TEST_F(ClientSessionTest, OM36_an_expired_token_at_a_pull_keeps_the_socket) {
    begin();
    connect({bucket(10, BucketKind::directory, 4)});
    feed(ClientSession::PullAnswered{pulls.at(0).pull, 401, {}});
    EXPECT_EQ(renewals, 1);
    EXPECT_TRUE(std::holds_alternative<ClientSession::Connected>(session->state()));
    feed(ClientSession::Renewed{"fresh"});
    EXPECT_THAT(pulls, SizeIs(2));
    EXPECT_EQ(opened, 1);
}

TEST_F(ClientSessionTest, a_head_that_a_pull_has_overtaken_changes_nothing) {
    BucketCursor kept;
    kept.head = bucket(10, BucketKind::timeline, 7);
    kept.complete = true;
    kept.version = 7;
    begin({.cursors = {kept}});
    connect();
    receive(wire::Heads{{bucket(10, BucketKind::timeline, 6)}});
    EXPECT_TRUE(repairs.empty());
    EXPECT_TRUE(session->progress().complete);
}

TEST_F(ClientSessionTest, OM13_progress_never_falls_and_ends_complete) {
    begin();
    connect({bucket(10, BucketKind::directory, 40)});
    EXPECT_EQ(session->progress().expected, 40U);
    const Bucket head = bucket(10, BucketKind::directory, 40);
    std::vector<RowRef> rows;
    for (std::uint64_t i = 1; i <= 20; ++i) {
        rows.push_back({.kind = RowKind::user, .id = Id{i}, .version = i, .sort = 0, .body = "{}"});
    }
    answer(pulls.at(0),
           {wire::Page{.head = head,
                       .mode = wire::PullMode::snapshot,
                       .to = 40,
                       .after_kind = RowKind::user,
                       .after_id = Id{20},
                       .rows = rows}});
    EXPECT_EQ(session->progress().received, 20U);
    EXPECT_EQ(session->progress().expected, 40U);
    answer(pulls.at(1),
           {wire::Page{.head = head,
                       .mode = wire::PullMode::snapshot,
                       .to = 40,
                       .complete = true,
                       .rows = rows}});
    EXPECT_EQ(session->progress().received, 40U);
    EXPECT_TRUE(session->progress().complete);
}

}  // namespace
}  // namespace holdfast::sync
