#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast::net {

enum class Encoding { identity, gzip, zstd };

/// "gzip", "zstd"; empty for identity.
[[nodiscard]] std::string_view encoding_name(Encoding encoding);

/// Whether a value of Accept-Encoding, as "gzip, br;q=0.5, zstd;q=0", takes `name`.
[[nodiscard]] bool accepts_encoding(std::string_view accept_encoding, std::string_view name);

/// The best encoding that a value of Accept-Encoding takes: zstd before gzip before none; `q=0`
/// refuses.
[[nodiscard]] Encoding choose_encoding(std::string_view accept_encoding);

/// The encoding that a value of Content-Encoding names. Errors  request_malformed: none of ours.
[[nodiscard]] Result<Encoding> parse_encoding(std::string_view content_encoding);

[[nodiscard]] std::string compress(Encoding encoding, std::string_view bytes, int level);

/// The bytes behind `encoding`. Errors  request_malformed · request_too_large: more than
/// `bytes_max`.
[[nodiscard]] Result<std::string> decompress(Encoding encoding,
                                             std::string_view bytes,
                                             std::size_t bytes_max);

}  // namespace holdfast::net
