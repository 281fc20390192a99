// What a device is told when it comes, and who is not let in.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/sync/digest.hpp"
#include "server/services/testing/faulty_storage.hpp"
#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using testing::contains;
using testing::HubTest;
using testing::must;

TEST_F(HubTest, welcomes_a_device_with_every_bucket_that_it_may_read) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    const auto ana = connect(company_.ana, company_);
    const auto welcomes = inbox(ana).all<wire::Welcome>();
    ASSERT_EQ(welcomes.size(), 1U);
    const wire::Welcome& welcome = welcomes[0];
    EXPECT_EQ(welcome.user, company_.ana);
    EXPECT_EQ(welcome.salt, 7U);
    EXPECT_NE(welcome.policy.find("\"granted\":true"), std::string::npos);
    // Own, directory, group, channel, timeline.
    EXPECT_EQ(welcome.heads.size(), 5U);
    EXPECT_TRUE(contains(welcome.heads, company_.timeline(channel)));
    EXPECT_EQ(hub_->counters().sessions_live, 1U);
}

TEST_F(HubTest, OM2_says_when_something_happened_in_a_timeline_last) {
    const Id channel = company_.make_channel(company_.yard, false, {});
    must(storage_->begin());
    const RowChange message{
        .key = {company_.timeline(channel), RowKind::message, Id{77}}, .sort = 5'000, .body = "{}"};
    must(storage_->write_rows({&message, 1}));
    must(storage_->commit());
    const auto active_at = [&](services::ConnectionId device) {
        const auto welcomes = inbox(device).all<wire::Welcome>();
        for (const Bucket& head : welcomes.at(0).heads) {
            if (head.id == company_.timeline(channel)) {
                return head.active_at;
            }
        }
        return WallTime{-1};
    };
    const auto ana = connect(company_.ana, company_);
    EXPECT_EQ(active_at(ana), WallTime{5'000});
    (void)say(ana, channel, "here I am");
    EXPECT_EQ(active_at(connect(company_.ana, company_)), environment_.wall());
}

/// The digest of a device that is exact on these heads.
Sum digest_of(const std::vector<Bucket>& heads) {
    Sum digest;
    for (const Bucket& head : heads) {
        digest += sync::digest_of(head.id, head.epoch, head.version, head.sum);
    }
    return digest;
}

TEST_F(HubTest, a_device_with_nothing_new_is_welcomed_back_without_a_query) {
    const Id channel = company_.make_channel(company_.yard, false, {company_.ana});
    testing::FaultyStorage counted(*storage_);
    hub_ = std::make_unique<Hub>(counted, environment_, authenticator_);
    const auto first = connect(company_.ana, company_);
    const DeviceNumber device = devices_.at(first);
    const auto welcome = inbox(first).all<wire::Welcome>().at(0);
    hub_->closed(first);

    const std::uint64_t before = counted.calls;
    const auto greet = [&](Sum digest) {
        const ConnectionId id = hub_->open();
        devices_[id] = device;
        send(id, wire::Hello{.device = device, .resume = welcome.resume, .digest = digest});
        run();
        return id;
    };
    const auto back = greet(digest_of(welcome.heads));
    EXPECT_EQ(counted.calls, before) << "no look into the tables, no transaction";
    const auto again = inbox(back).all<wire::Welcome>();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].exact, welcome.heads.size());
    EXPECT_TRUE(again[0].heads.empty());
    EXPECT_LT(inbox(back).messages.at(0)->size(), 300U);
    EXPECT_EQ(hub_->counters().resumed, 1U);

    // Something is new: it is asked for everything, and told what is new.
    say(back, channel, "new");
    const auto third = greet(digest_of(welcome.heads));
    EXPECT_EQ(inbox(third).all<wire::Again>().size(), 1U);
    EXPECT_TRUE(inbox(third).all<wire::Welcome>().empty());
    std::vector<wire::Cursor> cursors;
    for (const Bucket& head : welcome.heads) {
        cursors.push_back({head.id, head.epoch, head.version, head.sum});
    }
    send(third, wire::Hello{.device = device, .cursors = cursors, .resume = welcome.resume});
    run();
    const auto full = inbox(third).all<wire::Welcome>();
    ASSERT_EQ(full.size(), 1U);
    EXPECT_TRUE(contains(full[0].heads, company_.timeline(channel)));
}

TEST_F(HubTest, a_short_greeting_with_a_token_that_is_none_is_asked_for_in_full) {
    const ConnectionId id = hub_->open();
    send(id, wire::Hello{.device = 2000, .resume = "forged", .digest = Sum{}});
    run();
    EXPECT_EQ(inbox(id).all<wire::Again>().size(), 1U);
    EXPECT_FALSE(inbox(id).closed);
    send(id, wire::Hello{.token = "forged", .device = 2000, .resume = "forged"});
    run();
    EXPECT_EQ(inbox(id).closed, ErrorCode::auth_session_expired);
}

TEST_F(HubTest, who_comes_faster_than_the_budget_is_told_when_to_come_again) {
    start({.admission = {.resume = {.burst = 1, .per_second = 1},
                         .bootstrap = {.burst = 2, .per_second = 0.5},
                         .wait_max = Millis{60'000}}});
    (void)connect(company_.ana, company_);
    (void)connect(company_.ben, company_);
    const auto third = connect(company_.ana, company_);
    const auto fourth = connect(company_.ben, company_);
    EXPECT_EQ(inbox(third).closed, ErrorCode::server_busy);
    EXPECT_EQ(inbox(third).all<wire::GoAway>().at(0).retry_after, Millis{2'000});
    EXPECT_EQ(inbox(fourth).all<wire::GoAway>().at(0).retry_after, Millis{4'000});
    EXPECT_EQ(hub_->counters().admissions_put_off, 2U);

    // Who has rows already is not held up by them, and pays once for a greeting in two frames.
    const auto back = hub_->open();
    const DeviceNumber device = company_.make_device(company_.ana);
    send(back, wire::Hello{.device = device, .resume = "forged", .digest = Sum{}});
    run();
    ASSERT_EQ(inbox(back).all<wire::Again>().size(), 1U);
    authenticator_.known["good"] = {
        .user = company_.ana, .organization = company_.id, .device = device, .session = "good"};
    send(back, wire::Hello{.token = "good", .device = device});
    run();
    EXPECT_EQ(inbox(back).all<wire::Welcome>().size(), 1U);

    tick(Millis{2'000});
    const auto in_its_turn = connect(company_.ben, company_);
    EXPECT_EQ(inbox(in_its_turn).all<wire::Welcome>().size(), 1U);
}

TEST_F(HubTest, the_policy_that_a_welcome_tells_is_that_of_the_directory) {
    (void)connect(company_.ana, company_);
    must(storage_->begin());
    body::Organization organization{.name = "acme"};
    company_.put({company_.directory, RowKind::organization, company_.id},
                 body::encode(organization));
    must(storage_->commit());
    hub_->refresh();
    const auto ben = connect(company_.ben, company_);
    EXPECT_NE(inbox(ben).all<wire::Welcome>().at(0).policy.find("\"granted\":false"),
              std::string::npos);
}

TEST_F(HubTest, OM6_devices_that_stand_above_the_server_are_counted) {
    (void)connect(company_.ana,
                  company_,
                  company_.make_device(company_.ana),
                  {{company_.directory, 1, 1'000'000, Sum{}}});
    EXPECT_EQ(hub_->counters().devices_ahead, 1U);
}

TEST_F(HubTest, refuses_a_token_that_is_none) {
    const ConnectionId id = hub_->open();
    send(id, wire::Hello{.token = "forged", .device = 2000});
    run();
    EXPECT_EQ(inbox(id).closed, ErrorCode::auth_session_expired);
    EXPECT_EQ(inbox(id).all<wire::GoAway>().size(), 1U);
    EXPECT_EQ(hub_->counters().connections_open, 0U);
    EXPECT_EQ(hub_->counters().admissions_refused, 1U);
}

TEST_F(HubTest, a_device_that_stands_at_every_head_is_told_no_heads) {
    const DeviceNumber phone = company_.make_device(company_.ana);
    std::vector<wire::Cursor> cursors;
    for (const auto& record : must(storage_->buckets_of(company_.id))) {
        const Bucket& bucket = record.bucket;
        cursors.push_back({bucket.id, bucket.epoch, bucket.version, bucket.sum});
    }
    const auto ana = connect(company_.ana, company_, phone, cursors);
    const auto welcome = inbox(ana).all<wire::Welcome>().at(0);
    EXPECT_TRUE(welcome.heads.empty());
    EXPECT_EQ(welcome.exact, 3U);
    EXPECT_EQ(welcome.revoked.size(), 3U) << "the office, ben's and eva's own buckets";
}

}  // namespace
}  // namespace holdfast::services
