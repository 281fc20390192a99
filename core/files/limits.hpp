#pragma once

#include <cstddef>
#include <cstdint>

/// Limits of attached files. What happens at each: the file is refused with the code named.
namespace holdfast::files::limits {

inline constexpr std::int64_t bytes_max = 25LL * 1024 * 1024;    // file_too_large
inline constexpr std::int64_t side_max = 20'000;                 // file_image_too_large; pixels
inline constexpr std::int64_t pixels_max = 50'000'000;           // file_image_too_large
inline constexpr std::size_t sniffed_bytes_max = 1024UL * 1024;  // what is behind is not looked at
inline constexpr std::size_t name_bytes_max = 200;               // intent_too_long
inline constexpr std::size_t thumbnail_characters_max = 4 * 1024;  // intent_too_long; base64
inline constexpr std::int64_t thumbnail_side_max = 320;            // file_image_too_large; pixels
inline constexpr std::size_t per_message_max = 10;                 // intent_too_long
inline constexpr std::size_t per_answer_max = 40;                  // intent_too_long

}  // namespace holdfast::files::limits
