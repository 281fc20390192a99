#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace holdfast {

/// Where the machine keeps its time zones.
inline constexpr const char* zone_folder = "/usr/share/zoneinfo";

/// The offsets of a place from UTC: a fixed one, or those of the IANA database
/// ("America/New_York").
class TimeZone {
public:
    /// "UTC", "+02:00", "-05:00", or a name in the database.
    /// Errors  import_invalid: no such zone, or no database here.
    [[nodiscard]] static Result<TimeZone> find(std::string_view name,
                                               const std::string& folder = zone_folder);

    /// The moment of a clock on the wall there, given in seconds since 1970 as if it were UTC. What
    /// a clock shows twice is the first of both; what it never shows counts on from before the gap.
    [[nodiscard]] std::int64_t to_utc(std::int64_t local_seconds) const;

    /// Seconds to be added to UTC.
    [[nodiscard]] std::int64_t offset_at(std::int64_t utc_seconds) const;

private:
    struct Change {
        std::int64_t at = 0;  ///< UTC seconds
        std::int64_t offset = 0;
    };
    /// Day and hour of the year when an offset begins: the "M3.2.0/2" of POSIX.
    struct Rule {
        int month = 0;
        int week = 0;
        int weekday = 0;
        std::int64_t seconds = 0;  ///< since local midnight
    };

    [[nodiscard]] static Result<TimeZone> parse(std::string_view file);
    /// The rule behind the last change: "EST5EDT,M3.2.0,M11.1.0".
    [[nodiscard]] bool parse_footer(std::string_view text);
    [[nodiscard]] static std::int64_t moment(const Rule& rule, std::int64_t year);
    [[nodiscard]] std::int64_t later_offset(std::int64_t utc_seconds) const;

    std::int64_t standard_ = 0;  ///< fixed, before the first change, or of the footer
    std::int64_t first_ = 0;     ///< before the first change
    std::vector<Change> changes_{};
    bool has_summer_ = false;
    std::int64_t summer_ = 0;
    Rule begins_{};
    Rule ends_{};
};

}  // namespace holdfast
