#include "core/base/deadline.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Deadline, is_the_first_of_those_that_there_are) {
    EXPECT_EQ(earliest({Instant{3}, Instant{-2}, Instant{5}}), Instant{-2});
    EXPECT_EQ(earliest({std::nullopt, Instant{3}, std::nullopt}), Instant{3});
    EXPECT_EQ(earliest({std::nullopt, std::nullopt}), std::nullopt);
}

}  // namespace
}  // namespace holdfast
