#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::wire {

/// Bytes on the wire. A std::string because that is what sockets, SQLite and the browser take.
using Bytes = std::string;

namespace limits {
inline constexpr std::size_t frame_bytes_max =
    1024 * 1024;  // request_too_large; the connection is closed
inline constexpr std::size_t rows_per_page_max = 2000;
inline constexpr std::size_t page_body_bytes_max =
    256 * 1024;  // a page is closed when its bodies pass this
inline constexpr std::size_t intents_per_push_max = 64;
inline constexpr std::size_t push_bytes_max = 256 * 1024;  // of arguments
inline constexpr std::size_t cursors_max = 20000;
inline constexpr std::size_t wants_per_pull_max = 256;
inline constexpr std::uint32_t pull_bytes_max = 1024 * 1024;  // of bodies in one answer
inline constexpr std::uint32_t tail_rows_max = 200;
inline constexpr std::size_t ranges_per_sums_max = 64;
inline constexpr std::size_t resume_bytes_max = 256;
inline constexpr std::uint32_t segment_parts_max = 8'000;
inline constexpr std::size_t segment_address_bytes_max = 512;
}  // namespace limits

/// One frame from the bytes of one WebSocket message.
///
/// Every byte is checked before it is used: structure by FlatBuffers' verifier, then lengths, ids,
/// enumerators, column counts and limits. Rows of a Page borrow from `bytes`.
/// Errors  request_malformed · request_too_large. Nothing is allocated beyond a small multiple of
/// the input.
[[nodiscard]] Result<Frame> decode(std::string_view bytes);

/// The bytes of a frame: the same natively and in the browser.
[[nodiscard]] Bytes encode(const Frame& frame);

/// Appends a frame behind its little-endian size, as in the answer to a pull.
void append_framed(Bytes& stream, std::string_view frame);

/// Takes frames off a stream that is here as a whole, in place: they borrow from it.
class FrameReader {
public:
    explicit FrameReader(std::string_view stream) : rest_(stream) {}

    /// The next whole frame; nothing at the end, or where the stream was cut within a frame.
    /// Errors  request_too_large: what is left is unusable.
    [[nodiscard]] Result<std::optional<std::string_view>> next();

    /// Whether the stream ends here without a frame cut in half.
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

}  // namespace holdfast::wire
