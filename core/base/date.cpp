#include "core/base/date.hpp"

namespace holdfast {

namespace {

constexpr std::int64_t days_of_era = 146'097;
constexpr std::int64_t era_to_epoch = 719'468;  // 0000-03-01 to 1970-01-01

}  // namespace

std::int64_t day_number(const Date& date) {
    const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t month = (date.month + 9) % 12;
    const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * days_of_era + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - era_to_epoch;
}

Date date_of(std::int64_t day_number) {
    const std::int64_t number = day_number + era_to_epoch;
    const std::int64_t era = (number >= 0 ? number : number - days_of_era + 1) / days_of_era;
    const std::int64_t day_of_era = number - era * days_of_era;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153;
    const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
            .month = month,
            .day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

int days_in_month(std::int64_t year, int month) {
    const Date next{.year = month == 12 ? year + 1 : year, .month = month % 12 + 1, .day = 1};
    return static_cast<int>(day_number(next) - day_number({year, month, 1}));
}

}  // namespace holdfast
