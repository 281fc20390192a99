#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/net/asio.hpp"
#include "platform/net/transport.hpp"
#include "server/mail/mail.hpp"

namespace holdfast::mail::testing {

namespace asio = boost::asio;

/// A mail server that answers each command by its first word, and remembers what it has heard. With
/// a context it speaks TLS: from the first byte, or after STARTTLS.
class MailServer {
public:
    explicit MailServer(asio::io_context& loop)
        : acceptor_(loop, {asio::ip::address_v4::loopback(), 0}) {}

    void secure(asio::ssl::context& context, MailTls kind) {
        context_ = &context;
        kind_ = kind;
    }
    [[nodiscard]] std::string port() const {
        return std::to_string(acceptor_.local_endpoint().port());
    }
    asio::awaitable<void> serve() {
        net::Transport::Tcp tcp(co_await acceptor_.async_accept(asio::use_awaitable));
        net::Transport transport(std::move(tcp));
        if (kind_ == MailTls::implicit) {
            co_await handshake(transport);
        }
        std::string line = "220-mail.example\r\n220 ready";
        co_await write(transport, std::move(line));
        std::string buffer;
        bool is_text = false;
        for (;;) {
            const auto [error, length] =
                co_await asio::async_read_until(transport,
                                                asio::dynamic_buffer(buffer),
                                                "\r\n",
                                                asio::as_tuple(asio::use_awaitable));
            if (error) {
                co_return;
            }
            line = buffer.substr(0, length - 2);
            buffer.erase(0, length);
            const std::string word = is_text && line != "." ? "" : line.substr(0, 4);
            heard.push_back(std::move(line));
            if (word.empty()) {
                continue;
            }
            is_text = word == "DATA" && !says.contains(word);
            // Made before it is awaited: GCC 12 destroys what is made in the expression twice.
            std::string reply = is_text ? "354 go on" : "250 ok";
            if (const auto said = says.find(word); said != says.end()) {
                reply = said->second;
            }
            co_await write(transport, std::move(reply));
            if (word == "STAR" && says.at(word).starts_with("220")) {
                co_await handshake(transport);
                secured_after = heard.size();
            }
        }
    }

    std::map<std::string, std::string> says;
    std::vector<std::string> heard;
    std::size_t secured_after = 0;  ///< lines that came in the clear

private:
    asio::awaitable<void> handshake(net::Transport& transport) {
        net::Transport::Tcp tcp = std::move(transport.next_layer());
        transport = net::Transport(std::move(tcp), *context_);
        co_await transport.tls()->async_handshake(asio::ssl::stream_base::server,
                                                  asio::use_awaitable);
    }
    static asio::awaitable<void> write(net::Transport& transport, std::string line) {
        line += "\r\n";
        co_await asio::async_write(transport, asio::buffer(line), asio::use_awaitable);
    }

    asio::ip::tcp::acceptor acceptor_;
    asio::ssl::context* context_ = nullptr;
    MailTls kind_ = MailTls::none;
};

/// What a client with these options is answered by this server.
inline Result<services::OutsideReply> send_to(asio::io_context& loop,
                                              MailServer& server,
                                              MailOptions options,
                                              const services::OutsideRequest& request) {
    std::optional<Result<services::OutsideReply>> reply;
    options.port = server.port();
    asio::co_spawn(loop, server.serve(), [](const std::exception_ptr&) {});
    asio::co_spawn(loop,
                   send_mail(std::move(options), request, WallTime{1'700'000'000'000}),
                   [&](const std::exception_ptr&, Result<services::OutsideReply> got) {
                       reply = std::move(got);
                       loop.stop();
                   });
    loop.restart();
    loop.run();
    return *std::move(reply);
}

}  // namespace holdfast::mail::testing
