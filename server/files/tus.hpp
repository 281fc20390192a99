#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The headers of tus 1.0 (https://tus.io/protocols/resumable-upload): core protocol, creation,
/// checksum, termination, expiration. Every text comes from outside.
namespace holdfast::files {

inline constexpr std::string_view tus_version = "1.0.0";
inline constexpr std::string_view tus_extensions = "creation,checksum,termination,expiration";
inline constexpr std::string_view tus_checksums = "sha1,sha256";

/// What an upload is for: the file, and the channel whose timeline refers to it.
struct UploadKey {
    Id channel{};
    Id file{};
    auto operator<=>(const UploadKey&) const = default;
};

/// "41-8589934663", as it stands in the address of an upload; and back.
[[nodiscard]] std::string to_string(const UploadKey& key);
[[nodiscard]] std::optional<UploadKey> parse_upload_key(std::string_view text);

/// Upload-Metadata: `channel` and `file`, ids in decimal behind base64; others are ignored.
/// Errors  request_malformed.
[[nodiscard]] Result<UploadKey> parse_metadata(std::string_view text);

/// Upload-Offset and Upload-Length: decimal digits, nothing else.
/// Errors  request_malformed.
[[nodiscard]] Result<std::int64_t> parse_length(std::string_view text);

enum class Algorithm : std::uint8_t { sha1, sha256 };

struct Checksum {
    Algorithm algorithm{};
    std::string digest{};  ///< bytes
    bool operator==(const Checksum&) const = default;
};

/// Upload-Checksum: "sha1 <base64>".
/// Errors  request_malformed: not of this shape, an algorithm that is not offered, or a digest of
///         another length.
[[nodiscard]] Result<Checksum> parse_checksum(std::string_view text);

/// Whether the bytes have this checksum.
[[nodiscard]] bool matches(const Checksum& checksum, std::string_view bytes);

}  // namespace holdfast::files
