#pragma once

#include <cstddef>
#include <cstdint>

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
    /// Fills with bytes fit for keys.
    virtual void random(void* bytes, std::size_t count) = 0;
};

}  // namespace holdfast
