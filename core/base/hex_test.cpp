#include "core/base/hex.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Hex, is_two_digits_for_each_byte_whatever_its_sign) {
    EXPECT_EQ(to_hex(""), "");
    EXPECT_EQ(to_hex({"\x00\x0f\x7f\x80\xff", 5}), "000f7f80ff");
}

}  // namespace
}  // namespace holdfast
