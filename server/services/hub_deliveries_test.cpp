#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "server/services/testing/hub_fixture.hpp"

/// OM32, OM35: work that somebody else brings for a device.
namespace holdfast::services {
namespace {

using testing::HubTest;
using testing::post;

class HubDeliveries : public HubTest {
protected:
    Identity phone() {
        return {.user = company_.ana,
                .organization = company_.id,
                .device = company_.make_device(company_.ana),
                .session = {}};
    }
    static std::size_t count(const std::vector<Outcome>& outcomes, OutcomeStatus status) {
        return static_cast<std::size_t>(std::ranges::count(outcomes, status, &Outcome::status));
    }
};

TEST_F(HubDeliveries, OM32_OM35_what_is_brought_twice_is_done_once_and_everybody_sees_it) {
    const Id channel = company_.make_channel(company_.yard, false, {company_.ana});
    const ConnectionId reader = connect(company_.ana, company_);
    const Identity from = phone();
    const std::vector<Intent> work{post(Id::make(from.device, 1), channel, "one"),
                                   post(Id::make(from.device, 2), channel, "two")};
    std::set<Id> held;
    const auto first = hub_->deliver(from, work, held);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(count(first, OutcomeStatus::applied), 2U);
    EXPECT_FALSE(first[0].replayed || first[1].replayed);
    run();
    EXPECT_FALSE(inbox(reader).pages_of(company_.timeline(channel)).empty());
    const auto second = hub_->deliver(from, work, held);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_TRUE(second[0].replayed && second[1].replayed);
    EXPECT_TRUE(held.empty());
}

TEST_F(HubDeliveries, OM32_what_is_put_off_holds_up_its_lane_and_no_other) {
    HubOptions options;
    options.intents = {.burst = 2, .per_second = 1};
    start(options);
    const Id first = company_.make_channel(company_.yard, false, {company_.ana});
    const Id second = company_.make_channel(company_.yard, false, {company_.ana});
    const Identity from = phone();
    std::set<Id> held;
    const auto outcomes = hub_->deliver(from,
                                        {post(Id::make(from.device, 1), first, "1"),
                                         post(Id::make(from.device, 2), second, "2"),
                                         post(Id::make(from.device, 3), first, "3")},
                                        held);
    EXPECT_EQ(count(outcomes, OutcomeStatus::applied), 2U);
    EXPECT_EQ(count(outcomes, OutcomeStatus::later), 1U);
    EXPECT_EQ(held, std::set<Id>{first});
    environment_.advance(Millis{60'000});
    const auto rest = hub_->deliver(
        from,
        {post(Id::make(from.device, 4), first, "4"), post(Id::make(from.device, 5), second, "5")},
        held);
    EXPECT_EQ(count(rest, OutcomeStatus::later), 1U) << "4 does not overtake 3";
    EXPECT_EQ(count(rest, OutcomeStatus::applied), 1U);
}

TEST_F(HubDeliveries, OM35_a_server_that_goes_takes_nothing_more) {
    const Identity from = phone();
    hub_->drain();
    EXPECT_EQ(hub_->admit_delivery(from).error().code, ErrorCode::server_draining);
    const Id channel = company_.make_channel(company_.yard, false, {company_.ana});
    std::set<Id> held;
    const auto outcomes =
        hub_->deliver(from, {post(Id::make(from.device, 1), channel, "late")}, held);
    EXPECT_EQ(count(outcomes, OutcomeStatus::later), 1U);
}

}  // namespace
}  // namespace holdfast::services
