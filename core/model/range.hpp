#pragma once

#include <cstdint>

#include "core/base/id.hpp"
#include "core/base/sum.hpp"
#include "core/model/row.hpp"

namespace holdfast {

/// A place among the keys of one bucket. As the end of a range, 0 is the end of the bucket.
struct RowPlace {
    RowKind kind{};
    Id id{};
    constexpr auto operator<=>(const RowPlace&) const = default;
    [[nodiscard]] constexpr bool is_open() const { return kind == RowKind{} && !id; }
};

/// The keys of one bucket behind `after`, up to and with `to`.
struct KeyRange {
    RowPlace after{};
    RowPlace to{};
    constexpr bool operator==(const KeyRange&) const = default;

    [[nodiscard]] constexpr bool contains(RowPlace place) const {
        return place > after && (to.is_open() || place <= to);
    }
};

/// What the rows of a range add up to; it begins where the one before it ends.
struct RangeSum {
    RowPlace to{};
    std::uint64_t rows = 0;
    Sum sum{};
    constexpr bool operator==(const RangeSum&) const = default;
};

}  // namespace holdfast
