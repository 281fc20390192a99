#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast {

/// `text` without white space at both ends: that of Unicode, and what shows nothing (zero-width
/// space, word joiner, byte order mark). Borrows from `text`.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The beginning of a UTF-8 text: at most so many bytes, whole characters only. Borrows from
/// `text`.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t bytes_max);

/// The trimmed text, if something is left and it keeps the limit.
/// Errors  intent_empty · intent_too_long (params: limit in bytes).
[[nodiscard]] Result<std::string> take_text(std::string_view text, std::size_t bytes_max);

/// The same for what may be left empty.
[[nodiscard]] Result<std::string> take_optional_text(std::string_view text, std::size_t bytes_max);

/// `intent_too_long` with the limit in its parameters.
[[nodiscard]] std::unexpected<Error> too_long(std::size_t limit);

}  // namespace holdfast
