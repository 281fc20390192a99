#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Numbers inside bytes. Whoever calls has looked that they are there.
namespace holdfast::files {

[[nodiscard]] inline std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}
[[nodiscard]] inline std::uint32_t big_16(std::string_view bytes, std::size_t at) {
    return (byte_at(bytes, at) << 8U) | byte_at(bytes, at + 1);
}
[[nodiscard]] inline std::uint32_t little_16(std::string_view bytes, std::size_t at) {
    return byte_at(bytes, at) | (byte_at(bytes, at + 1) << 8U);
}
[[nodiscard]] inline std::uint32_t big_32(std::string_view bytes, std::size_t at) {
    return (big_16(bytes, at) << 16U) | big_16(bytes, at + 2);
}
[[nodiscard]] inline std::uint32_t little_24(std::string_view bytes, std::size_t at) {
    return little_16(bytes, at) | (byte_at(bytes, at + 2) << 16U);
}

}  // namespace holdfast::files
