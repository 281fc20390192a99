// Any bytes are a frame or an error; a frame encodes to bytes that decode to the same bytes again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.hpp"
#include "core/wire/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace holdfast;
    const auto frame = wire::decode({reinterpret_cast<const char*>(bytes), size});
    if (frame) {
        const wire::Bytes once = wire::encode(*frame);
        const auto again = wire::decode(once);
        HF_ASSERT(again.has_value());
        HF_ASSERT(wire::encode(*again) == once);
    }
    return 0;
}
