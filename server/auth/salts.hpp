#pragma once

#include <cstdint>
#include <string>

#include "server/auth/tokens.hpp"

namespace holdfast::auth {

/// The two salts that a device may show: the one that it was given last, and the one that it said
/// last, because a welcome may get lost. 0: none.
struct Salts {
    std::uint64_t given = 0;
    std::uint64_t said = 0;
};

/// Makes salts and knows them again. The upper half of a salt counts how often it was turned. The
/// lower one is twelve random bits, and twenty that prove which salt it answers: each welcome gives
/// another one, and as soon as one of them is said the others are a copy's. Were two welcomes to
/// give the same, two images of one device that take turns would never be told apart.
class SaltMaker {
public:
    explicit SaltMaker(const TokenKey& key);

    /// For a device that has said `salts.said`, turned more often than any before.
    /// @param random  twelve bits of it are used
    [[nodiscard]] std::uint64_t make(const Salts& salts, std::uint32_t random) const;

    /// Whether the device that says this salt is the one, and no copy. One that was turned more
    /// often than is known here was given by this server, which has forgotten it: it was ended, or
    /// restored from a backup. A copy's was turned less often.
    [[nodiscard]] bool knows(const Salts& salts, std::uint64_t salt) const;

private:
    /// The lower half of a salt that answers `said`.
    [[nodiscard]] std::uint32_t answer(std::uint64_t said, std::uint32_t random) const;

    std::string key_;
};

}  // namespace holdfast::auth
