#include "core/base/token_bucket.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(TokenBucket, lets_a_burst_through_and_then_a_steady_rate) {
    TokenBucket bucket({.burst = 3, .per_second = 10});
    const Instant begin{5000};
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(bucket.take(begin));
    }
    EXPECT_FALSE(bucket.take(begin));
    EXPECT_EQ(bucket.wait(), Millis{100});
    EXPECT_FALSE(bucket.take(begin + Millis{99}));
    EXPECT_TRUE(bucket.take(begin + Millis{100}));
    EXPECT_FALSE(bucket.full(begin + Millis{399}));
    EXPECT_TRUE(bucket.full(begin + Millis{400}));
}

TEST(TokenBucket, gains_nothing_by_a_clock_that_goes_back) {
    TokenBucket bucket({.burst = 1, .per_second = 1});
    EXPECT_TRUE(bucket.take(Instant{10'000}));
    EXPECT_FALSE(bucket.take(Instant{1'000}));
    EXPECT_FALSE(bucket.take(Instant{10'999}));
    EXPECT_TRUE(bucket.take(Instant{11'000}));
}

}  // namespace
}  // namespace holdfast
