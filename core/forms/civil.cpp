#include "core/forms/civil.hpp"

#include "core/base/date.hpp"

namespace holdfast::forms {

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 86'400'000;

/// A number of exactly `text.size()` digits, or -1.
int digits(std::string_view text) {
    int value = 0;
    for (const char letter : text) {
        if (letter < '0' || letter > '9') {
            return -1;
        }
        value = value * 10 + (letter - '0');
    }
    return value;
}

std::string padded(std::int64_t value, std::size_t width) {
    std::string text = std::to_string(value);
    return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
        return std::nullopt;
    }
    const holdfast::Date date{
        digits(text.substr(0, 4)), digits(text.substr(5, 2)), digits(text.substr(8, 2))};
    if (date.year < 1 || date.month < 1 || date.day < 1 || date.month > 12 || date.day > 31) {
        return std::nullopt;
    }
    const Day day{day_number(date)};
    return to_string(day) == text ? std::optional(day) : std::nullopt;
}

std::string to_string(Day day) {
    const holdfast::Date date = date_of(day.number);
    return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::optional<int> parse_minute(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') {
        return std::nullopt;
    }
    const int hour = digits(text.substr(0, 2));
    const int minute = digits(text.substr(3, 2));
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
        return std::nullopt;
    }
    return hour * 60 + minute;
}

std::string minute_text(int minute) {
    return padded(minute / 60, 2) + ":" + padded(minute % 60, 2);
}

int Zone::offset_at(WallTime moment) const {
    int offset = offset_minutes;
    for (const Change& change : changes) {
        if (change.at_ms > moment.ms) {
            break;
        }
        offset = change.offset_minutes;
    }
    return offset;
}

Day day_at(WallTime moment, int offset_minutes) {
    return {floor_divide(moment.ms + offset_minutes * minute_ms, day_ms)};
}

WallTime moment_of(Day day, int minute, int offset_minutes) {
    return {day.number * day_ms + (minute - offset_minutes) * minute_ms};
}

}  // namespace holdfast::forms
