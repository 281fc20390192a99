#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>
#include <variant>

#include "platform/net/tls_stream.hpp"

namespace holdfast::net {

/// A TCP connection with or without TLS, as one type: what reads and writes through it is compiled
/// once. Its deadline is that of the TCP stream: `transport.next_layer().expires_after(…)`.
class Transport {
public:
    using Tcp = boost::beast::tcp_stream;
    using Tls = TlsStream;
    using executor_type = Tcp::executor_type;

    explicit Transport(Tcp tcp)
        : stream_(std::make_unique<Stream>(std::in_place_type<Tcp>, std::move(tcp))) {}
    Transport(Tcp tcp, boost::asio::ssl::context& context)
        : stream_(std::make_unique<Stream>(std::in_place_type<Tls>, std::move(tcp), context)) {}

    /// Null without TLS.
    [[nodiscard]] Tls* tls() { return std::get_if<Tls>(stream_.get()); }
    [[nodiscard]] Tcp& next_layer() {
        Tls* secured = tls();
        return secured != nullptr ? secured->next_layer() : *std::get_if<Tcp>(stream_.get());
    }
    [[nodiscard]] const Tcp& next_layer() const {
        return const_cast<Transport*>(this)->next_layer();
    }
    [[nodiscard]] executor_type get_executor() { return next_layer().get_executor(); }

    /// Says that nothing more comes, and was not cut off. What comes may still be read.
    void end_sending() {
        if (Tls* secured = tls()) {
            secured->say_goodbye();
        }
        boost::system::error_code ignored;
        next_layer().socket().shutdown(Tcp::socket_type::shutdown_send, ignored);
    }

    /// Ends everything that waits on the connection, at once.
    void cut() {
        boost::system::error_code ignored;
        next_layer().socket().close(ignored);
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (Tls* secured = tls()) {
            return secured->async_read_some(buffers, std::forward<Token>(token));
        }
        return next_layer().async_read_some(buffers, std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (Tls* secured = tls()) {
            return secured->async_write_some(buffers, std::forward<Token>(token));
        }
        return next_layer().async_write_some(buffers, std::forward<Token>(token));
    }

    // A WebSocket has said goodbye in its own frames: TLS's goodbye would add a round trip and
    // nothing else.
    friend void teardown(boost::beast::role_type role,
                         Transport& transport,
                         boost::system::error_code& error) {
        boost::beast::websocket::teardown(role, transport.next_layer().socket(), error);
    }
    template <class Handler>
    friend void async_teardown(boost::beast::role_type role,
                               Transport& transport,
                               Handler&& handler) {
        boost::beast::websocket::async_teardown(
            role, transport.next_layer().socket(), std::forward<Handler>(handler));
    }

private:
    using Stream = std::variant<Tcp, Tls>;

    /// On the heap: a stream of Beast that was moved from keeps half a kilobyte, and a transport
    /// goes through several hands. Null in one that was moved from.
    std::unique_ptr<Stream> stream_;
};

}  // namespace holdfast::net
