#include "server/admin/time_format.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "core/base/date.hpp"
#include "platform/zones/time_zone.hpp"

namespace holdfast::admin {
namespace {

constexpr std::int64_t day_seconds = 86'400;

/// A time while it is read, and what is left of its text.
struct Reading {
    std::string_view rest;
    int year = -1, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    std::optional<bool> afternoon{};

    bool number(std::size_t digits, int& out) {
        const std::size_t count = std::min(digits, rest.size());
        const auto read = std::from_chars(rest.data(), rest.data() + count, out);
        rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
        return read.ec == std::errc{} && out >= 0;
    }

    bool half_of_day() {
        if (rest.size() < 2 || std::toupper(static_cast<unsigned char>(rest[1])) != 'M') {
            return false;
        }
        const int letter = std::toupper(static_cast<unsigned char>(rest[0]));
        afternoon = letter == 'P';
        rest.remove_prefix(2);
        return letter == 'A' || letter == 'P';
    }

    bool literal(char letter) {
        if (rest.empty() || rest.front() != letter) {
            return false;
        }
        rest.remove_prefix(1);
        return true;
    }

    bool field(char letter) {
        switch (letter) {
            case 'Y':
                return number(4, year);
            case 'm':
                return number(2, month);
            case 'd':
                return number(2, day);
            case 'H':
            case 'I':
                return number(2, hour);
            case 'M':
                return number(2, minute);
            case 'S':
                return number(2, second);
            case 'p':
                return half_of_day();
            default:
                return literal(letter);
        }
    }

    /// The hour of the day, where it is written with its half.
    bool finish() {
        if (afternoon) {
            if (hour < 1 || hour > 12) {
                return false;
            }
            hour = hour % 12 + (*afternoon ? 12 : 0);
        }
        return rest.empty() && year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
               day <= days_in_month(year, month) && hour <= 23 && minute <= 59 && second <= 59;
    }
};

}  // namespace

Result<TimeFormat> TimeFormat::parse(std::string_view pattern) {
    std::string seen;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%') {
            continue;
        }
        const char letter = ++i < pattern.size() ? pattern[i] : ' ';
        if (std::string_view("YmdHIMSp%").find(letter) == std::string_view::npos) {
            return fail(ErrorCode::import_invalid,
                        "format: %Y %m %d %H %I %M %S %p and %% are known");
        }
        seen += letter;
    }
    for (const char needed : {'Y', 'm', 'd'}) {
        if (seen.find(needed) == std::string::npos) {
            return fail(ErrorCode::import_invalid, "format: it needs %Y, %m and %d");
        }
    }
    if ((seen.find('I') == std::string::npos) != (seen.find('p') == std::string::npos)) {
        return fail(ErrorCode::import_invalid, "format: %I and %p go together");
    }
    TimeFormat format;
    format.pattern_ = pattern;
    return format;
}

Result<std::int64_t> TimeFormat::read(std::string_view text) const {
    Reading reading{.rest = text};
    bool good = true;
    for (std::size_t i = 0; good && i < pattern_.size(); ++i) {
        const bool is_field = pattern_[i] == '%' && pattern_[i + 1] != '%';
        i += pattern_[i] == '%' ? 1 : 0;
        good = is_field ? reading.field(pattern_[i]) : reading.literal(pattern_[i]);
    }
    if (!good || !reading.finish()) {
        return fail(ErrorCode::import_invalid,
                    "\"" + std::string(text.substr(0, 60)) + "\" is no time of the format \"" +
                        pattern_ + "\"");
    }
    return day_number({reading.year, reading.month, reading.day}) * day_seconds +
           reading.hour * 3600LL + reading.minute * 60LL + reading.second;
}

}  // namespace holdfast::admin
