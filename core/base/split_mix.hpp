#pragma once

#include <cstdint>

namespace holdfast {

/// SplitMix64 (Steele, Lea, Flood 2014): chance that repeats, the same seed the same numbers. For
/// jitter, simulation and sample data; nothing that it gives is a secret.
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t mixed = (state_ += 0x9e37'79b9'7f4a'7c15ULL);
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return mixed ^ (mixed >> 31);
    }

private:
    std::uint64_t state_;
};

}  // namespace holdfast
