#include "core/workflow/schedule.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace holdfast::workflow {
namespace {

using std::chrono::sys_days;

/// "2026-02-27 17:00:00" as seconds, by the standard library.
std::int64_t at(int year, unsigned month, unsigned day, int hour, int minute, int second = 0) {
    const std::chrono::year_month_day date{
        std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    const auto days = sys_days(date).time_since_epoch().count();
    return std::int64_t{days} * 86'400 + hour * 3600 + minute * 60 + second;
}

std::int64_t next(const char* cron, std::int64_t after) {
    const auto parsed = Cron::parse(cron);
    return parsed ? parsed->next_after(after).value_or(-1) : -2;
}

TEST(Cron, finds_the_next_moment) {
    const std::int64_t friday = at(2026, 2, 27, 17, 0);
    EXPECT_EQ(next("* * * * * *", friday), friday + 1);
    EXPECT_EQ(next("0 30 7 * * 1-5", friday), at(2026, 3, 2, 7, 30)) << "on Monday";
    EXPECT_EQ(next("0 30 7 * * *", friday), at(2026, 2, 28, 7, 30));
    EXPECT_EQ(next("0 0 17 * * *", friday), at(2026, 2, 28, 17, 0)) << "not the same one again";
    EXPECT_EQ(next("0 0 17 * * *", friday - 1), friday);
    EXPECT_EQ(next("30 */15 * * * *", friday), at(2026, 2, 27, 17, 0, 30));
    EXPECT_EQ(next("0 */15 * * * *", friday), at(2026, 2, 27, 17, 15));
    EXPECT_EQ(next("15,45 59 * * * *", at(2026, 2, 27, 17, 59, 50)), at(2026, 2, 27, 18, 59, 15));
    EXPECT_EQ(next("0 0 8-18/5 * * *", at(2026, 2, 27, 14, 0)), at(2026, 2, 27, 18, 0));
    EXPECT_EQ(next("0 0 0 1 * *", friday), at(2026, 3, 1, 0, 0));
    EXPECT_EQ(next("0 0 0 29 2 *", friday), at(2028, 2, 29, 0, 0));
    EXPECT_EQ(next("59 59 23 31 12 *", friday), at(2026, 12, 31, 23, 59, 59));
    EXPECT_EQ(next("0 0 0 * * 7", friday), at(2026, 3, 1, 0, 0)) << "Sunday is 7 as well";
    EXPECT_EQ(next("0 0 0 13 * 5", friday), at(2026, 3, 6, 0, 0)) << "one of both is enough";
    EXPECT_EQ(next("0 0 0 30 2 *", friday), -1) << "there is no such day";
}

TEST(Cron, goes_on_from_what_it_said) {
    std::int64_t moment = at(2026, 1, 1, 0, 0);
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t later = next("7 */20 6-20 * 1-11/2 1-5", moment);
        ASSERT_GT(later, moment);
        ASSERT_EQ(later % 60, 7);
        moment = later;
    }
    // 22 working days of January with 45 moments each, and ten more on the second of March.
    EXPECT_EQ(moment, at(2026, 3, 2, 9, 0, 7));
}

TEST(Cron, refuses_what_it_cannot_read) {
    const std::vector<std::string> texts{"",
                                         "* * * * *",
                                         "* * * * * * *",
                                         "60 * * * * *",
                                         "* * 24 * * *",
                                         "* * * 0 * *",
                                         "* * * * 13 *",
                                         "* * * * * 8",
                                         "*/0 * * * * *",
                                         "5-1 * * * * *",
                                         "a * * * * *",
                                         "1, * * * * *"};
    for (const std::string& text : texts) {
        const auto parsed = Cron::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::routine_invalid_schedule);
    }
}

}  // namespace
}  // namespace holdfast::workflow
