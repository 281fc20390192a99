// How connections end: by their session, silence, rates, or the server's own end.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using testing::HubTest;
using testing::post;

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
