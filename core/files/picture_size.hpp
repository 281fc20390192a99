#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace holdfast::files {

/// Width and height in pixels.
using PictureSize = std::pair<std::int64_t, std::int64_t>;

/// The size that the header of a picture gives; nothing where the bytes end before it, or give
/// none. The type is one of the four that sniff() calls a picture.
[[nodiscard]] std::optional<PictureSize> picture_size(std::string_view type, std::string_view head);

}  // namespace holdfast::files
