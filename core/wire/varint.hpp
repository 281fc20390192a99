#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

/// The integers of a Page's columns: LEB128, seven bits a byte, lowest first.
namespace holdfast::wire::varint {

inline constexpr std::size_t bytes_max = 10;

/// Signed differences as small unsigned numbers: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
constexpr std::uint64_t zigzag(std::uint64_t difference) {
    return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t coded) {
    return (coded >> 1) ^ (0 - (coded & 1));
}

/// How many bytes `value` takes: 1 to 10.
constexpr std::size_t size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Writes `value` and returns the place behind it. There is room for size(value) bytes.
inline std::uint8_t* write(std::uint8_t* to, std::uint64_t value) {
    while (value >= 0x80) {
        *to++ = static_cast<std::uint8_t>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<std::uint8_t>(value);
    return to;
}

/// Reads one column from its start to its end.
class Reader {
public:
    Reader(const std::uint8_t* begin, std::size_t size) : at_(begin), end_(begin + size) {}

    /// The next number; false when the column ends too early, or the number has more than 64 bits
    /// or is not the shortest spelling of its value.
    [[nodiscard]] bool read(std::uint64_t& value) {
        if (at_ != end_ && *at_ < 0x80) [[likely]] {
            value = *at_++;
            return true;
        }
        return read_long(value);
    }

    [[nodiscard]] bool at_end() const { return at_ == end_; }

private:
    bool read_long(std::uint64_t& value) {
        std::uint64_t result = 0;
        for (unsigned shift = 0; at_ != end_ && shift < 64; shift += 7) {
            const std::uint8_t byte = *at_++;
            result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) {
                value = result;
                const bool fits = shift < 63 || byte <= 1;
                const bool shortest = byte != 0 || shift == 0;
                return fits && shortest;
            }
        }
        return false;
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

}  // namespace holdfast::wire::varint
