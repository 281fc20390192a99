#pragma once

#include <cstddef>

#include "core/base/id.hpp"
#include "core/base/time.hpp"

namespace holdfast::auth::limits {

inline constexpr std::size_t body_bytes_max = 16 * 1024;  // request_too_large
inline constexpr std::size_t email_bytes_max = 320;       // request_malformed
inline constexpr std::size_t password_bytes_max =
    1024;  // request_malformed; argon2id takes any length
inline constexpr std::size_t device_name_bytes_max = 200;   // request_malformed
inline constexpr std::size_t token_bytes_max = 512;         // auth_session_expired
inline constexpr std::size_t password_characters_min = 10;  // auth_password_too_short

inline constexpr Millis access_life{15LL * 60 * 1000};
inline constexpr Millis session_idle_max{400LL * 24 * 60 * 60 * 1000};
inline constexpr Millis resume_life{30LL * 24 * 60 * 60 * 1000};  // of a resume token
inline constexpr std::size_t sessions_remembered_max =
    200'000;  // beyond: all are forgotten, and read again as they come
inline constexpr std::size_t sessions_per_user_max = 100;  // beyond: the one idle for longest ends

// A device's number is one of the first; that of a copy, of the next behind the one it came with.
inline constexpr DeviceNumber first_numbers = 1U << 30;
inline constexpr DeviceNumber next_numbers = 1U << 20;
inline constexpr int device_draws_max = 64;  // of a number that nobody has; beyond: storage_failed

// Wrong passwords within `tries_window`; beyond: auth_too_many_tries. The first one stops a
// guesser, the second a guesser of many accounts (an office shares an address), the third a guesser
// with many addresses.
inline constexpr Millis tries_window{10LL * 60 * 1000};
inline constexpr std::size_t tries_per_account_and_address_max = 10;
inline constexpr std::size_t tries_per_address_max = 50;
inline constexpr std::size_t tries_per_account_max = 100;
inline constexpr std::size_t tries_remembered_max = 100'000;  // beyond: the oldest are forgotten

}  // namespace holdfast::auth::limits
