#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <optional>

#include "platform/net/transport.hpp"
#include "server/net/body_sink.hpp"

/// Bodies that go through memory in pieces.
namespace holdfast::net {

using BodyParser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
using FileSerializer =
    boost::beast::http::response_serializer<boost::beast::http::span_body<const char>>;

/// Where the body of a request comes from; its header has been read.
struct Incoming {
    Transport& transport;
    boost::beast::flat_buffer& buffer;
    BodyParser& parser;
};

/// What became of a request whose body went to a sink.
struct Received {
    std::optional<Answer> answer{};  ///< none: the connection was cut
    bool is_read = false;            ///< to its end
};
[[nodiscard]] boost::asio::awaitable<Received> receive_body(BodySink& sink,
                                                            const Request& request,
                                                            Incoming incoming);

/// Sends the header, and the file of the answer unless its body is left out; whether all went.
[[nodiscard]] boost::asio::awaitable<bool> send_file(Transport& transport,
                                                     FileSerializer& header,
                                                     Answer& answer);

}  // namespace holdfast::net
