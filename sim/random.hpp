#pragma once

#include <cstdint>

#include "core/base/split_mix.hpp"

namespace holdfast::sim {

/// The only source of chance in a simulated world: the same seed gives the same run.
class Random {
public:
    explicit Random(std::uint64_t seed) : mix_(seed) {}

    std::uint64_t next() { return mix_.next(); }
    /// Uniform in [0, bound); 0 for a bound of 0.
    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
    /// Uniform in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
    }
    /// True in `per_mille` of a thousand cases.
    bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }

private:
    SplitMix mix_;
};

}  // namespace holdfast::sim
