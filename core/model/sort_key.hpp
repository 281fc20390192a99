#pragma once

#include <compare>
#include <cstdint>

#include "core/base/id.hpp"

namespace holdfast {

/// A place in the order in which a channel is read.
struct SortKey {
    std::int64_t sort = 0;
    Id id;
    constexpr auto operator<=>(const SortKey&) const = default;
};

}  // namespace holdfast
