#pragma once

#include <initializer_list>
#include <optional>

#include "core/base/time.hpp"

namespace holdfast {

/// The first of the moments that there are; nothing where there is none.
[[nodiscard]] constexpr std::optional<Instant> earliest(
    std::initializer_list<std::optional<Instant>> moments) {
    std::optional<Instant> first;
    for (const std::optional<Instant>& at : moments) {
        if (at && (!first || *at < *first)) {
            first = at;
        }
    }
    return first;
}

}  // namespace holdfast
