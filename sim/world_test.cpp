#include "sim/world.hpp"

#include <gmock/gmock.h>

#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

TEST(World, is_the_same_in_every_run_of_its_seed) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        World first(seed);
        World second(seed);
        const Ledger& one = first.run();
        const Ledger& other = second.run();
        EXPECT_EQ(one.violation.value_or(""), "");
        EXPECT_EQ(one.trace, other.trace) << "seed " << seed;
        EXPECT_EQ(one.checks, other.checks) << "seed " << seed;
    }
}

TEST(World, differs_from_that_of_another_seed) {
    World first(1);
    World second(2);
    EXPECT_NE(first.run().trace, second.run().trace);
}

TEST(Breaks, know_their_names_with_hyphens_too) {
    EXPECT_FALSE(is_broken("dedup_off"));
    EXPECT_TRUE(break_promise("dedup-off"));
    EXPECT_TRUE(is_broken("dedup_off"));
    EXPECT_FALSE(is_broken("lane_order_off"));
    EXPECT_FALSE(break_promise("no-such-break"));
    EXPECT_TRUE(break_promise(""));
    EXPECT_FALSE(is_broken("dedup_off"));
}

}  // namespace
}  // namespace holdfast::sim
