#pragma once

#include <string>

#include "core/base/result.hpp"

namespace holdfast::client {

struct CarryOptions {
    std::string server_url;  ///< http://host:port or https://host:port
    std::string ca_file;     ///< certificates to trust beside the system's, PEM; or empty
    std::string app_version = "0.1.0";
};

/// Brings a sealed file to its server (OM35), read from the disk as it is sent. Blocks.
/// @returns what the server answered: JSON of docs/internals/http-api.md.
/// Errors  setup_file: the file cannot be read · setup_address · setup_tls · server_unreachable ·
///         what the server refused it with.
[[nodiscard]] Result<std::string> carry(const std::string& file, const CarryOptions& options);

}  // namespace holdfast::client
