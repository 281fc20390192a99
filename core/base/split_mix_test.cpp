#include "core/base/split_mix.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

// From the reference implementation (Vigna, splitmix64.c) with seed 1234567.
TEST(SplitMix, gives_the_published_numbers) {
    SplitMix mix(1234567);
    EXPECT_EQ(mix.next(), 6457827717110365317ULL);
    EXPECT_EQ(mix.next(), 3203168211198807973ULL);
    EXPECT_EQ(mix.next(), 9817491932198370423ULL);
}

}  // namespace
}  // namespace holdfast
