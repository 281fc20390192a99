#pragma once

#include <cstddef>

/// Limits of the replica; what happens at each is said beside it.
namespace holdfast::client::limits {

/// Rows deleted in one transaction when access was lost: a slice takes a few milliseconds.
inline constexpr std::size_t sweep_rows = 2000;

/// Largest answer of one read; a caller that asks for more gets this many.
inline constexpr std::size_t read_rows_max = 20'000;

}  // namespace holdfast::client::limits
