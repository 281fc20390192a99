#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "server/services/routines.hpp"

/// Requests of routines to other servers.
namespace holdfast::net {

struct OutsideOptions {
    bool private_addresses = false;  ///< may be asked too
};

/// Asks once, within limits::outside_time_max. The name is resolved here, every address of it is
/// looked at, and the connection goes to one that was: a name that changes between the two gains
/// nothing. Redirections are not followed. TLS trusts what the system trusts.
///
/// Errors  routine_invalid_input (method, headers) · routine_request_forbidden: no http or https,
///         or an address that is not public · routine_request_failed {"status"}: no answer, or one
///         that says that later may be better (408, 429, 5xx).
[[nodiscard]] boost::asio::awaitable<Result<services::OutsideReply>> ask_outside(
    OutsideOptions options, services::OutsideRequest request);

struct OutsideUrl {
    bool tls = false;
    std::string host;
    std::string port;
    std::string target;
};
/// Nothing where it is not http or https, or names a user.
[[nodiscard]] std::optional<OutsideUrl> parse_outside_url(std::string_view text);

/// Whether the address is one of the Internet: not this machine's, not a private network's, not a
/// link's, not reserved, in either notation of IPv4.
[[nodiscard]] bool is_public(const boost::asio::ip::address& address);

}  // namespace holdfast::net
