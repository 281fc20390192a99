#include "core/workflow/schedule.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <string>

#include "core/base/date.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t days_looked_at = 8 * 366;

struct FieldRange {
    const char* name;
    unsigned first;
    unsigned last;
};
constexpr std::array<FieldRange, 6> fields{{{"second", 0, 59},
                                            {"minute", 0, 59},
                                            {"hour", 0, 23},
                                            {"day", 1, 31},
                                            {"month", 1, 12},
                                            {"weekday", 0, 7}}};

[[nodiscard]] std::unexpected<Error> wrong(const FieldRange& field) {
    return fail(ErrorCode::routine_invalid_schedule,
                field.name,
                std::string(R"({"field":")") + field.name + R"("})");
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

/// "*", "7", "8-18", each with "/2" behind it.
[[nodiscard]] Result<std::uint64_t> part_of(std::string_view text, const FieldRange& field) {
    const auto slash = text.find('/');
    const std::string_view range = text.substr(0, slash);
    const auto step =
        slash == std::string_view::npos ? std::optional(1U) : number_of(text.substr(slash + 1));
    const auto dash = range.find('-');
    std::optional<unsigned> first = field.first;
    std::optional<unsigned> last = field.last;
    if (range != "*") {
        first = number_of(range.substr(0, dash));
        last = dash == std::string_view::npos ? first : number_of(range.substr(dash + 1));
        last = dash == std::string_view::npos && slash != std::string_view::npos
                   ? std::optional(field.last)
                   : last;
    }
    if (!first || !last || !step || *step == 0 || *first < field.first || *last > field.last ||
        *first > *last) {
        return wrong(field);
    }
    std::uint64_t bits = 0;
    for (unsigned at = *first; at <= *last; at += *step) {
        bits |= std::uint64_t{1} << at;
    }
    return bits;
}

[[nodiscard]] Result<std::uint64_t> field_of(std::string_view text, const FieldRange& field) {
    std::uint64_t bits = 0;
    for (;;) {
        const auto comma = text.find(',');
        HF_TRY(const std::uint64_t part, part_of(text.substr(0, comma), field));
        bits |= part;
        if (comma == std::string_view::npos) {
            return bits;
        }
        text.remove_prefix(comma + 1);
    }
}

bool has(std::uint64_t bits, std::int64_t number) {
    return (bits >> static_cast<unsigned>(number) & 1U) != 0;
}

/// The first number that is not smaller; -1: none.
std::int64_t from_on(std::uint64_t bits, std::int64_t number) {
    const std::uint64_t left = bits >> static_cast<unsigned>(number)
                                           << static_cast<unsigned>(number);
    return left == 0 ? -1 : std::countr_zero(left);
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
    std::array<std::string_view, fields.size()> parts;
    std::size_t count = 0;
    while (!text.empty()) {
        const auto end = text.find(' ');
        if (end != 0) {
            if (count == parts.size()) {
                return fail(ErrorCode::routine_invalid_schedule, "more than six fields");
            }
            parts[count++] = text.substr(0, end);
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (count != parts.size()) {
        return fail(ErrorCode::routine_invalid_schedule, "less than six fields");
    }
    Cron cron;
    std::array<std::uint64_t*, fields.size()> bits{
        &cron.seconds_, &cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        HF_TRY(*bits[i], field_of(parts[i], fields[i]));
    }
    cron.weekdays_ |= cron.weekdays_ >> 7U & 1U;  // 7 is Sunday too
    cron.any_day_ = parts[3] == "*";
    cron.any_weekday_ = parts[5] == "*";
    return cron;
}

bool Cron::is_day(std::int64_t day) const {
    const Date date = date_of(day);
    const std::int64_t weekday = ((day + 4) % 7 + 7) % 7;
    const bool by_day = has(days_, date.day);
    const bool by_weekday = has(weekdays_, weekday);
    const bool either = any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
    return has(months_, date.month) && either;
}

std::optional<std::int64_t> Cron::next_after(std::int64_t local) const {
    ++local;
    std::int64_t day = local / day_seconds - (local % day_seconds < 0 ? 1 : 0);
    std::int64_t in_day = local - day * day_seconds;
    for (const std::int64_t end = day + days_looked_at; day < end; ++day, in_day = 0) {
        if (!is_day(day)) {
            continue;
        }
        std::int64_t hour = from_on(hours_, in_day / 3600);
        std::int64_t minute =
            hour == in_day / 3600 ? from_on(minutes_, in_day % 3600 / 60) : from_on(minutes_, 0);
        const bool same_minute = hour == in_day / 3600 && minute == in_day % 3600 / 60;
        std::int64_t second = same_minute ? from_on(seconds_, in_day % 60) : from_on(seconds_, 0);
        if (hour >= 0 && minute >= 0 && second < 0) {  // the next minute of the same hour
            minute = minute < 59 ? from_on(minutes_, minute + 1) : -1;
            second = from_on(seconds_, 0);
        }
        if (hour >= 0 && minute < 0) {
            hour = hour < 23 ? from_on(hours_, hour + 1) : -1;
            minute = from_on(minutes_, 0);
            second = from_on(seconds_, 0);
        }
        if (hour >= 0) {
            return day * day_seconds + hour * 3600 + minute * 60 + second;
        }
    }
    return std::nullopt;
}

}  // namespace holdfast::workflow
