#pragma once

#include <compare>
#include <cstdint>

namespace holdfast {

/// Monotonic milliseconds from an arbitrary start: for waiting and for deadlines. Never persisted.
struct Instant {
    std::int64_t ms = 0;
    constexpr auto operator<=>(const Instant&) const = default;
};

/// A span of time.
struct Millis {
    std::int64_t count = 0;
    constexpr auto operator<=>(const Millis&) const = default;
};

/// Unix milliseconds of some wall clock; whose clock it is, the name says. Never orders anything.
struct WallTime {
    std::int64_t ms = 0;
    constexpr auto operator<=>(const WallTime&) const = default;
};

constexpr Instant operator+(Instant at, Millis span) {
    return {at.ms + span.count};
}
constexpr Millis operator-(Instant end, Instant begin) {
    return {end.ms - begin.ms};
}
constexpr WallTime operator+(WallTime at, Millis span) {
    return {at.ms + span.count};
}
constexpr Millis operator-(WallTime end, WallTime begin) {
    return {end.ms - begin.ms};
}

}  // namespace holdfast
