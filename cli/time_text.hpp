#pragma once

#include <string>

#include "core/base/time.hpp"

namespace holdfast::cli {

enum class TimeZone { utc, local };

/// "2026-11-27 05:30", with " UTC" behind it where it is not the place's own.
[[nodiscard]] std::string time_text(WallTime at, TimeZone zone);

}  // namespace holdfast::cli
