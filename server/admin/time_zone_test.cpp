#include "platform/zones/time_zone.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/testing/temp_folder.hpp"
#include "server/admin/time_format.hpp"

namespace holdfast::admin {
namespace {

std::int64_t local(const char* text) {
    return TimeFormat::parse("%Y-%m-%d %H:%M")->read(text).value();
}

TEST(TimeFormat, reads_times_as_people_write_them) {
    const auto american = TimeFormat::parse("%m/%d/%Y %I:%M:%S %p");
    ASSERT_TRUE(american);
    EXPECT_EQ(american->read("03/01/2011 02:27:57 PM").value(), 1'298'989'677);
    EXPECT_EQ(american->read("03/01/2011 12:00:00 AM").value(), 1'298'937'600);
    EXPECT_EQ(american->read("03/01/2011 12:00:00 pm").value(), 1'298'980'800);
    EXPECT_EQ(TimeFormat::parse("%d.%m.%Y")->read("29.2.2024").value(), 1'709'164'800);
    EXPECT_EQ(TimeFormat::parse("%Y-%m-%d %%")->read("1969-12-31 %").value(), -86'400);
}

TEST(TimeFormat, refuses_what_is_no_time) {
    const auto american = TimeFormat::parse("%m/%d/%Y %I:%M:%S %p");
    for (const char* text : {"",
                             "03/01/2011",
                             "02/30/2011 01:00:00 AM",
                             "03/01/2011 13:00:00 PM",
                             "03/01/2011 00:00:00 AM",
                             "03/01/2011 01:60:00 AM",
                             "03/01/2011 01:00:00 XM",
                             "03/01/2011 01:00:00 AM ",
                             "03/-1/2011 01:00:00 AM",
                             "13/01/2011 01:00:00 AM"}) {
        EXPECT_FALSE(american->read(text)) << text;
    }
    for (const char* pattern : {"", "%Y-%m", "%Y-%m-%d %I", "%Y-%m-%d %Q", "%Y-%m-%d %"}) {
        EXPECT_FALSE(TimeFormat::parse(pattern)) << pattern;
    }
}

RC_GTEST_PROP(TimeFormat, garbage_never_crashes, ()) {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("%YmdHIMSp0129/: -PAM")));
    if (const auto format = TimeFormat::parse(text)) {
        (void)format->read(
            *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0129/: -PAM%"))));
    }
}

TEST(TimeZone, knows_fixed_offsets) {
    EXPECT_EQ(TimeZone::find("UTC")->to_utc(1000), 1000);
    EXPECT_EQ(TimeZone::find("-05:00")->to_utc(0), 5 * 3600);
    EXPECT_EQ(TimeZone::find("+05:45")->to_utc(0), -(5 * 3600 + 45 * 60));
    for (const char* name :
         {"", "+5:00", "../../etc/passwd", "/etc/passwd", "Nowhere/Town", "America", "+ab:cd"}) {
        EXPECT_FALSE(TimeZone::find(name)) << name;
    }
}

/// With the machine's database, and with no more than the rule at the end of a zone's file.
class NewYork : public ::testing::TestWithParam<bool> {
protected:
    static Result<TimeZone> zone() {
        if (!GetParam()) {
            return TimeZone::find("America/New_York");
        }
        // No change at all, one type (UTC-5), and the rule.
        const std::string header = std::string("TZif2") + std::string(15, '\0');
        const auto counts = [](char types, char letters) {
            std::string text(24, '\0');
            text[19] = types;
            text[23] = letters;
            return text;
        };
        const std::string type = std::string("\xff\xff\xb9\xb0\0\0", 6) + std::string("EST\0", 4);
        const testing_support::TempFolder folder;
        std::ofstream(folder / "New_York", std::ios::binary)
            << header << counts(1, 4) << type << header << counts(1, 4) << type
            << "\nEST5EDT,M3.2.0,M11.1.0\n";
        return TimeZone::find("New_York", folder.path().string());
    }
};

TEST_P(NewYork, changes_between_winter_and_summer) {
    const auto zone = NewYork::zone();
    ASSERT_TRUE(zone) << zone.error().detail;
    EXPECT_EQ(zone->to_utc(local("2024-03-09 23:30")), 1'710'045'000);
    EXPECT_EQ(zone->to_utc(local("2024-03-10 03:15")), 1'710'054'900);
    EXPECT_EQ(zone->to_utc(local("2024-07-01 12:00")), 1'719'849'600);
    EXPECT_EQ(zone->to_utc(local("2024-11-03 02:30")), 1'730'619'000);
    EXPECT_EQ(zone->to_utc(local("2060-07-01 12:00")), 2'855'923'200);
    EXPECT_EQ(zone->to_utc(local("2024-01-01 00:00")), 1'704'085'200);
}

TEST_P(NewYork, takes_the_first_of_an_hour_that_comes_twice_and_passes_over_a_gap) {
    const auto zone = NewYork::zone();
    ASSERT_TRUE(zone) << zone.error().detail;
    EXPECT_EQ(zone->to_utc(local("2024-11-03 01:30")), 1'730'611'800);
    EXPECT_EQ(zone->to_utc(local("2024-03-10 02:30")), local("2024-03-10 07:30"));
}

INSTANTIATE_TEST_SUITE_P(zones, NewYork, ::testing::Values(false, true));

TEST(TimeZone, works_below_the_equator) {
    const auto zone = TimeZone::find("Australia/Sydney");
    ASSERT_TRUE(zone);
    EXPECT_EQ(zone->offset_at(local("2060-01-01 00:00")), 11 * 3600);
    EXPECT_EQ(zone->offset_at(local("2060-07-01 00:00")), 10 * 3600);
}

}  // namespace
}  // namespace holdfast::admin
