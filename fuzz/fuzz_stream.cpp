// A stream that was cut gives the frames before the cut, and no others.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/assert.hpp"
#include "core/wire/codec.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;

std::vector<std::string> frames_of(std::string_view stream) {
    wire::FrameReader reader(stream);
    std::vector<std::string> frames;
    for (auto next = reader.next(); next && *next; next = reader.next()) {
        frames.emplace_back(**next);
    }
    return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const std::size_t cut = source.byte();
    const std::string_view stream = source.rest();
    const std::vector<std::string> whole = frames_of(stream);
    const std::vector<std::string> part = frames_of(stream.substr(0, std::min(cut, stream.size())));
    HF_ASSERT(part.size() <= whole.size());
    HF_ASSERT(std::equal(part.begin(), part.end(), whole.begin()));
    return 0;
}
