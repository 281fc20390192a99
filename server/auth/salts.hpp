#pragma once

#include <cstdint>

namespace holdfast::auth {

/// The two salts that a device may show: the one that it was given last, and the one that it said
/// last, because a welcome may get lost. The upper half of a salt counts how often it was turned,
/// the lower one is random. 0: none.
struct Salts {
    std::uint64_t given = 0;
    std::uint64_t said = 0;

    [[nodiscard]] static constexpr std::uint32_t turn_of(std::uint64_t salt) {
        return static_cast<std::uint32_t>(salt >> 32U);
    }
    /// Whether the device that says this salt is the one, and no copy. One that was turned more
    /// often than is known here was given by this server, which has forgotten it: it was ended, or
    /// restored from a backup. A copy's was turned less often.
    [[nodiscard]] constexpr bool knows(std::uint64_t salt) const {
        return salt == given || salt == said || turn_of(salt) > turn_of(given);
    }
};

}  // namespace holdfast::auth
