#pragma once

#include <string>
#include <string_view>

namespace holdfast::files {

/// SHA-256 of the bytes, as 64 digits in lower case: what a file is called by its content.
/// For devices, in the browser too. Source: FIPS 180-4, 6.2.  Cost: one pass.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// The same as 32 bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace holdfast::files
