#include "core/model/text.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Text, white_space_of_unicode_goes_at_both_ends_and_stays_inside) {
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim(" \t\r\n\v\f "), "");
    EXPECT_EQ(trim("\xe3\x80\x80 a b \xc2\xa0"), "a b");
    EXPECT_EQ(trim("\xef\xbb\xbf"
                   "a\xe2\x80\xa8"),
              "a");
    EXPECT_EQ(trim("👩‍🔧"), "👩‍🔧");
}

TEST(Text, is_cut_between_characters) {
    EXPECT_EQ(cut("año", 4), "año");
    EXPECT_EQ(cut("año", 3), "añ");
    EXPECT_EQ(cut("año", 2), "a");
    EXPECT_EQ(cut("año", 0), "");
}

TEST(Text, limits_hold_for_what_is_left) {
    EXPECT_EQ(take_text("  abc  ", 3).value(), "abc");
    EXPECT_EQ(take_text("abcd", 3).error().code, ErrorCode::intent_too_long);
    EXPECT_EQ(take_text("abcd", 3).error().params, R"({"limit":3})");
    EXPECT_EQ(take_text("  ", 3).error().code, ErrorCode::intent_empty);
    EXPECT_EQ(take_optional_text("  ", 3).value(), "");
}

}  // namespace
}  // namespace holdfast
