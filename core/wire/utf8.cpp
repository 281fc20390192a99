#include "core/wire/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace holdfast::wire {
namespace {

struct Lead {
    std::size_t size;         ///< bytes of the character; 0: no character starts so
    std::uint8_t second_min;  ///< what the second byte may be: this is where overlong forms,
    std::uint8_t second_max;  ///< surrogates and numbers that are too large show
};

constexpr Lead lead_of(std::uint8_t byte) {
    if (byte < 0x80) {
        return {1, 0, 0};
    }
    if (byte < 0xc2 || byte > 0xf4) {
        return {0, 0, 0};
    }
    if (byte < 0xe0) {
        return {2, 0x80, 0xbf};
    }
    if (byte < 0xf0) {
        const std::uint8_t min = byte == 0xe0 ? 0xa0 : 0x80;
        const std::uint8_t max = byte == 0xed ? 0x9f : 0xbf;
        return {3, min, max};
    }
    const std::uint8_t min = byte == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t max = byte == 0xf4 ? 0x8f : 0xbf;
    return {4, min, max};
}

bool has_ascii_word(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return (word & 0x8080'8080'8080'8080) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= sizeof(std::uint64_t) && has_ascii_word(text.data() + at)) {
            at += sizeof(std::uint64_t);
            continue;
        }
        const Lead lead = lead_of(byte_at(at));
        if (lead.size == 0 || lead.size > text.size() - at) {
            return false;
        }
        for (std::size_t i = 1; i < lead.size; ++i) {
            const std::uint8_t min = i == 1 ? lead.second_min : 0x80;
            const std::uint8_t max = i == 1 ? lead.second_max : 0xbf;
            if (byte_at(at + i) < min || byte_at(at + i) > max) {
                return false;
            }
        }
        at += lead.size;
    }
    return true;
}

}  // namespace holdfast::wire
