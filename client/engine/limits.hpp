#pragma once

#include <cstddef>

#include "core/base/time.hpp"

/// Limits of the engine; what happens at each is said beside it.
namespace holdfast::client::limits {

inline constexpr std::size_t subscriptions_max = 64;       // request_too_many
inline constexpr std::size_t call_bytes_max = 256 * 1024;  // request_too_large
inline constexpr std::size_t http_pending_max = 32;        // request_too_many

/// Snapshots while rows arrive in bulk: a screen is drawn at most so often.
inline constexpr Millis bulk_push_every{50};
/// After a change of somebody else, which is shown at once unless it comes in a flood.
inline constexpr Millis live_push_every{10};

/// A full disk is tried again after so long, besides at each new connection.
inline constexpr Millis storage_retry_every{30'000};
/// Sign-in and the like; the pull has more, for slow lines.
inline constexpr Millis auth_time_max{20'000};
inline constexpr Millis pull_time_max{60'000};

}  // namespace holdfast::client::limits
