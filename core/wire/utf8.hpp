#pragma once

#include <string_view>

namespace holdfast::wire {

/// Whether `text` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace holdfast::wire
