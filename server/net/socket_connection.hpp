#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "server/net/connection.hpp"

namespace holdfast::net {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// Accepts an upgrade that has been judged, and carries frames until one side has closed.
[[nodiscard]] boost::asio::awaitable<void> serve_socket(Shell& shell,
                                                        Transport transport,
                                                        HttpRequest upgrade,
                                                        std::string address);

}  // namespace holdfast::net
