#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/wire/codec.hpp"
#include "core/wire/gen/sync_generated.h"

/// Frames that encode() never makes, built with FlatBuffers itself.
namespace holdfast::wire::testing {

using Builder = flatbuffers::FlatBufferBuilder;

template <class T>
Bytes finish(Builder& fbb, flatbuffers::Offset<T> body) {
    const fb::Body type = fb::BodyTraits<T>::enum_value;
    fb::FinishFrameBuffer(fbb, fb::CreateFrame(fbb, type, body.Union()));
    return {reinterpret_cast<const char*>(fbb.GetBufferPointer()), fbb.GetSize()};
}

/// A frame whose body `make(builder)` makes.
template <class Make>
Bytes raw_frame(Make make) {
    Builder fbb;
    return finish(fbb, make(fbb));
}

/// The columns of a page with three rows, which a test makes wrong in one place.
struct RawRows {
    std::uint32_t count = 3;
    std::vector<std::uint8_t> kinds{7, 7, 7};
    std::vector<std::uint8_t> ids{2, 2, 2};
    std::vector<std::uint8_t> versions{2, 2, 2};
    std::vector<std::uint8_t> sorts{0, 0, 0};
    std::vector<std::uint8_t> body_sizes{2, 0, 2};
    std::vector<std::uint8_t> bodies{'{', '}', '{', '}'};
};

inline flatbuffers::Offset<fb::Head> raw_head(Builder& fbb) {
    return fb::CreateHead(fbb, 1, 5);
}

inline Bytes raw_page(const RawRows& rows) {
    return raw_frame([&](Builder& fbb) {
        const auto packed = fb::CreateRowsDirect(fbb,
                                                 rows.count,
                                                 &rows.kinds,
                                                 &rows.ids,
                                                 &rows.versions,
                                                 &rows.sorts,
                                                 &rows.body_sizes,
                                                 &rows.bodies);
        const auto head = raw_head(fbb);
        return fb::CreatePage(fbb, head, fb::PullMode::delta, 0, 0, 0, 0, false, packed);
    });
}

}  // namespace holdfast::wire::testing
