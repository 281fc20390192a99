#pragma once

#include <cstddef>
#include <cstdint>

/// Limits of what people write. What happens at each: the intent is refused with the code named.
namespace holdfast::limits {

inline constexpr std::size_t message_bytes_max = 16 * 1024;       // intent_too_long
inline constexpr std::size_t name_bytes_max = 200;                // intent_too_long
inline constexpr std::size_t quotes_max = 10;                     // intent_too_long
inline constexpr std::size_t emoji_bytes_max = 32;                // intent_malformed
inline constexpr std::size_t emojis_per_message_max = 40;         // intent_too_long
inline constexpr std::size_t command_bytes_max = 32;              // it is a message
inline constexpr std::size_t bots_per_place_max = 20;             // org_invalid
inline constexpr std::size_t members_per_intent_max = 500;        // intent_too_long
inline constexpr std::size_t intent_bytes_max = 64 * 1024;        // request_too_large
inline constexpr std::size_t answer_args_bytes_max = 200 * 1024;  // request_too_large
inline constexpr std::size_t body_bytes_max = 256 * 1024;         // request_too_large
inline constexpr std::size_t kept_bytes_max =
    512 * 1024;                                        // a receipt: the arguments stay out of it
inline constexpr std::size_t reason_bytes_max = 2000;  // intent_too_long
inline constexpr std::int64_t delete_window_ms = 24LL * 60 * 60 * 1000;  // intent_too_late

}  // namespace holdfast::limits
