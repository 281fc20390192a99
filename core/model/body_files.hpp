#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// The body of a file. As body.hpp.
namespace holdfast::body {

/// A picture, a document or a signature that a message or an answer refers to. The row comes with
/// what refers to it; the bytes come when the device that has them has sent them.
struct File {
    Id author{};
    std::string name{};
    std::string type{};
    std::int64_t bytes = 0;
    std::string sha256{};    ///< 64 digits, lower case
    std::int64_t width = 0;  ///< of a picture, in pixels
    std::int64_t height = 0;
    std::string thumbnail{};    ///< base64 of a small picture, or empty
    bool stored = false;        ///< the server has the bytes, and they are what was claimed
    std::uint16_t refused = 0;  ///< code: the bytes came and were not taken; they never will be
    bool operator==(const File&) const = default;
};

[[nodiscard]] Result<File> parse_file(std::string_view text);
[[nodiscard]] std::string encode(const File& value);

}  // namespace holdfast::body
