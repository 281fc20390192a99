#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace holdfast::cli {

/// IPv4 addresses of this machine in private networks: those that the demonstration's certificate
/// can be for.
[[nodiscard]] std::vector<std::string> lan_addresses();

/// Whether an IPv4 address is one of a private network (RFC 1918, RFC 6598, RFC 3927).
[[nodiscard]] bool is_private_address(const std::string& address);

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
