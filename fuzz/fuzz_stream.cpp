// However a stream is cut into pieces, the same frames come off it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/assert.hpp"
#include "core/wire/codec.hpp"
#include "fuzz/input.hpp"

namespace {

using namespace holdfast;

/// Takes what there is; false when the stream is unusable.
bool drain(wire::FrameReader& reader, std::vector<std::string>& frames) {
    for (;;) {
        auto next = reader.next();
        if (!next) {
            return false;
        }
        if (!*next) {
            return true;
        }
        frames.emplace_back(**next);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    fuzz::Source source(bytes, size);
    const std::size_t step = 1 + source.byte();
    const std::string_view stream = source.rest();

    std::vector<std::string> whole;
    wire::FrameReader at_once;
    at_once.feed(stream);
    const bool whole_good = drain(at_once, whole);

    std::vector<std::string> pieces;
    wire::FrameReader in_pieces;
    bool pieces_good = true;
    for (std::size_t at = 0; at < stream.size() && pieces_good; at += step) {
        in_pieces.feed(stream.substr(at, step));
        pieces_good = drain(in_pieces, pieces);
    }
    HF_ASSERT(whole == pieces);
    HF_ASSERT(whole_good == pieces_good);
    return 0;
}
