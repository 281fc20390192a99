#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

/// Number that the server gives to a device installation when it registers.
/// Numbers below `server_device_limit` mint the server's own ids.
using DeviceNumber = std::uint32_t;

inline constexpr DeviceNumber server_device = 1;  ///< rows made by the server and its tools
inline constexpr DeviceNumber server_device_limit = 1024;
/// Ids fit a signed 64-bit column, so a device number has 31 bits.
inline constexpr DeviceNumber device_number_max = 0x7fff'ffff;

/// Identity of a row, intent or bucket: minted where it is made, never changed, never reused.
///
/// The upper 32 bits are the minting device's number, the lower 32 its counter. In JSON and in URLs
/// an id is a decimal string, because JavaScript's numbers hold 53 bits. Zero is "none".
struct Id {
    std::uint64_t value = 0;

    static constexpr Id make(DeviceNumber device, std::uint32_t counter) {
        return Id{(static_cast<std::uint64_t>(device) << 32) | counter};
    }
    [[nodiscard]] constexpr DeviceNumber device() const {
        return static_cast<DeviceNumber>(value >> 32);
    }
    [[nodiscard]] constexpr std::uint32_t counter() const {
        return static_cast<std::uint32_t>(value);
    }
    explicit constexpr operator bool() const { return value != 0; }
    constexpr auto operator<=>(const Id&) const = default;
};

/// "1234" for Id{1234}.
[[nodiscard]] std::string to_string(Id id);

/// The id that `text` spells in canonical decimal (no sign, no leading zero, at most 2^63-1), or
/// nothing.
[[nodiscard]] std::optional<Id> parse_id(std::string_view text);

/// A bucket's own id; a separate type so that it is never mistaken for the row that owns the
/// bucket.
struct BucketId {
    std::uint64_t value = 0;
    explicit constexpr operator bool() const { return value != 0; }
    constexpr auto operator<=>(const BucketId&) const = default;
};

}  // namespace holdfast

template <>
struct std::hash<holdfast::Id> {
    std::size_t operator()(holdfast::Id id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value);
    }
};
template <>
struct std::hash<holdfast::BucketId> {
    std::size_t operator()(holdfast::BucketId id) const noexcept {
        return std::hash<std::uint64_t>{}(id.value);
    }
};
