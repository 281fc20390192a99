#include "server/auth/salts.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace holdfast::auth {
namespace {

constexpr std::uint32_t random_bits = 0xFFFU;

constexpr std::uint32_t turn_of(std::uint64_t salt) {
    return static_cast<std::uint32_t>(salt >> 32U);
}

constexpr std::uint32_t lower_half(std::uint64_t salt) {
    return static_cast<std::uint32_t>(salt);
}

}  // namespace

SaltMaker::SaltMaker(const TokenKey& key)
    : key_(key.derive("holdfast salts 1", crypto_shorthash_KEYBYTES)) {}

std::uint64_t SaltMaker::make(const Salts& salts, std::uint32_t random) const {
    const std::uint64_t turn = std::uint64_t{turn_of(std::max(salts.given, salts.said))} + 1;
    return turn << 32U | answer(salts.said, random & random_bits);
}

bool SaltMaker::knows(const Salts& salts, std::uint64_t salt) const {
    return salt == salts.said || salt == salts.given ||
           lower_half(salt) == answer(salts.said, lower_half(salt) & random_bits) ||
           turn_of(salt) > turn_of(salts.given);
}

std::uint32_t SaltMaker::answer(std::uint64_t said, std::uint32_t random) const {
    std::array<unsigned char, sizeof said + sizeof random> words{};
    std::memcpy(words.data(), &said, sizeof said);
    std::memcpy(words.data() + sizeof said, &random, sizeof random);
    std::array<unsigned char, crypto_shorthash_BYTES> hash{};
    crypto_shorthash(hash.data(),
                     words.data(),
                     words.size(),
                     reinterpret_cast<const unsigned char*>(key_.data()));
    std::uint32_t proof = 0;
    std::memcpy(&proof, hash.data(), sizeof proof);
    return (proof & ~random_bits) | random;
}

}  // namespace holdfast::auth
