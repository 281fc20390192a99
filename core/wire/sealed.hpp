#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/intent.hpp"
#include "core/wire/codec.hpp"

/// The file that a device saves its unsent work to, for anybody to carry (OM35,
/// docs/decisions/0033-sealed-outbox.md). Here is its shape; the cryptography is
/// platform/sealing's, or the browser's.
///
///     preface  "Holdfast sealed\n", one byte of version, the server's public key, the file's own
///     pieces   one after the other, each behind its little-endian size (FrameReader): sealed
///              contents of a SealedPiece. The last one is a SealedEnd, and is sealed as the last.
namespace holdfast::wire {

namespace limits {
/// Of one piece, sealed: sealed_altered.
inline constexpr std::size_t sealed_piece_bytes_max = 512 * 1024;
/// Of attached files in one file; the device says what it has left out.
inline constexpr std::int64_t sealed_files_bytes_max = 128LL * 1024 * 1024;
/// Of a whole file: a full outbox, those files, and what is around them. request_too_large
inline constexpr std::uint64_t sealed_bytes_max = 224ULL * 1024 * 1024;
inline constexpr std::size_t sealed_pass_bytes_max = 512;  // sealed_unreadable
}  // namespace limits

inline constexpr std::string_view sealed_mark = "Holdfast sealed\n";
inline constexpr std::uint8_t sealed_version = 1;
inline constexpr std::size_t sealed_key_bytes = 32;
inline constexpr std::size_t sealed_lead_bytes = sealed_mark.size() + 1 + sealed_key_bytes;
inline constexpr std::size_t sealed_preface_bytes = sealed_lead_bytes + sealed_key_bytes;

/// The preface up to where the file's own public key follows.
[[nodiscard]] Bytes sealed_lead(std::string_view server_key);

struct SealedPreface {
    std::string server_key;
    std::string file_key;
};
/// Errors  sealed_unreadable: not of sealed_preface_bytes, another mark or version.
[[nodiscard]] Result<SealedPreface> parse_sealed_preface(std::string_view bytes);

/// Whose work it is.
struct SealedHead {
    Id user{};
    Id organization{};
    DeviceNumber device = 0;
    WallTime saved_at{};  ///< by the device's clock
    std::uint32_t actions = 0;
    std::uint32_t files = 0;
    std::string pass{};  ///< what the server has given this device to prove that it is the one
    bool operator==(const SealedHead&) const = default;
};
/// Actions in the order in which they were done.
struct SealedActions {
    std::vector<Intent> intents{};
};
/// Bytes of an attached file; `bytes` borrows from the piece.
struct SealedBytes {
    Id channel{};
    Id file{};
    std::int64_t at = 0;
    std::string_view bytes{};
};
struct SealedEnd {};
using SealedPiece = std::variant<SealedHead, SealedActions, SealedBytes, SealedEnd>;

[[nodiscard]] Bytes encode_sealed(const SealedPiece& piece);
/// Every byte is checked before it is used.  Errors  sealed_unreadable.
[[nodiscard]] Result<SealedPiece> decode_sealed(std::string_view bytes);

}  // namespace holdfast::wire
