#include "core/base/sum.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace holdfast {
namespace {

constexpr std::size_t head_bytes = 1 + 3 * sizeof(std::uint64_t);

/// Rows up to this size are hashed from one buffer on the stack: XXH3's streaming state costs more
/// to set up than a copy of a typical body.
constexpr std::size_t short_row_bytes = 512;

void put_little_endian(char* to, std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(to, &value, sizeof value);  // in one piece: it is read back in pieces as large
}

XXH128_hash_t hash_long(const char* head, std::string_view body) {
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, head, head_bytes);
    XXH3_128bits_update(&state, body.data(), body.size());
    return XXH3_128bits_digest(&state);
}

}  // namespace

Sum row_sum(
    std::uint8_t kind, Id id, std::uint64_t version, std::int64_t sort, std::string_view body) {
    std::array<char, short_row_bytes> buffer;
    buffer[0] = static_cast<char>(kind);
    put_little_endian(&buffer[1], id.value);
    put_little_endian(&buffer[9], version);
    put_little_endian(&buffer[17], static_cast<std::uint64_t>(sort));

    XXH128_hash_t hash;
    if (body.size() <= short_row_bytes - head_bytes) {
        if (!body.empty()) {
            std::memcpy(&buffer[head_bytes], body.data(), body.size());
        }
        hash = XXH3_128bits(buffer.data(), head_bytes + body.size());
    } else {
        hash = hash_long(buffer.data(), body);
    }
    return {.low = hash.low64, .high = hash.high64};
}

}  // namespace holdfast
