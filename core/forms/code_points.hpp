#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace holdfast::forms {

/// Takes the first code point off `text`, which must not be empty. Bytes that are not UTF-8 count
/// as U+FFFD each, so that every text has one reading.
[[nodiscard]] char32_t take_code_point(std::string_view& text);

/// Appends the UTF-8 of a code point.
void append_code_point(std::string& text, char32_t point);

/// Characters as a person counts them, nearly: code points.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace holdfast::forms
