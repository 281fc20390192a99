#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast::admin {

/// How times are written in a file: "%m/%d/%Y %I:%M:%S %p". Known: %Y %m %d %H %I %M %S %p %%;
/// everything else stands for itself.
class TimeFormat {
public:
    /// Errors  import_invalid: an unknown letter, or no day.
    [[nodiscard]] static Result<TimeFormat> parse(std::string_view pattern);

    /// Seconds since 1970 that the text shows, as if it were UTC.
    /// Errors  import_invalid.
    [[nodiscard]] Result<std::int64_t> read(std::string_view text) const;

private:
    std::string pattern_{};
};

}  // namespace holdfast::admin
