#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::cli {

/// IPv4 addresses of this machine that other machines of its network may reach.
[[nodiscard]] std::vector<std::string> lan_addresses();

/// "https://192.0.2.7:8080".
[[nodiscard]] std::string lan_url(const std::string& address, std::uint16_t port);

enum class QrStyle {
    plain,    ///< for a terminal of light text on a dark ground, or a file
    colored,  ///< says its colours itself: dark on light everywhere
};

/// A QR code of half blocks, two rows of modules a line, with the light margin that cameras need.
/// Empty where the text is too long.
[[nodiscard]] std::string draw_qr_code(const std::string& text, QrStyle style);

}  // namespace holdfast::cli
