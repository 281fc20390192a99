#pragma once

#include <string>
#include <string_view>

namespace holdfast {

/// Two digits of base 16 for each byte, in lower case.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace holdfast
