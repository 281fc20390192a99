#include "core/base/id.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace holdfast {
namespace {

constexpr std::uint64_t id_max = 0x7fff'ffff'ffff'ffff;

TEST(Id, has_the_device_in_its_upper_half_and_the_counter_in_its_lower) {
    const Id id = Id::make(device_number_max, 0xffff'ffff);
    EXPECT_EQ(id.value, id_max);
    EXPECT_EQ(id.device(), device_number_max);
    EXPECT_EQ(id.counter(), 0xffff'ffff);
    EXPECT_FALSE(Id{});
}

TEST(Id, is_spelled_in_decimal) {
    EXPECT_EQ(to_string(Id{}), "0");
    EXPECT_EQ(to_string(Id{1234}), "1234");
    EXPECT_EQ(to_string(Id{id_max}), "9223372036854775807");
}

TEST(Id, is_parsed_in_canonical_decimal_only) {
    EXPECT_EQ(parse_id("0"), Id{});
    EXPECT_EQ(parse_id("9223372036854775807"), Id{id_max});
    for (const char* text : {"",
                             "-1",
                             "+1",
                             "01",
                             "00",
                             " 1",
                             "1 ",
                             "1.0",
                             "1e3",
                             "0x1",
                             "one",
                             "9223372036854775808",
                             "18446744073709551616"}) {
        EXPECT_EQ(parse_id(text), std::nullopt) << text;
    }
}

TEST(Id, survives_being_spelled_and_parsed) {
    EXPECT_TRUE(rc::check([](std::uint64_t value) {
        const Id id{value & id_max};
        RC_ASSERT(parse_id(to_string(id)) == id);
    }));
}

}  // namespace
}  // namespace holdfast
