#pragma once

#include <cstdint>

#include "core/base/time.hpp"

/// Limits of uploads. A request that is cut costs what was sent of one chunk.
namespace holdfast::client::limits {

inline constexpr std::int64_t chunk_bytes_first = 128 * 1024;
inline constexpr std::int64_t chunk_bytes_min = 16 * 1024;    // after cuts: halved down to it
inline constexpr std::int64_t chunk_bytes_max = 1024 * 1024;  // while all goes well: doubled up to
inline constexpr Millis upload_time_max{120'000};             // of one request

inline constexpr Millis upload_retry_first{1'000};
inline constexpr Millis upload_retry_max{30'000};
/// Of a file that the server does not know, or that somebody else is writing.
inline constexpr Millis upload_wait_max{300'000};
/// Times that the server finds other bytes than were sent; then the file needs the person.
inline constexpr int wrong_checksums_max = 5;

}  // namespace holdfast::client::limits
