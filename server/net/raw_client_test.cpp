#include "server/net/testing/raw_client.hpp"

// The clients of the tests beside this file; it has no tests of its own.

#include <gtest/gtest.h>

#include "core/wire/codec.hpp"
#include "platform/net/asio.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace holdfast::net::testing {
namespace {

constexpr std::chrono::seconds patience{10};

asio::ip::tcp::endpoint local(std::uint16_t port) {
    return {asio::ip::address_v4::loopback(), port};
}

/// Runs one asynchronous operation to its end; its error.
template <class Start>
boost::system::error_code complete(asio::io_context& loop, Start start) {
    boost::system::error_code result = asio::error::timed_out;
    start([&](boost::system::error_code error, auto&&...) { result = error; });
    loop.restart();
    loop.run_for(patience);
    return result;
}

}  // namespace

struct RawHttp::Parts {
    asio::io_context loop;
    asio::ip::tcp::socket socket{loop};
    beast::flat_buffer buffer;
};

RawHttp::RawHttp(std::uint16_t port) : parts_(std::make_unique<Parts>()) {
    boost::system::error_code error;
    parts_->socket.connect(local(port), error);
    EXPECT_FALSE(error) << error.message();
}

RawHttp::~RawHttp() = default;

Reply RawHttp::send(std::string_view bytes, bool head) {
    complete(parts_->loop, [&](auto&& handler) {
        asio::async_write(parts_->socket, asio::buffer(bytes), handler);
    });
    http::response_parser<http::string_body> parser;
    parser.body_limit(64 * 1024 * 1024);
    parser.skip(head);
    const auto error = complete(parts_->loop, [&](auto&& handler) {
        http::async_read(parts_->socket, parts_->buffer, parser, handler);
    });
    Reply reply;
    if (error) {
        return reply;
    }
    reply.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
        std::string name(field.name_string());
        for (char& c : name) {
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        reply.headers[name] = field.value();
    }
    reply.body = parser.get().body();
    return reply;
}

void RawHttp::begin(std::string_view bytes) {
    complete(parts_->loop, [&](auto&& handler) {
        asio::async_write(parts_->socket, asio::buffer(bytes), handler);
    });
}

void RawHttp::cut(std::string_view bytes) {
    begin(bytes);
    boost::system::error_code ignored;
    parts_->socket.close(ignored);
}

Reply request(std::uint16_t port,
              std::string_view method,
              std::string_view path,
              std::string_view body,
              std::string_view headers) {
    RawHttp connection(port);
    std::string bytes = std::string(method) + " " + std::string(path) +
                        " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" +
                        std::string(headers);
    if (!body.empty() || method == "POST") {
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return connection.send(bytes + "\r\n" + std::string(body), method == "HEAD");
}

struct RawSocket::Parts {
    asio::io_context loop;
    beast::websocket::stream<asio::ip::tcp::socket> socket{loop};
    bool is_open = false;
};

RawSocket::RawSocket(std::uint16_t port, std::string origin) : parts_(std::make_unique<Parts>()) {
    boost::system::error_code error;
    parts_->socket.next_layer().connect(local(port), error);
    EXPECT_FALSE(error) << error.message();
    parts_->socket.set_option(beast::websocket::stream_base::decorator(
        [origin = std::move(origin)](beast::websocket::request_type& upgrade) {
            if (!origin.empty()) {
                upgrade.set(http::field::origin, origin);
            }
        }));
    parts_->socket.binary(true);
    const std::string host = "127.0.0.1:" + std::to_string(port);
    parts_->is_open = !complete(parts_->loop, [&](auto&& handler) {
        parts_->socket.async_handshake(host, "/sync/v1/socket", handler);
    });
}

RawSocket::~RawSocket() = default;

bool RawSocket::is_open() const {
    return parts_->is_open;
}

void RawSocket::send(std::string_view bytes) {
    complete(parts_->loop,
             [&](auto&& handler) { parts_->socket.async_write(asio::buffer(bytes), handler); });
}

void RawSocket::send(const wire::Frame& frame) {
    send(wire::encode(frame));
}

std::optional<std::string> RawSocket::receive() {
    beast::flat_buffer buffer;
    const auto error =
        complete(parts_->loop, [&](auto&& handler) { parts_->socket.async_read(buffer, handler); });
    if (error) {
        return std::nullopt;
    }
    return std::string(static_cast<const char*>(buffer.data().data()), buffer.size());
}

int RawSocket::close_code() const {
    return parts_->socket.reason().code;
}

template <class Kind>
std::optional<Kind> RawSocket::receive_frame() {
    while (const auto bytes = receive()) {
        auto frame = wire::decode(*bytes);
        EXPECT_TRUE(frame.has_value());
        if (frame) {
            if (Kind* wanted = std::get_if<Kind>(&*frame)) {
                return std::move(*wanted);
            }
        }
    }
    return std::nullopt;
}

template std::optional<wire::Welcome> RawSocket::receive_frame();
template std::optional<wire::Outcomes> RawSocket::receive_frame();
template std::optional<wire::GoAway> RawSocket::receive_frame();
template std::optional<wire::Pong> RawSocket::receive_frame();

}  // namespace holdfast::net::testing
