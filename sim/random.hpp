#pragma once

#include <cstdint>

namespace holdfast::sim {

/// The only source of chance in a simulated world: the same seed gives the same run.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        // SplitMix64 (Steele, Lea, Flood 2014).
        std::uint64_t mixed = (state_ += 0x9e37'79b9'7f4a'7c15ULL);
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return mixed ^ (mixed >> 31);
    }
    /// Uniform in [0, bound); 0 for a bound of 0.
    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
    /// Uniform in [low, high].
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
    }
    /// True in `per_mille` of a thousand cases.
    bool chance(std::uint64_t per_mille) { return below(1000) < per_mille; }

private:
    std::uint64_t state_;
};

}  // namespace holdfast::sim
