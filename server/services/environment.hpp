#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace holdfast {

/// What the services need from outside: the machine in production, the simulator in tests.
class Environment {
public:
    virtual ~Environment() = default;
    [[nodiscard]] virtual Instant now() const = 0;
    [[nodiscard]] virtual WallTime wall() const = 0;
    /// Monotonic microseconds, for measuring only: nothing is decided by them.
    [[nodiscard]] virtual std::int64_t stopwatch_us() const { return now().ms * 1000; }
    /// Seconds to be added to UTC on the clock of a place ("America/Santiago") at a moment.
    /// Errors  routine_invalid_schedule: the place is not known here.
    [[nodiscard]] virtual Result<std::int64_t> offset_at(std::string_view zone,
                                                         WallTime /*at*/) const {
        return zone == "UTC" ? Result<std::int64_t>(0)
                             : fail(ErrorCode::routine_invalid_schedule, std::string(zone));
    }
    /// Fills with bytes fit for keys.
    virtual void random(void* bytes, std::size_t count) = 0;
};

}  // namespace holdfast
