#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/files/media.hpp"

/// Pictures as far as their headers: what tests of files need, and no decoder would take.
namespace holdfast::files::testing {

inline std::string big(std::uint32_t value, int bytes) {
    std::string text;
    for (int at = bytes - 1; at >= 0; --at) {
        text.push_back(static_cast<char>((value >> (8U * static_cast<unsigned>(at))) & 0xffU));
    }
    return text;
}
inline std::string little(std::uint32_t value, int bytes) {
    const std::string text = big(value, bytes);
    return {text.rbegin(), text.rend()};
}

inline std::string png(std::uint32_t width, std::uint32_t height) {
    return "\x89PNG\r\n\x1a\n" + big(13, 4) + "IHDR" + big(width, 4) + big(height, 4) +
           std::string("\x08\x02\0\0\0", 5);
}
inline std::string gif(std::uint32_t width, std::uint32_t height) {
    return "GIF89a" + little(width, 2) + little(height, 2);
}
inline std::string webp(std::uint32_t width, std::uint32_t height) {
    return "RIFF" + little(30, 4) + "WEBPVP8X" + little(10, 4) + std::string(4, '\0') +
           little(width - 1, 3) + little(height - 1, 3);
}
/// @param segments  of 60,000 bytes each before the frame
inline std::string jpeg(std::uint32_t width, std::uint32_t height, int segments = 0) {
    std::string bytes = "\xff\xd8";
    for (int count = 0; count < segments; ++count) {
        bytes += "\xff\xe1" + big(60'000, 2) + std::string(59'998, 'x');
    }
    return bytes + "\xff\xc0" + big(17, 2) + "\x08" + big(height, 2) + big(width, 2) + "\x03" +
           "more";
}

inline std::string base64(std::string_view bytes) {
    return to_base64(bytes);
}

}  // namespace holdfast::files::testing
