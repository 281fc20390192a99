#pragma once

#include <cstddef>

/// Limits of the outbox. At either one a new action is refused with outbox_full; what waits is
/// kept.
namespace holdfast::client::limits {

inline constexpr std::size_t outbox_items_max = 10'000;
inline constexpr std::size_t outbox_bytes_max =
    64 * 1024 * 1024;  // arguments, and item_overhead_bytes each
inline constexpr std::size_t item_overhead_bytes = 128;
inline constexpr std::size_t drafts_max = 200;  // of forms; the oldest are not thrown away

}  // namespace holdfast::client::limits
