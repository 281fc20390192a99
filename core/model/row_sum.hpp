#pragma once

#include <cstdint>

#include "core/base/sum.hpp"
#include "core/model/row.hpp"

namespace holdfast {

/// What a row counts in its bucket's sum.
[[nodiscard]] inline Sum row_sum(const RowRef& row) {
    return row_sum(static_cast<std::uint8_t>(row.kind), row.id, row.version, row.sort, row.body);
}
[[nodiscard]] inline Sum row_sum(const Row& row) {
    return row_sum(static_cast<std::uint8_t>(row.kind), row.id, row.version, row.sort, row.body);
}

}  // namespace holdfast
