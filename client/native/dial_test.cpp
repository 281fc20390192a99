#include "client/native/dial.hpp"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

TEST(Trust, says_which_file_cannot_be_read) {
    const auto trust = make_trust("/nowhere/ca.crt");
    ASSERT_FALSE(trust.has_value());
    EXPECT_EQ(trust.error().code, ErrorCode::setup_tls);
    EXPECT_TRUE(make_trust("").has_value());
}

}  // namespace
}  // namespace holdfast::client
