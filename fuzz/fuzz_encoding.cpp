// Compressed bytes of the other side, and the headers that name what they are.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/assert.hpp"
#include "fuzz/input.hpp"
#include "platform/net/compression.hpp"

namespace {

using namespace holdfast;

constexpr std::size_t bytes_max = 1024UL * 1024;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const std::uint8_t choice = source.byte();
    const std::string_view rest = source.rest();
    (void)net::choose_encoding(rest);
    (void)net::parse_encoding(rest);
    const auto encoding = static_cast<net::Encoding>(choice % 3);
    const auto plain = net::decompress(encoding, rest, bytes_max);
    HF_ASSERT(!plain || plain->size() <= bytes_max);
    const auto again = net::decompress(encoding, net::compress(encoding, rest, 1), rest.size());
    HF_ASSERT(again.has_value());
    HF_ASSERT(*again == rest);
    return 0;
}
