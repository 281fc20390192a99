#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

/// What a file is, told from its bytes. The device asks before it keeps a file and the server
/// before it counts one as arrived: the same function, so that they agree.
namespace holdfast::files {

struct Media {
    std::string_view type = "application/octet-stream";
    std::int64_t width = 0;  ///< of a picture, in pixels; 0: not found
    std::int64_t height = 0;
    bool operator==(const Media&) const = default;
};

/// The type that the first bytes of a file show, and a picture's size as its header gives it:
/// nothing is decoded, so a picture that would fill the memory costs nothing here.
///
/// Never fails: what is not recognized is `application/octet-stream`, what reads as text is
/// `text/plain`.
/// @param head  the file, or its first `limits::sniffed_bytes_max` bytes
/// Cost  one pass at most.
[[nodiscard]] Media sniff(std::string_view head);

/// The same with the help of the name's ending where that only says which text it is ("a.csv").
[[nodiscard]] Media sniff(std::string_view head, std::string_view name);

/// Whether sniff() can give this type: others are not taken.
[[nodiscard]] bool is_known_type(std::string_view type);

/// Whether bytes that show one type may go by another: the same, or two kinds of text.
[[nodiscard]] bool goes_by(std::string_view shown, std::string_view claimed);

[[nodiscard]] bool is_picture(std::string_view type);

/// Whether a picture's size is known and small enough to be decoded by a phone.
/// Errors  file_broken: a picture without a size · file_image_too_large (params: limit, pixels).
[[nodiscard]] Result<> check_size(const Media& media);

/// Whether the text is the base64 of a small picture.
/// Errors  file_broken · file_image_too_large · intent_too_long.
[[nodiscard]] Result<> check_thumbnail(std::string_view base64);

/// Bytes of standard base64 with padding; nothing where it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Standard base64 with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace holdfast::files
