#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/result.hpp"

/// When a routine begins by the clock on the wall: six fields, as cron has them with seconds in
/// front. Pure: the time of a place is the caller's.
namespace holdfast::workflow {

/// "0 30 7 * * 1-5": second, minute, hour, day of the month, month, day of the week (0 or 7:
/// Sunday). A field is `*` or a list of numbers and ranges, each with a step: "0,30", "8-18/2",
/// "*/15". Where day and weekday both are limited, one of them is enough.
class Cron {
public:
    /// Errors  routine_invalid_schedule; the detail names the field.
    [[nodiscard]] static Result<Cron> parse(std::string_view text);

    /// The first second after `local` at which it is time, both as seconds since 1970 on that
    /// clock. Nothing where there is none within eight years ("0 0 0 30 2 *").
    /// Cost  a few hundred steps.
    [[nodiscard]] std::optional<std::int64_t> next_after(std::int64_t local) const;

private:
    [[nodiscard]] bool is_day(std::int64_t day) const;  ///< since 1970

    std::uint64_t seconds_ = 0;  ///< a bit for each number
    std::uint64_t minutes_ = 0;
    std::uint64_t hours_ = 0;
    std::uint64_t days_ = 0;
    std::uint64_t months_ = 0;
    std::uint64_t weekdays_ = 0;
    bool any_day_ = false;
    bool any_weekday_ = false;
};

}  // namespace holdfast::workflow
