#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

/// Limits of uploads and downloads. What happens at each: the request is refused with the code
/// named, or what is named happens.
namespace holdfast::files::limits {

inline constexpr Millis upload_age_max{7LL * 24 * 60 * 60 * 1000};  // file_upload_gone
inline constexpr std::size_t uploads_per_user_max = 100;            // request_too_many; unfinished
inline constexpr std::size_t checked_chunk_bytes_max = 4UL * 1024 * 1024;  // request_too_large
inline constexpr std::size_t metadata_bytes_max = 1024;                    // request_malformed
inline constexpr Millis link_age_max{5LL * 60 * 1000};                     // file_link_expired

}  // namespace holdfast::files::limits
