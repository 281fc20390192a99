#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

/// Limits of the engine; what happens at each is said beside it.
namespace holdfast::client::limits {

inline constexpr std::size_t subscriptions_max = 64;            // request_too_many
inline constexpr std::size_t call_bytes_max = 256 * 1024;       // request_too_large
inline constexpr std::size_t call_data_bytes_max = 512 * 1024;  // request_too_large; with a call
inline constexpr std::size_t read_bytes_max = 512 * 1024;       // of a file in one answer: cut
inline constexpr std::size_t http_pending_max = 32;             // request_too_many

/// Snapshots while rows arrive in bulk: a screen is drawn at most so often.
inline constexpr Millis bulk_push_every{100};
/// Where many screens, or a slow processor, make a drawing long, storing has twice its time before
/// the next one: of a drawing that takes up to this long.
inline constexpr std::int64_t bulk_push_share = 3;
inline constexpr Millis bulk_push_cost_max{500};
/// Rows that nothing on the screen shows are kept after so long: well above the time between two
/// snapshots, which keep what came before them anyway.
inline constexpr Millis keep_within{250};
/// Changes of somebody else are shown at once, each by itself: so many after a rest, and so many a
/// second for ever. More than that is a flood: until half of the first number is there again, it is
/// shown like bulk.
inline constexpr std::int64_t live_pushes_at_once = 500;
inline constexpr std::int64_t live_pushes_per_second = 200;

/// What nobody waits for is made ready this long after the screens are there, and in parts that
/// leave this much room for what comes meanwhile.
inline constexpr Millis prepare_after{20};
inline constexpr Millis prepare_every{1};

/// Rows that a repair adds up in one go: some milliseconds.
inline constexpr std::uint64_t sum_slice_rows = 5'000;

/// Nobody misses a train over less: a clock that is further off is told.
inline constexpr Millis clock_off_min{5 * 60'000};

/// With less room than this the person is told, before something cannot be kept.
inline constexpr std::int64_t storage_low_bytes = 64 * 1024 * 1024;
/// A full disk is tried again after so long, besides at each new connection.
inline constexpr Millis storage_retry_every{30'000};
/// Sign-in and the like; the pull has more, for slow lines.
inline constexpr Millis auth_time_max{20'000};
inline constexpr Millis pull_time_max{60'000};

}  // namespace holdfast::client::limits
