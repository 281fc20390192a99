#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/forms/civil.hpp"
#include "core/forms/decimal.hpp"

namespace holdfast::forms {
namespace {

std::string canonical(std::string_view text) {
    const auto value = parse_decimal(text);
    return value ? to_string(*value) : "none";
}

TEST(Decimal, is_read_as_people_write_it) {
    EXPECT_EQ(canonical("12"), "12");
    EXPECT_EQ(canonical(" 12,50 "), "12.5");
    EXPECT_EQ(canonical("-0.5"), "-0.5");
    EXPECT_EQ(canonical("+7"), "7");
    EXPECT_EQ(canonical("-0"), "0");
    EXPECT_EQ(canonical(".5"), "0.5");
    EXPECT_EQ(canonical("0007.10"), "7.1");
    EXPECT_EQ(canonical("999999999999.999999"), "999999999999.999999");
}

TEST(Decimal, is_not_guessed_at) {
    for (const char* text : {"",
                             "-",
                             "1.234,5",
                             "1e5",
                             "12a",
                             "0x1f",
                             "1 000",
                             "5.",
                             ".",
                             "1..2",
                             "NaN",
                             "1234567890123",
                             "0.1234567",
                             "--1"}) {
        EXPECT_EQ(canonical(text), "none") << text;
    }
}

TEST(DecimalProperty, its_text_is_read_as_the_same_number) {
    EXPECT_TRUE(rc::check([](std::int64_t number) {
        const Decimal value{number % 1'000'000'000'000'000'000};
        RC_ASSERT(parse_decimal(to_string(value)) == value);
    }));
}

TEST(Day, is_a_date_that_exists) {
    EXPECT_EQ(parse_day("1970-01-01")->number, 0);
    EXPECT_EQ(parse_day("2024-02-29")->number, 19782);
    for (const char* text : {"2023-02-29",
                             "2024-13-01",
                             "2024-00-10",
                             "2024-04-31",
                             "24-01-01",
                             "2024-1-01",
                             "2024/01/01",
                             "0000-01-01",
                             "2024-01-01T",
                             ""}) {
        EXPECT_FALSE(parse_day(text)) << text;
    }
}

TEST(DayProperty, every_day_survives_being_written_and_read) {
    EXPECT_TRUE(rc::check([] {
        const Day day{*rc::gen::inRange<std::int64_t>(-719'162, 2'932'896)};
        RC_ASSERT(parse_day(to_string(day)) == day);
    }));
}

TEST(Day, begins_at_midnight_of_its_place) {
    const WallTime late{moment_of(*parse_day("2026-05-01"), 23 * 60, 0)};
    EXPECT_EQ(to_string(day_at(late, 0)), "2026-05-01");
    EXPECT_EQ(to_string(day_at(late, 120)), "2026-05-02");
    EXPECT_EQ(to_string(day_at({-1}, 0)), "1969-12-31");
}

TEST(Zone, has_the_offset_of_the_last_change) {
    const Zone zone{.name = "x", .offset_minutes = -180, .changes = {{1000, -240}, {2000, -180}}};
    EXPECT_EQ(zone.offset_at({999}), -180);
    EXPECT_EQ(zone.offset_at({1000}), -240);
    EXPECT_EQ(zone.offset_at({2000}), -180);
}

TEST(Minute, is_hours_and_minutes_of_two_digits) {
    EXPECT_EQ(parse_minute("14:05"), 845);
    EXPECT_EQ(minute_text(845), "14:05");
    EXPECT_FALSE(parse_minute("24:00"));
    EXPECT_FALSE(parse_minute("7:00"));
}

}  // namespace
}  // namespace holdfast::forms
