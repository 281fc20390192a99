#include <array>

#include "core/wire/codec.hpp"

namespace holdfast::wire {
namespace {

constexpr std::size_t size_bytes = 4;

std::size_t read_size(const char* from) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < size_bytes; ++i) {
        size |= static_cast<std::size_t>(static_cast<unsigned char>(from[i])) << (8 * i);
    }
    return size;
}

}  // namespace

void append_framed(Bytes& stream, std::string_view frame) {
    std::array<char, size_bytes> size{};
    for (std::size_t i = 0; i < size_bytes; ++i) {
        size[i] = static_cast<char>(static_cast<unsigned char>(frame.size() >> (8 * i)));
    }
    stream.append(size.data(), size.size());
    stream.append(frame);
}

Result<std::optional<std::string_view>> FrameReader::next() {
    if (rest_.size() < size_bytes) {
        return std::nullopt;
    }
    const std::size_t frame_bytes = read_size(rest_.data());
    if (frame_bytes > limits::frame_bytes_max) {
        return fail(ErrorCode::request_too_large, "frame in a stream");
    }
    if (rest_.size() - size_bytes < frame_bytes) {
        return std::nullopt;
    }
    const std::string_view frame = rest_.substr(size_bytes, frame_bytes);
    rest_.remove_prefix(size_bytes + frame_bytes);
    return frame;
}

}  // namespace holdfast::wire
