#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"

namespace holdfast::forms {

/// Days since 1970-01-01 in the Gregorian calendar: a date that a person means, wherever they are.
struct Day {
    std::int64_t number = 0;
    constexpr auto operator<=>(const Day&) const = default;
};

/// "2026-05-01", from year 1 to year 9999; nothing for a date that does not exist.
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
[[nodiscard]] std::string to_string(Day day);

/// Minutes since midnight of "14:05"; nothing for another text.
[[nodiscard]] std::optional<int> parse_minute(std::string_view text);
[[nodiscard]] std::string minute_text(int minute);

/// The offsets of a place from UTC around now, as the host knows them: the browser from its own
/// zone data, the server from the machine's. The core has no zone data of its own.
struct Zone {
    struct Change {
        std::int64_t at_ms = 0;
        int offset_minutes = 0;
    };
    std::string name{};             ///< "America/Santiago"
    int offset_minutes = 0;         ///< before the first change
    std::vector<Change> changes{};  ///< in order of time

    [[nodiscard]] int offset_at(WallTime moment) const;
};

/// The date on the wall of a place.
[[nodiscard]] Day day_at(WallTime moment, int offset_minutes);

/// The moment when a clock with this offset shows `minute` of `day`.
[[nodiscard]] WallTime moment_of(Day day, int minute, int offset_minutes);

}  // namespace holdfast::forms
