#include "core/sync/held_lanes.hpp"

#include <gtest/gtest.h>

namespace holdfast::sync {
namespace {

Intent intent(std::uint64_t id, std::uint64_t lane) {
    return {.id = Id{id}, .lane = Id{lane}, .kind = IntentKind::message_post};
}
Outcome later(std::uint64_t id, ErrorCode code = ErrorCode::storage_full) {
    return {.intent = Id{id},
            .status = OutcomeStatus::later,
            .code = code,
            .retry_after = Millis{2000}};
}

TEST(HeldLanes, OM31_what_comes_behind_an_intent_that_was_put_off_waits_with_it) {
    HeldLanes lanes;
    EXPECT_FALSE(lanes.arrived(intent(12, 1)));
    EXPECT_FALSE(lanes.arrived(intent(13, 2)));
    lanes.judged(later(12));
    const auto hold = lanes.arrived(intent(14, 1));
    ASSERT_TRUE(hold);
    EXPECT_EQ(hold->code, ErrorCode::storage_full);
    EXPECT_EQ(hold->retry_after, Millis{2000});
    EXPECT_FALSE(lanes.arrived(intent(15, 2))) << "another lane goes on";
    EXPECT_FALSE(lanes.arrived(intent(12, 1))) << "the one that it waited for";
    EXPECT_FALSE(lanes.arrived(intent(14, 1)));
    EXPECT_EQ(lanes.put_off(), 0U);
}

TEST(HeldLanes, OM31_nothing_overtakes_what_was_put_off_behind_the_first) {
    HeldLanes lanes;
    (void)lanes.arrived(intent(12, 1));
    lanes.judged(later(12));
    EXPECT_TRUE(lanes.arrived(intent(14, 1)));
    // The device has heard of 12 and not yet of 14.
    EXPECT_FALSE(lanes.arrived(intent(12, 1)));
    EXPECT_TRUE(lanes.arrived(intent(15, 1)));
    EXPECT_EQ(lanes.put_off(), 2U);
    EXPECT_FALSE(lanes.arrived(intent(14, 1)));
    EXPECT_FALSE(lanes.arrived(intent(15, 1)));
    EXPECT_EQ(lanes.put_off(), 0U);
}

TEST(HeldLanes, a_lane_is_held_from_the_first_intent_that_was_put_off) {
    HeldLanes lanes;
    (void)lanes.arrived(intent(12, 1));
    (void)lanes.arrived(intent(13, 1));
    lanes.judged(later(13));
    lanes.judged(later(12));
    EXPECT_TRUE(lanes.arrived(intent(13, 1)));
    EXPECT_FALSE(lanes.arrived(intent(12, 1)));
    EXPECT_FALSE(lanes.arrived(intent(13, 1)));
}

TEST(HeldLanes, a_kind_that_the_server_does_not_know_holds_nothing_up) {
    HeldLanes lanes;
    (void)lanes.arrived(intent(12, 1));
    lanes.judged(later(12, ErrorCode::intent_unknown_kind));
    EXPECT_FALSE(lanes.arrived(intent(13, 1)));
}

TEST(HeldLanes, an_answered_intent_is_not_awaited_any_more) {
    HeldLanes lanes;
    (void)lanes.arrived(intent(12, 1));
    (void)lanes.arrived(intent(13, 1));
    lanes.judged({.intent = Id{12}});
    lanes.judged({.intent = Id{99}});
    EXPECT_EQ(lanes.awaited(), 1U);
}

}  // namespace
}  // namespace holdfast::sync
