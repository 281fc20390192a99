#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::cli {

/// IPv4 addresses of this machine that other machines of its network may reach.
[[nodiscard]] std::vector<std::string> lan_addresses();

/// A QR code of half blocks, dark on light, for a terminal. Empty where the text is too long.
[[nodiscard]] std::string draw_qr_code(const std::string& text);

}  // namespace holdfast::cli
