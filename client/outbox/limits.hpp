#pragma once

#include <cstddef>
#include <cstdint>

/// Limits of the outbox. At either of the first two a new action is refused with outbox_full; what
/// waits is kept.
namespace holdfast::client::limits {

inline constexpr std::size_t outbox_items_max = 10'000;
inline constexpr std::size_t outbox_bytes_max =
    64 * 1024 * 1024;  // arguments, and item_overhead_bytes each
inline constexpr std::size_t item_overhead_bytes = 128;
inline constexpr std::size_t drafts_max = 200;  // of forms; the oldest are not thrown away

// Attached files. A new one is refused with outbox_full; one that comes is dropped for a newer one.
inline constexpr std::size_t files_max = 1'000;
inline constexpr std::int64_t files_bytes_max = 256LL * 1024 * 1024;  // that the server has not got
inline constexpr std::size_t files_coming_max = 4;                    // at the same time
inline constexpr std::size_t piece_bytes = 256UL * 1024;              // as they are stored
/// Of files that the server has, kept because there is room. Beyond it the oldest go.
inline constexpr std::int64_t cached_bytes_max = 64LL * 1024 * 1024;
/// Of what is fetched beforehand, as part of those: what is attached here needs rows too.
inline constexpr std::size_t fetched_files_max = 500;

}  // namespace holdfast::client::limits
