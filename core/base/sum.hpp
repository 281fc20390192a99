#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/id.hpp"

namespace holdfast {

/// Order-free checksum of a set of rows: the sum of their 128-bit hashes modulo 2^128.
/// Adding and removing a row costs one hash; client and server compare it per bucket (OM6).
struct Sum {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    constexpr Sum& operator+=(Sum other) {
        low += other.low;
        high += other.high + (low < other.low ? 1 : 0);
        return *this;
    }
    constexpr Sum& operator-=(Sum other) {
        const bool borrow = low < other.low;
        low -= other.low;
        high -= other.high + (borrow ? 1 : 0);
        return *this;
    }
    constexpr bool operator==(const Sum&) const = default;
};

/// Hash of one row as it counts in its bucket's sum: XXH3-128 over kind, id, version, sort and
/// body. Guards against faults, not against attackers. Cost: one pass over the body.
[[nodiscard]] Sum row_sum(
    std::uint8_t kind, Id id, std::uint64_t version, std::int64_t sort, std::string_view body);

}  // namespace holdfast
