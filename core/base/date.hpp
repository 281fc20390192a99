#pragma once

#include <cstdint>

namespace holdfast {

/// A date of the Gregorian calendar, before its introduction too.
struct Date {
    std::int64_t year = 1970;
    int month = 1;  ///< 1 to 12
    int day = 1;    ///< 1 to 31
};

/// Days since 1970-01-01, and back. Of any year, which `std::chrono::year` is not; eras of 400
/// years have the same number of days, and a year that begins in March ends with its leap day
/// (Howard Hinnant, "chrono-compatible low-level date algorithms").
[[nodiscard]] std::int64_t day_number(const Date& date);
[[nodiscard]] Date date_of(std::int64_t day_number);

[[nodiscard]] int days_in_month(std::int64_t year, int month);

}  // namespace holdfast
