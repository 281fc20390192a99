#include "core/base/date.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace holdfast {
namespace {

TEST(Date, is_that_of_the_standard_library_and_comes_back) {
    constexpr std::int64_t years = 3000;
    for (std::int64_t number = -years * 366; number < years * 366; number += 7) {
        const Date date = date_of(number);
        const std::chrono::year_month_day expected{
            std::chrono::sys_days{std::chrono::days{number}}};
        ASSERT_EQ(date.year, static_cast<int>(expected.year()));
        ASSERT_EQ(date.month, static_cast<int>(static_cast<unsigned>(expected.month())));
        ASSERT_EQ(date.day, static_cast<int>(static_cast<unsigned>(expected.day())));
        ASSERT_EQ(day_number(date), number);
    }
}

}  // namespace
}  // namespace holdfast
