#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace holdfast::client {

/// Where a server is: an origin, without path.
struct Address {
    bool tls = false;
    std::string host;  ///< without the brackets of an IPv6 address
    std::string port;

    /// Value of the header Host.
    [[nodiscard]] std::string authority() const;
};

/// Parses "http://host[:port]" or "https://host[:port]", with or without "/" behind it.
/// Errors  request_malformed.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

}  // namespace holdfast::client
