#include "core/sync/client_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace holdfast::sync {
namespace {

using ::testing::SizeIs;
using State = ClientSession::State;

Bucket bucket(std::uint64_t id, BucketKind kind, std::uint64_t version) {
    Bucket head;
    head.id = BucketId{id};
    head.kind = kind;
    head.owner = Id{id + 1000};
    head.epoch = 1;
    head.version = version;
    head.rows = version;
    return head;
}

/// A session with a pretended replica: pages are taken as stored at once.
class ClientSessionTest : public ::testing::Test {
protected:
    Instant now{1000};
    std::optional<ClientSession> session;
    std::list<wire::Bytes> inputs;  // alive as long as pages may borrow from them
    std::vector<ClientSession::SendPull> pulls;
    std::vector<wire::Bytes> sent;
    std::vector<wire::Page> stored;
    std::vector<ClientSession::ResetBucket> resets;
    std::vector<BucketId> dropped;
    std::vector<Outcome> outcomes;
    std::vector<ClientSession::LoadIntents> loads;
    std::map<BucketId, BucketCursor> replica;
    int opened = 0;
    int renewals = 0;
    bool full = false;

    void begin(ClientSession::Options options = {}) {
        options.token = "token";
        options.device = 2000;
        session.emplace(std::move(options), now);
        drain();
    }

    void feed(const ClientSession::Input& input) {
        session->handle(now, input);
        drain();
    }

    void drain() {
        while (auto output = session->poll_output()) {
            std::visit([this](auto& specific) { take(specific); }, *output);
        }
    }

    void take(ClientSession::OpenSocket&) { opened += 1; }
    void take(ClientSession::CloseSocket&) {}
    void take(ClientSession::Send& send) { sent.push_back(std::move(send.bytes)); }
    void take(ClientSession::SendPull& pull) { pulls.push_back(std::move(pull)); }
    void take(ClientSession::StorePage& store) {
        if (full) {
            session->handle(now, ClientSession::StoreFailed{ErrorCode::storage_full});
            return;
        }
        BucketCursor& cursor = replica[store.page.head.id];
        cursor.head = store.page.head;
        cursor.rows += store.page.rows.size();
        if (store.page.mode == wire::PullMode::tail) {
            cursor.tail_done = true;
        } else {
            cursor.version = store.page.to;
            cursor.snapshot_as_of = store.page.to;
            cursor.after_kind = store.page.after_kind;
            cursor.after_id = store.page.after_id;
            cursor.complete = store.page.mode == wire::PullMode::delta || !store.page.after_id;
        }
        stored.push_back(store.page);
        session->handle(now, ClientSession::PageStored{cursor, store.page.rows.size()});
    }
    void take(ClientSession::ResetBucket& reset) {
        replica.erase(reset.head.id);
        resets.push_back(reset);
    }
    void take(ClientSession::StoreHeads&) {}
    void take(ClientSession::DropBuckets& drop) {
        dropped.insert(dropped.end(), drop.buckets.begin(), drop.buckets.end());
    }
    void take(ClientSession::StoreOutcomes& store) {
        outcomes.insert(outcomes.end(), store.outcomes.begin(), store.outcomes.end());
    }
    void take(ClientSession::LoadIntents& load) { loads.push_back(load); }
    void take(ClientSession::Renew&) { renewals += 1; }
    void take(ClientSession::Greeted&) {}
    void take(ClientSession::ContactsChanged&) {}
    void take(ClientSession::StatusChanged&) {}

    void receive(const wire::Frame& frame) {
        inputs.push_back(wire::encode(frame));
        feed(ClientSession::SocketReceived{inputs.back()});
    }

    void answer(const ClientSession::SendPull& pull, const std::vector<wire::Page>& pages) {
        wire::Bytes stream;
        for (const wire::Page& page : pages) {
            wire::append_framed(stream, wire::encode(page));
        }
        inputs.push_back(std::move(stream));
        feed(ClientSession::PullAnswered{pull.pull, 200, inputs.back()});
    }

    void connect(std::vector<Bucket> heads = {}) {
        feed(ClientSession::SocketOpened{});
        wire::Welcome welcome;
        welcome.user = Id{501};
        welcome.organization = Id{1};
        welcome.device = 2000;
        welcome.policy = "{}";
        welcome.heads = std::move(heads);
        receive(welcome);
    }

    std::vector<wire::Want> wants(std::size_t pull) {
        return std::get<wire::Pull>(*wire::decode(pulls.at(pull).bytes)).wants;
    }

    static Intent intent(std::uint32_t counter, Id lane) {
        return {.id = Id::make(2000, counter),
                .lane = lane,
                .kind = IntentKind::message_post,
                .args = "{}"};
    }
    static Outcome later(std::uint32_t counter, Millis retry_after) {
        return {.intent = Id::make(2000, counter),
                .status = OutcomeStatus::later,
                .code = ErrorCode::server_busy,
                .retry_after = retry_after};
    }
    std::vector<Id> pushed(std::size_t index) {
        std::vector<Id> ids;
        const auto frame = wire::decode(sent.at(index));
        for (const Intent& one : std::get<wire::Push>(*frame).intents) {
            ids.push_back(one.id);
        }
        return ids;
    }

    void pass_deadline() {
        now = *session->next_deadline();
        feed(ClientSession::TimePassed{});
    }
};

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
    EXPECT_EQ(first[0].bucket, BucketId{14});
    EXPECT_EQ(first[1].bucket, BucketId{15});
    EXPECT_EQ(first[2].bucket, BucketId{13});
    EXPECT_EQ(first[3].bucket, BucketId{12});
    EXPECT_EQ(first[4].bucket, BucketId{10});
    EXPECT_EQ(first[4].mode, wire::PullMode::tail);  // the newest rows before the history
    EXPECT_EQ(first[5].mode, wire::PullMode::snapshot);
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

TEST_F(ClientSessionTest, OM6_a_wrong_sum_begins_the_bucket_again) {
    begin();
    Bucket head = bucket(10, BucketKind::directory, 4);
    head.sum = Sum{1, 2};
    connect({head});
    answer(pulls.at(0),
           {wire::Page{.head = head, .mode = wire::PullMode::snapshot, .to = 4, .complete = true}});
    ASSERT_THAT(resets, SizeIs(1));
    EXPECT_TRUE(resets[0].mismatch);
    EXPECT_EQ(wants(1).at(0).after_id, Id{});
}

TEST_F(ClientSessionTest, a_new_epoch_begins_the_bucket_again) {
    BucketCursor kept;
    kept.head = bucket(10, BucketKind::timeline, 7);
    kept.complete = true;
    kept.version = 7;
    begin({.cursors = {kept}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    head.epoch = 2;
    connect({head});
    ASSERT_THAT(resets, SizeIs(1));
    EXPECT_FALSE(resets[0].mismatch);
    EXPECT_EQ(wants(0).at(0).mode, wire::PullMode::snapshot);
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
    connect({bucket(10, BucketKind::timeline, 6)});
    EXPECT_TRUE(resets.empty());
    EXPECT_TRUE(session->progress().complete);
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
