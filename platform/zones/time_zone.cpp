#include "platform/zones/time_zone.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "core/base/date.hpp"

namespace holdfast {
namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t hour_seconds = 3'600;

/// Takes what TZif files and POSIX rules are made of from the front of a text.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string_view rest() const { return text_; }
    [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }

    std::string_view bytes(std::size_t count) {
        if (count > text_.size()) {
            good_ = false;
            text_ = {};
            return {};
        }
        const std::string_view taken = text_.substr(0, count);
        text_.remove_prefix(count);
        return taken;
    }

    /// A big-endian two's complement number.
    std::int64_t number(std::size_t count) {
        const std::string_view taken = bytes(count);
        std::uint64_t value =
            !taken.empty() && (static_cast<unsigned char>(taken[0]) & 0x80U) != 0 ? ~0ULL : 0;
        for (const char byte : taken) {
            value = (value << 8U) | static_cast<unsigned char>(byte);
        }
        return static_cast<std::int64_t>(value);
    }

    bool take(char letter) {
        if (peek() != letter || text_.empty()) {
            return false;
        }
        text_.remove_prefix(1);
        return true;
    }

    int decimal() {
        int value = 0;
        const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), value);
        good_ = good_ && read.ec == std::errc{} && value >= 0;
        text_.remove_prefix(static_cast<std::size_t>(read.ptr - text_.data()));
        return value;
    }

    /// "EST" or "<-03>".
    void name() {
        const std::size_t before = text_.size();
        if (take('<')) {
            const auto end = text_.find('>');
            bytes(end == std::string_view::npos ? text_.size() + 1 : end + 1);
        } else {
            while (std::isalpha(static_cast<unsigned char>(peek())) != 0) {
                bytes(1);
            }
        }
        good_ = good_ && text_.size() < before;
    }

    /// "5", "-2:30", "02:00:00" in seconds.
    std::int64_t clock() {
        const bool negative = take('-');
        if (!negative) {
            take('+');
        }
        std::int64_t seconds = decimal() * hour_seconds;
        if (take(':')) {
            seconds += decimal() * 60LL;
        }
        if (take(':')) {
            seconds += decimal();
        }
        return negative ? -seconds : seconds;
    }

private:
    std::string_view text_;
    bool good_ = true;
};

std::optional<std::int64_t> parse_offset(std::string_view name) {
    if (name == "UTC" || name == "Z") {
        return 0;
    }
    const auto digit = [&](std::size_t i) {
        return std::isdigit(static_cast<unsigned char>(name[i])) != 0;
    };
    if (name.size() != 6 || (name[0] != '+' && name[0] != '-') || name[3] != ':' || !digit(1) ||
        !digit(2) || !digit(4) || !digit(5)) {
        return std::nullopt;
    }
    const int hours = (name[1] - '0') * 10 + name[2] - '0';
    const int minutes = (name[4] - '0') * 10 + name[5] - '0';
    const std::int64_t seconds = hours * hour_seconds + minutes * 60LL;
    return name[0] == '-' ? -seconds : seconds;
}

/// A name that stays inside the folder.
bool is_zone_name(std::string_view name) {
    const bool has_letters = std::ranges::all_of(name, [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '/' || letter == '_' || letter == '-' ||
               letter == '+';
    });
    return has_letters && !name.empty() && name.front() != '/' && name.size() <= 64;
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name, const std::string& folder) {
    if (const auto offset = parse_offset(name)) {
        TimeZone fixed;
        fixed.standard_ = fixed.first_ = *offset;
        return fixed;
    }
    if (is_zone_name(name)) {
        const std::filesystem::path path = std::filesystem::path(folder) / name;
        std::error_code none;
        if (std::filesystem::is_regular_file(path, none)) {
            std::ifstream file(path, std::ios::binary);
            return parse(std::string{std::istreambuf_iterator<char>(file), {}});
        }
    }
    return fail(ErrorCode::import_invalid,
                "there is no time zone \"" + std::string(name.substr(0, 64)) +
                    "\" here; an offset as in \"-05:00\" works everywhere");
}

/// RFC 9636: a block with 32-bit times, which is passed over, one with 64-bit times, and the rule.
Result<TimeZone> TimeZone::parse(std::string_view file) {
    constexpr std::size_t type_bytes = 6;
    constexpr std::size_t counts_max = 100'000;
    Cursor cursor(file);
    std::size_t times = 0;
    std::size_t types = 0;
    std::size_t rest = 0;
    for (const std::size_t time_bytes : {std::size_t{4}, std::size_t{8}}) {
        const bool is_zone = cursor.bytes(4) == "TZif" && cursor.peek() >= '2';
        cursor.bytes(16);
        const auto count = [&] { return static_cast<std::size_t>(cursor.number(4)); };
        const std::size_t flags = count() + count();
        const std::size_t leaps = count();
        times = count();
        types = count();
        const std::size_t letters = count();
        if (!is_zone || !cursor.good() || flags > counts_max || leaps > counts_max ||
            times > counts_max || types > counts_max || types == 0 || letters > counts_max) {
            return fail(ErrorCode::import_invalid, "the time zone cannot be read");
        }
        rest = letters + leaps * (time_bytes + 4) + flags;
        if (time_bytes == 4) {
            cursor.bytes(times * 5 + types * type_bytes + rest);
        }
    }
    TimeZone zone;
    for (std::size_t i = 0; i < times; ++i) {
        zone.changes_.push_back({.at = cursor.number(8)});
    }
    const std::string_view indexes = cursor.bytes(times);
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < types; ++i) {
        offsets.push_back(cursor.number(4));
        cursor.bytes(2);
    }
    cursor.bytes(rest);
    for (std::size_t i = 0; i < indexes.size(); ++i) {
        const auto index = static_cast<unsigned char>(indexes[i]);
        zone.changes_[i].offset = index < offsets.size() ? offsets[index] : 0;
    }
    zone.first_ = offsets.front();
    zone.standard_ = times == 0 ? zone.first_ : zone.changes_.back().offset;
    cursor.take('\n');
    const std::string_view footer = cursor.rest().substr(0, cursor.rest().find('\n'));
    if (!cursor.good() || (!footer.empty() && !zone.parse_footer(footer))) {
        return fail(ErrorCode::import_invalid, "the time zone cannot be read");
    }
    return zone;
}

bool TimeZone::parse_footer(std::string_view text) {
    Cursor cursor(text);
    cursor.name();
    standard_ = -cursor.clock();
    if (cursor.empty()) {
        return cursor.good();
    }
    cursor.name();
    summer_ = cursor.peek() == ',' ? standard_ + hour_seconds : -cursor.clock();
    for (Rule* rule : {&begins_, &ends_}) {
        if (!cursor.take(',') || !cursor.take('M')) {
            return false;
        }
        rule->month = cursor.decimal();
        cursor.take('.');
        rule->week = cursor.decimal();
        cursor.take('.');
        rule->weekday = cursor.decimal();
        rule->seconds = cursor.take('/') ? cursor.clock() : 2 * hour_seconds;
        if (rule->month < 1 || rule->month > 12 || rule->week < 1 || rule->week > 5 ||
            rule->weekday > 6) {
            return false;
        }
    }
    has_summer_ = cursor.good();
    return cursor.good();
}

/// Local seconds since 1970 of the rule's moment in a year.
std::int64_t TimeZone::moment(const Rule& rule, std::int64_t year) {
    const std::int64_t first = day_number({year, rule.month, 1});
    const auto first_weekday =
        static_cast<int>(((first + 4) % 7 + 7) % 7);  // 1970 began on Thursday
    int day = 1 + (rule.weekday - first_weekday + 7) % 7 + (rule.week - 1) * 7;
    while (day > days_in_month(year, rule.month)) {
        day -= 7;  // week 5 is the last one
    }
    return (first + day - 1) * day_seconds + rule.seconds;
}

std::int64_t TimeZone::later_offset(std::int64_t utc_seconds) const {
    if (!has_summer_) {
        return standard_;
    }
    const std::int64_t local = utc_seconds + standard_;
    const std::int64_t days = (local >= 0 ? local : local - day_seconds + 1) / day_seconds;
    const std::int64_t year = date_of(days).year;
    const std::int64_t begin = moment(begins_, year) - standard_;
    const std::int64_t end = moment(ends_, year) - summer_;
    const bool is_summer = begin < end ? utc_seconds >= begin && utc_seconds < end
                                       : utc_seconds >= begin || utc_seconds < end;
    return is_summer ? summer_ : standard_;
}

std::int64_t TimeZone::offset_at(std::int64_t utc_seconds) const {
    const auto after = std::ranges::upper_bound(changes_, utc_seconds, {}, &Change::at);
    if (after == changes_.end()) {
        return later_offset(utc_seconds);
    }
    return after == changes_.begin() ? first_ : std::prev(after)->offset;
}

std::int64_t TimeZone::to_utc(std::int64_t local_seconds) const {
    const std::int64_t before = offset_at(local_seconds - day_seconds);
    const std::int64_t after = offset_at(local_seconds + day_seconds);
    for (const std::int64_t offset : {before, after}) {
        if (offset_at(local_seconds - offset) == offset) {
            return local_seconds - offset;
        }
    }
    return local_seconds - before;
}

}  // namespace holdfast
