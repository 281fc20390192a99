#pragma once

#include "core/model/body_files.hpp"
#include "server/files/descriptor.hpp"
#include "server/net/http_message.hpp"

namespace holdfast::net {

/// A file, or the range of it that was asked for, as a browser may have it: it runs nothing, it is
/// not taken for another type, and only pictures are shown in place.
[[nodiscard]] Answer answer_content(const body::File& file,
                                    files::Descriptor content,
                                    const Request& request);

/// "attachment; filename*=UTF-8''plan%20B.pdf" (RFC 6266, RFC 8187).
[[nodiscard]] std::string content_disposition(const body::File& file);

/// First byte and end of "bytes=100-" or "bytes=100-199"; nothing where the whole is to be sent.
struct ByteRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    bool operator==(const ByteRange&) const = default;
};
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view text, std::int64_t size);

}  // namespace holdfast::net
