#include "core/sync/priority.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "core/sync/testing/client_fixture.hpp"

namespace holdfast::sync {
namespace {

constexpr Attention attention{
    .raised = BucketId{99}, .newest_since = {5'000}, .active_since = {1'000}};

BucketCursor cursor(BucketKind kind, std::uint64_t rows, std::int64_t active_at = 0) {
    BucketCursor cursor;
    cursor.head = bucket(10, kind, rows);
    cursor.head.active_at.ms = active_at;
    return cursor;
}

Turn turn(BucketKind kind, std::uint64_t rows, std::int64_t active_at = 0) {
    return turn_of(cursor(kind, rows, active_at), attention);
}

TEST(Priority, OM2_who_one_is_comes_first_then_what_the_first_screens_show) {
    const std::vector<Turn> turns{turn(BucketKind::user, 100),
                                  turn(BucketKind::directory, 100'000),
                                  turn(BucketKind::group, 5),
                                  turn(BucketKind::channel, 5),
                                  turn(BucketKind::tasks, limits::large_bucket_rows),
                                  turn(BucketKind::timeline, 9'000, 6'000),  // newest messages
                                  turn(BucketKind::timeline, 9'000, 4'000),  // of the others
                                  turn(BucketKind::tasks, limits::large_bucket_rows + 1)};
    EXPECT_TRUE(std::ranges::is_sorted(turns));
    EXPECT_EQ(turns[0].priority, Priority::own);
    EXPECT_EQ(turns[5].priority, Priority::needed);
    EXPECT_EQ(turns[6].priority, Priority::active);
    EXPECT_TRUE(turns[7].is_bulk());
}

TEST(Priority, OM2_history_comes_by_when_something_happened_last) {
    BucketCursor quiet = cursor(BucketKind::timeline, 9'000, 900);
    BucketCursor lively = cursor(BucketKind::timeline, 9'000, 6'000);
    quiet.tail_done = lively.tail_done = true;
    EXPECT_EQ(turn_of(lively, attention).priority, Priority::active);
    EXPECT_EQ(turn_of(quiet, attention).priority, Priority::rest);
    EXPECT_TRUE(turn_of(lively, attention).is_bulk());
    quiet.head.active_at = {};  // a server that does not say
    EXPECT_EQ(turn_of(quiet, attention).priority, Priority::active);
    EXPECT_LT(turn_of(lively, attention), turn_of(quiet, attention));
}

TEST(Priority, OM2_the_open_screen_raises_its_newest_messages_and_then_its_history) {
    BucketCursor shown = cursor(BucketKind::timeline, 9'000, 900);
    shown.head.id = attention.raised;
    EXPECT_EQ(turn_of(shown, attention).priority, Priority::needed);
    EXPECT_LT(turn_of(shown, attention), turn(BucketKind::timeline, 9'000, 6'000));
    shown.tail_done = true;
    EXPECT_EQ(turn_of(shown, attention).priority, Priority::needed);
    EXPECT_TRUE(turn_of(shown, attention).is_bulk());
}

TEST(FairShare, own_comes_before_all_others) {
    FairShare share;
    EXPECT_EQ(share.next({true, true, true, true}), Priority::own);
    EXPECT_EQ(share.next({false, true, true, true}), Priority::needed);
}

TEST(FairShare, a_portion_is_smaller_behind_a_priority_before_it) {
    EXPECT_EQ(FairShare::portion(Priority::rest, {false, false, false, true}, 70'000), 70'000U);
    EXPECT_EQ(FairShare::portion(Priority::rest, {false, true, true, true}, 70'000), 8'000U);
    EXPECT_EQ(FairShare::portion(Priority::active, {true, true, true, true}, 70'000), 20'000U);
    EXPECT_EQ(FairShare::portion(Priority::needed, {true, true, true, true}, 70'000), 70'000U);
}

/// Pulls of any sizes, by priorities that come and go: from the moment that one is at work it gets
/// its share of what comes, but for the pull of each that is just over.
RC_GTEST_PROP(FairShare, OM2_each_gets_its_share_while_it_has_work, ()) {
    constexpr std::uint64_t pull_max = 1'000;
    FairShare share;
    FairShare::Which at_work{};
    std::array<std::uint64_t, priorities> began{};  // what had come when it began to work
    std::array<std::uint64_t, priorities> had{};    // since then
    std::uint64_t came = 0;
    const auto steps = *rc::gen::inRange(1, 300);
    for (int step = 0; step < steps; ++step) {
        if (step % 50 == 0) {
            for (std::size_t i = 1; i < priorities; ++i) {
                const bool works = i == 1 || *rc::gen::arbitrary<bool>();
                if (works && !at_work[i]) {
                    began[i] = came;
                    had[i] = 0;
                }
                at_work[i] = works;
            }
        }
        const auto next = static_cast<std::size_t>(share.next(at_work));
        RC_ASSERT(at_work[next]);
        const auto bytes = *rc::gen::inRange<std::uint64_t>(1, pull_max + 1);
        share.charge(static_cast<Priority>(next), bytes + 5);
        share.give_back(static_cast<Priority>(next), 5);
        came += bytes;
        had[next] += bytes;
        for (std::size_t i = 1; i < priorities; ++i) {
            if (at_work[i]) {
                const std::uint64_t due = (came - began[i]) * limits::priority_weights[i] / 98;
                RC_ASSERT(had[i] + 3 * pull_max >= due);
            }
        }
    }
}

}  // namespace
}  // namespace holdfast::sync
