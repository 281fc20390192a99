#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>
#include <string>

#include "client/native/address.hpp"
#include "core/base/result.hpp"
#include "platform/net/transport.hpp"

namespace holdfast::client {

/// How to reach the server. Shared by its connections, never changed.
struct Route {
    Address address;
    std::unique_ptr<boost::asio::ssl::context> tls;  ///< null without TLS
    std::string user_agent;
};

/// A context that trusts the system's authorities, and those of `ca_file` when it is not empty.
/// Errors  request_not_found: the file cannot be read.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_trust(
    const std::string& ca_file);

/// The way to `server_url`, with a context as of make_trust() where it is https.
/// Errors  setup_address · those of make_trust().
[[nodiscard]] Result<std::shared_ptr<const Route>> make_route(const std::string& server_url,
                                                              const std::string& ca_file,
                                                              const std::string& app_version);

/// Connects, with TLS when the address asks for it: certificate and name are verified.
/// Nothing when that did not succeed in time.
[[nodiscard]] boost::asio::awaitable<std::optional<net::Transport>> dial(
    std::shared_ptr<const Route> route);

}  // namespace holdfast::client
