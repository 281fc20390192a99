#include "server/services/hub.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using testing::Company;
using testing::contains;
using testing::HubTest;
using testing::Inbox;
using testing::must;
using testing::post;
using ContactEntry = wire::Presence::Entry;

bool says(const Inbox& inbox, Id user, wire::Contact state) {
    bool said = false;
    for (const wire::Presence& presence : inbox.all<wire::Presence>()) {
        for (const ContactEntry& entry : presence.contacts) {
            said = entry.user == user ? entry.state == state : said;
        }
    }
    return said;
}

TEST_F(HubTest, OM4_a_message_reaches_every_reader_in_one_page_encoded_once) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    const auto eva = connect(company_.eva, company_);
    forget_messages();
    const std::uint64_t encoded = hub_->counters().live_pages_encoded;
    say(ana, channel, "hello");

    const BucketId timeline = company_.timeline(channel);
    const auto at_ben = inbox(ben).pages_of(timeline);
    const auto at_eva = inbox(eva).pages_of(timeline);
    ASSERT_EQ(at_ben.size(), 1U);
    ASSERT_EQ(at_eva.size(), 1U);
    EXPECT_EQ(at_ben[0].get(), at_eva[0].get()) << "the same bytes";
    const auto pages = inbox(ben).all<wire::Page>();
    ASSERT_EQ(pages.size(), 1U);
    EXPECT_TRUE(pages[0].complete);
    EXPECT_EQ(pages[0].from, 0U);
    EXPECT_EQ(pages[0].to, pages[0].head.version);
    EXPECT_EQ(pages[0].rows.size(), 1U);
    // The timeline, and ana's own bucket with her read mark at most.
    EXPECT_LE(hub_->counters().live_pages_encoded - encoded, 2U);

    const auto outcomes = inbox(ana).all<wire::Outcomes>();
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].outcomes.at(0).status, OutcomeStatus::applied);
    EXPECT_EQ(inbox(ana).pages_of(timeline).size(), 1U) << "the author's device too";
    EXPECT_EQ(hub_->counters().intents_by_status[1], 1U);
}

TEST_F(HubTest, OM32_intents_sent_again_on_a_new_connection_are_answered_from_memory) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const DeviceNumber phone = company_.make_device(company_.ana);
    const auto first = connect(company_.ana, company_, phone);
    const Intent intent = post(next_id(first), channel, "once");
    send(first, wire::Push{.intents = {intent}});
    hub_->closed(first);  // before it was judged
    run();
    const auto second = connect(company_.ana, company_, phone);
    send(second, wire::Push{.intents = {intent}});
    run();
    const auto outcomes = inbox(second).all<wire::Outcomes>();
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_TRUE(outcomes[0].outcomes.at(0).replayed);
    EXPECT_EQ(company_.bucket(BucketKind::timeline, channel).rows, 1U);
}

TEST_F(HubTest, OM5_a_private_channel_stays_among_its_members) {
    const Id channel = company_.make_channel(company_.yard, true, {company_.ana});
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    forget_messages();
    say(ana, channel, "secret");
    EXPECT_TRUE(inbox(ben).all<wire::Page>().empty());
    EXPECT_TRUE(inbox(ben).all<wire::Heads>().empty());
}

TEST_F(HubTest, OM5_access_gained_and_lost_is_told_at_once) {
    const Id channel = company_.make_channel(company_.yard, true, {company_.ana});
    const BucketId timeline = company_.timeline(channel);
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    forget_messages();
    const auto member = [&](IntentKind kind) {
        const std::string args =
            args::encode(args::ChannelMember{.channel = channel, .user = company_.ben});
        send(ana,
             wire::Push{
                 .intents = {{.id = next_id(ana), .lane = channel, .kind = kind, .args = args}}});
        run();
    };
    member(IntentKind::channel_add_member);
    const auto heads = inbox(ben).all<wire::Heads>();
    ASSERT_EQ(heads.size(), 1U);
    EXPECT_TRUE(contains(heads[0].heads, timeline));
    say(ana, channel, "for ben too");
    EXPECT_EQ(inbox(ben).pages_of(timeline).size(), 1U);

    forget_messages();
    member(IntentKind::channel_remove_member);
    const auto revoked = inbox(ben).all<wire::Revoke>();
    ASSERT_EQ(revoked.size(), 1U);
    EXPECT_TRUE(std::ranges::find(revoked[0].buckets, timeline) != revoked[0].buckets.end());
    EXPECT_TRUE(inbox(ben).pages_of(timeline).empty()) << "not even the page that says so";
    say(ana, channel, "behind his back");
    EXPECT_TRUE(inbox(ben).pages_of(timeline).empty());
    const wire::Pull pull{.wants = {{.bucket = timeline, .mode = wire::PullMode::tail}},
                          .bytes = 1000};
    const Identity ben_identity{company_.ben, company_.id, devices_.at(ben), "s"};
    const wire::Bytes bytes = must(hub_->pull(ben_identity, wire::encode(pull)));
    wire::FrameReader answer(bytes);
    const auto frame = must(wire::decode(must(answer.next()).value()));
    EXPECT_EQ(std::get<wire::Unwanted>(frame).code, ErrorCode::access_forbidden);
}

TEST_F(HubTest, a_new_open_channel_is_told_to_everyone_in_its_group) {
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    Company rival(*storage_, "rival");
    const auto stranger = connect(rival.ana, rival);
    forget_messages();
    const Intent create{
        .id = next_id(ana),
        .lane = company_.yard,
        .kind = IntentKind::channel_create,
        .args = args::encode(args::ChannelCreate{.group = company_.yard, .name = "new"})};
    send(ana, wire::Push{.intents = {create}});
    run();
    const auto heads = inbox(ben).all<wire::Heads>();
    ASSERT_EQ(heads.size(), 1U);
    EXPECT_EQ(heads[0].heads.size(), 2U);
    EXPECT_TRUE(inbox(stranger).messages.empty());
    forget_messages();
    say(ben, create.id, "first");
    EXPECT_EQ(inbox(ana).pages_of(company_.timeline(create.id)).size(), 1U);
}

TEST_F(HubTest, a_change_too_large_for_one_page_is_told_as_a_head) {
    start({.page = {.rows = 2}});
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    forget_messages();
    wire::Push push;
    for (int i = 0; i < 5; ++i) {
        push.intents.push_back(post(next_id(ana), channel, "x"));
    }
    send(ana, push);
    run();
    EXPECT_TRUE(inbox(ben).pages_of(company_.timeline(channel)).empty());
    const auto heads = inbox(ben).all<wire::Heads>();
    ASSERT_EQ(heads.size(), 1U);
    EXPECT_EQ(heads[0].heads.at(0).version, 5U);
}

TEST_F(HubTest, a_slow_reader_is_told_heads_once_its_queue_has_drained) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    forget_messages();
    hub_->queued(ben, sync::limits::queued_bytes_max);
    const std::string text(1000, 'x');
    say(ana, channel, text);  // crosses the limit
    say(ana, channel, text);
    say(ana, channel, text);
    EXPECT_LE(inbox(ben).pages_of(company_.timeline(channel)).size(), 1U);
    forget_messages();
    hub_->queued(ben, 0);
    collect();
    const auto heads = inbox(ben).all<wire::Heads>();
    ASSERT_EQ(heads.size(), 1U);
    EXPECT_EQ(heads[0].heads.at(0).version, 3U);
}

TEST_F(HubTest, presence_comes_at_once_and_goes_after_a_while) {
    const auto ana = connect(company_.ana, company_);
    tick(Millis{1000});
    forget_messages();
    const auto ben = connect(company_.ben, company_);
    EXPECT_TRUE(says(inbox(ben), company_.ana, wire::Contact::online)) << "the newcomer learns all";
    tick(Millis{1000});
    EXPECT_TRUE(says(inbox(ana), company_.ben, wire::Contact::online));
    hub_->closed(ben);
    tick(Millis{4000});
    EXPECT_FALSE(says(inbox(ana), company_.ben, wire::Contact::offline));
    tick(Millis{1500});
    EXPECT_TRUE(says(inbox(ana), company_.ben, wire::Contact::offline));
}

TEST_F(HubTest, a_reader_who_comes_back_in_time_has_not_been_away) {
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    tick(Millis{1000});
    forget_messages();
    hub_->closed(ben);
    tick(Millis{3000});
    connect(company_.ben, company_);
    tick(Millis{10'000});
    EXPECT_TRUE(inbox(ana).all<wire::Presence>().empty());
}

TEST_F(HubTest, presence_stays_within_the_organization) {
    Company rival(*storage_, "rival");
    const auto stranger = connect(rival.ana, rival);
    tick(Millis{1000});
    forget_messages();
    connect(company_.ana, company_);
    tick(Millis{2000});
    EXPECT_TRUE(inbox(stranger).all<wire::Presence>().empty());
}

TEST_F(HubTest, refresh_tells_what_was_written_past_the_hub) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto eva = connect(company_.eva, company_);
    forget_messages();
    const Id added = company_.make_channel(company_.yard, false, {});
    must(storage_->begin());
    company_.put({company_.timeline(channel), RowKind::message, Id{77}}, "{}");
    company_.put_user(company_.eva, "eva", {company_.worker});
    must(refresh_all_grants(*storage_, company_.id));
    must(storage_->commit());
    hub_->refresh();
    run();
    std::set<BucketId> told;
    for (const wire::Heads& heads : inbox(ana).all<wire::Heads>()) {
        for (const Bucket& head : heads.heads) {
            told.insert(head.id);
        }
    }
    EXPECT_TRUE(told.contains(company_.timeline(channel)));
    EXPECT_TRUE(told.contains(company_.timeline(added)));
    EXPECT_TRUE(told.contains(company_.directory));
    const auto revoked = inbox(eva).all<wire::Revoke>();
    ASSERT_EQ(revoked.size(), 1U);
    EXPECT_EQ(revoked[0].buckets,
              std::vector{company_.bucket(BucketKind::group, company_.office).id});
    authenticator_.refused[authenticator_.known.begin()->second.session] =
        ErrorCode::auth_session_revoked;
    hub_->refresh();
    run();
    EXPECT_TRUE(inbox(ana).closed == ErrorCode::auth_session_revoked ||
                inbox(eva).closed == ErrorCode::auth_session_revoked);
}

// ---------------------------------------------------------------------------- how connections end

TEST_F(HubTest, OM36_an_ended_session_is_sent_away) {
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    authenticator_.ended = {authenticator_.known.begin()->second.session};
    EXPECT_TRUE(hub_->has_pending());
    run();
    EXPECT_EQ(inbox(ana).closed, ErrorCode::auth_session_revoked);
    EXPECT_FALSE(inbox(ben).closed);
    EXPECT_EQ(hub_->counters().sessions_live, 1U);
}

TEST_F(HubTest, a_silent_connection_is_closed) {
    const auto ana = connect(company_.ana, company_);
    tick(Millis{30'000});
    send(ana, wire::Ping{1});
    tick(Millis{30'000});
    EXPECT_FALSE(inbox(ana).closed);
    EXPECT_EQ(inbox(ana).all<wire::Pong>().size(), 1U);
    tick(Millis{20'000});
    EXPECT_TRUE(inbox(ana).closed);
    EXPECT_EQ(hub_->counters().connections_open, 0U);
}

TEST_F(HubTest, a_device_has_only_so_many_connections) {
    const DeviceNumber phone = company_.make_device(company_.ana);
    std::vector<ConnectionId> all;
    for (std::size_t i = 0; i <= limits::connections_per_device_max; ++i) {
        all.push_back(connect(company_.ana, company_, phone));
    }
    EXPECT_EQ(inbox(all[0]).closed, ErrorCode::request_too_many);
    EXPECT_FALSE(inbox(all[1]).closed);
    EXPECT_EQ(hub_->counters().sessions_live, limits::connections_per_device_max);
}

TEST_F(HubTest, a_device_is_held_to_its_rates) {
    start({.pulls = {1, 1}, .intents = {2, 1}, .frames = {5, 1}});
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    forget_messages();
    wire::Push push;
    for (int i = 0; i < 4; ++i) {
        push.intents.push_back(post(next_id(ana), channel, "x"));
    }
    send(ana, push);
    run();
    std::map<OutcomeStatus, int> counted;
    for (const wire::Outcomes& outcomes : inbox(ana).all<wire::Outcomes>()) {
        for (const Outcome& outcome : outcomes.outcomes) {
            ++counted[outcome.status];
            if (outcome.status == OutcomeStatus::later) {
                EXPECT_EQ(outcome.code, ErrorCode::request_too_many);
                EXPECT_GT(outcome.retry_after.count, 0);
            }
        }
    }
    EXPECT_EQ(counted[OutcomeStatus::applied], 2);
    EXPECT_EQ(counted[OutcomeStatus::later], 2);

    const Identity identity{company_.ana, company_.id, devices_.at(ana), "s"};
    const wire::Bytes body = wire::encode(wire::Pull{
        .wants = {{.bucket = company_.directory, .mode = wire::PullMode::snapshot}}, .bytes = 10});
    EXPECT_TRUE(hub_->pull(identity, body));
    const auto refused = hub_->pull(identity, body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::request_too_many);
    EXPECT_EQ(refused.error().params, "{\"retry_after_ms\":1000}");
    environment_.advance(Millis{1000});
    EXPECT_TRUE(hub_->pull(identity, body));

    for (int i = 0; i < 10; ++i) {
        send(ana, wire::Ping{1});
    }
    run();
    EXPECT_EQ(inbox(ana).closed, ErrorCode::request_too_many);
}

TEST_F(HubTest, a_drain_answers_what_was_taken_and_sends_everybody_away) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto ben = connect(company_.ben, company_);
    forget_messages();
    send(ana, wire::Push{.intents = {post(next_id(ana), channel, "last words")}});
    hub_->drain();
    collect();
    EXPECT_EQ(inbox(ana).all<wire::Outcomes>().size(), 1U);
    EXPECT_EQ(inbox(ana).closed, ErrorCode::server_draining);
    EXPECT_EQ(inbox(ben).closed, ErrorCode::server_draining);
    const ConnectionId late = hub_->open();
    collect();
    EXPECT_EQ(inbox(late).closed, ErrorCode::server_draining);
    EXPECT_EQ(hub_->counters().connections_open, 0U);
}

TEST_F(HubTest, a_herd_that_is_sent_away_is_told_to_come_back_at_many_moments) {
    start({.connections_max = 1});
    connect(company_.ana, company_);
    std::set<std::int64_t> full;
    std::vector<services::ConnectionId> herd;
    for (int i = 0; i < 200; ++i) {
        herd.push_back(hub_->open());
    }
    run();
    for (const services::ConnectionId id : herd) {
        const auto away = inbox(id).all<wire::GoAway>();
        ASSERT_EQ(away.size(), 1U);
        EXPECT_EQ(away[0].code, ErrorCode::server_busy);
        EXPECT_GT(away[0].retry_after.count, 0);
        EXPECT_LE(away[0].retry_after.count, limits::full_spread.count);
        full.insert(away[0].retry_after.count);
    }
    EXPECT_GT(full.size(), 150U);

    hub_->drain();
    std::set<std::int64_t> draining;
    for (int i = 0; i < 200; ++i) {
        const services::ConnectionId id = hub_->open();
        run();
        const auto away = inbox(id).all<wire::GoAway>();
        ASSERT_EQ(away.size(), 1U);
        EXPECT_EQ(away[0].code, ErrorCode::server_draining);
        draining.insert(away[0].retry_after.count);
    }
    EXPECT_GT(draining.size(), 150U);
}

}  // namespace
}  // namespace holdfast::services
