#include "core/wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace holdfast::wire {
namespace {

TEST(Utf8, takes_characters_of_one_to_four_bytes) {
    for (const char* text : {"",
                             "plain",
                             "\x7f",
                             "\xc2\x80",
                             "\xdf\xbf",
                             "\xe0\xa0\x80",
                             "\xed\x9f\xbf",
                             "\xee\x80\x80",
                             "\xef\xbf\xbf",
                             "\xf0\x90\x80\x80",
                             "\xf4\x8f\xbf\xbf",
                             "eight bytes and then \xc3\xa4"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
}

TEST(Utf8, refuses_what_is_cut_overlong_a_surrogate_or_too_large) {
    for (const char* text : {"\x80",
                             "\xbf",
                             "\xc3",
                             "\xc0\x80",
                             "\xc1\xbf",
                             "\xc3\x28",
                             "\xe0\x9f\xbf",
                             "\xe2\x82",
                             "\xe2\x82\x28",
                             "\xed\xa0\x80",
                             "\xf0\x8f\xbf\xbf",
                             "\xf0\x9f\x99",
                             "\xf4\x90\x80\x80",
                             "\xf5\x80\x80\x80",
                             "\xff",
                             "eight bytes and then \xe4"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
        EXPECT_FALSE(is_utf8(std::string("1234567") + text + "12345678")) << text;
    }
}

}  // namespace
}  // namespace holdfast::wire
