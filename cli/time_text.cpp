#include "cli/time_text.hpp"

#include <fmt/chrono.h>

#include <ctime>

namespace holdfast::cli {

std::string time_text(WallTime at, TimeZone zone) {
    const auto seconds = static_cast<std::time_t>(at.ms / 1000);
    return zone == TimeZone::utc ? fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(seconds))
                                 : fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(seconds));
}

}  // namespace holdfast::cli
