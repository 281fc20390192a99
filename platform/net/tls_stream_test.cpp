#include "platform/net/tls_stream.hpp"

#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <random>

#include "platform/net/asio.hpp"
#include "platform/net/task_group.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Role = asio::ssl::stream_base;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
using Error = boost::system::error_code;

/// A server's context, for `name`; and a client's that trusts it.
struct Contexts {
    explicit Contexts(const std::string& name) {
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, X509_VERSION_3);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_EXTENSION* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
        SSL_CTX_use_certificate(server.native_handle(), certificate);
        SSL_CTX_use_PrivateKey(server.native_handle(), key);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(client.native_handle()), certificate);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    asio::ssl::context server{asio::ssl::context::tls_server};
    asio::ssl::context client{asio::ssl::context::tls_client};
};

class TlsStreamTest : public testing::Test {
protected:
    using Tcp = TlsStream::next_layer_type;

    /// Two ends of one connection.
    std::pair<Tcp, Tcp> connect() {
        tcp::acceptor acceptor(loop_, {asio::ip::address_v4::loopback(), 0});
        tcp::socket near(loop_);
        near.connect(acceptor.local_endpoint());
        tcp::socket far = acceptor.accept();
        near.set_option(tcp::no_delay(true));
        far.set_option(tcp::no_delay(true));
        return {Tcp(std::move(near)), Tcp(std::move(far))};
    }

    /// Both ends of one, after the handshake.
    void connect_safely() {
        auto [near, far] = connect();
        client_.emplace(std::move(near), contexts_.client);
        server_.emplace(std::move(far), contexts_.server);
        int stand = 0;
        const auto count = [&](Error error) { stand += error ? 0 : 1; };
        client_->async_handshake(Role::client, count);
        server_->async_handshake(Role::server, count);
        run_until([&] { return stand == 2; });
    }

    template <class Holds>
    void run_until(const Holds& holds) {
        loop_.restart();
        while (!holds()) {
            ASSERT_GT(loop_.run_one(), 0U) << "nothing more happens";
        }
    }

    Error read_error(TlsStream& stream) {
        std::optional<Error> result;
        char byte = 0;
        stream.async_read_some(asio::buffer(&byte, 1),
                               [&](Error error, std::size_t) { result = error; });
        run_until([&] { return result.has_value(); });
        return result.value_or(Error{});
    }

    asio::io_context loop_;
    Contexts contexts_{"DNS:server.example,IP:127.0.0.1"};
    std::optional<TlsStream> client_;
    std::optional<TlsStream> server_;
};

std::string random_bytes(std::mt19937& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random());
    }
    return bytes;
}

/// Small pieces, and now and then one that fills several records.
std::size_t random_size(std::mt19937& random) {
    return random() % 8 == 0 ? 1 + random() % 60'000 : 1 + random() % 700;
}

/// Carries bytes in pieces of any size, as a network does.
asio::awaitable<void> carry(tcp::socket& from, tcp::socket& to, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<char> bytes(20'000);
    for (;;) {
        const auto room = asio::buffer(bytes.data(), 1 + random() % (random() % 2 ? 40 : 20'000));
        const auto [error, size] = co_await from.async_read_some(room, as_code);
        if (error) {
            break;
        }
        co_await asio::async_write(to, asio::buffer(bytes.data(), size), as_code);
    }
    Error ignored;
    to.shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> send_all(TlsStream& stream, const std::string& text, std::uint32_t seed) {
    std::mt19937 random(seed);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = std::min(text.size() - at, random_size(random));
        const std::size_t head = std::min<std::size_t>(size, random() % 20);
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(text.data() + at, head),
            asio::buffer(text.data() + at + head, size - head)};
        const auto [error, sent] = co_await asio::async_write(stream, buffers, as_code);
        EXPECT_FALSE(error) << error.message();
        at += size;
        if (at < text.size() && random() % 16 == 0) {  // with the next write
            SSL_key_update(stream.native_handle(), SSL_KEY_UPDATE_REQUESTED);
        }
    }
    stream.say_goodbye();
    co_await stream.async_write_some(asio::const_buffer(), as_code);  // what was not taken of it
}

asio::awaitable<void> receive_all(TlsStream& stream, std::string& text, Error& end, int seed) {
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    std::vector<char> bytes(60'000);
    for (;;) {
        const auto room = asio::buffer(bytes.data(), random_size(random));
        const auto [error, size] = co_await stream.async_read_some(room, as_code);
        text.append(bytes.data(), size);
        if (error) {
            end = error;
            co_return;
        }
    }
}

asio::awaitable<void> shake_hands(TlsStream& stream, Role::handshake_type role, Error& result) {
    const auto [error] = co_await stream.async_handshake(role, as_code);
    result = error;
}

/// A conversation both ways at once through a network that cuts anywhere.
void converse(std::uint32_t seed,
              Contexts& contexts,
              std::array<Error, 2>& ends,
              std::array<std::string, 2>& said,
              std::array<std::string, 2>& heard) {
    asio::io_context loop;
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    std::array<tcp::socket, 2> near{tcp::socket(loop), tcp::socket(loop)};
    std::array<tcp::socket, 2> far{tcp::socket(loop), tcp::socket(loop)};
    for (std::size_t i = 0; i < 2; ++i) {
        near[i].connect(acceptor.local_endpoint());
        far[i] = acceptor.accept();
        near[i].set_option(tcp::no_delay(true));
        near[i].set_option(asio::socket_base::send_buffer_size(4096));
    }
    TlsStream client(TlsStream::next_layer_type(std::move(near[0])), contexts.client);
    TlsStream server(TlsStream::next_layer_type(std::move(near[1])), contexts.server);
    TaskGroup tasks(loop.get_executor(), [](std::string_view task, std::string_view what) {
        ADD_FAILURE() << task << ": " << what;
    });
    tasks.spawn("carry", carry(far[0], far[1], seed));
    tasks.spawn("carry", carry(far[1], far[0], seed + 1));
    const auto talk =
        [&](TlsStream& stream, Role::handshake_type role, std::size_t i) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        Error refused;
        co_await shake_hands(stream, role, refused);
        EXPECT_FALSE(refused) << refused.message();
        co_await (send_all(stream, said[i], seed + 2) &&
                  receive_all(stream, heard[i], ends[i], static_cast<int>(seed) + 3));
        stream.next_layer().socket().shutdown(tcp::socket::shutdown_send);  // ends the network
    };
    tasks.spawn("client", talk(client, Role::client, 0));
    tasks.spawn("server", talk(server, Role::server, 1));
    loop.run();
}

TEST_F(TlsStreamTest, carries_bytes_both_ways_through_a_network_that_cuts_anywhere) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        std::mt19937 random(seed);
        const std::array<std::string, 2> said{random_bytes(random, random() % 200'000),
                                              random_bytes(random, random() % 200'000)};
        std::array<std::string, 2> to_say = said;
        std::array<std::string, 2> heard;
        std::array<Error, 2> ends;
        converse(seed, contexts_, ends, to_say, heard);
        EXPECT_TRUE(heard[0] == said[1] && heard[1] == said[0]) << "seed " << seed;
        EXPECT_EQ(ends[0], asio::error::eof) << ends[0].message() << ", seed " << seed;
        EXPECT_EQ(ends[1], asio::error::eof) << ends[1].message() << ", seed " << seed;
    }
}

TEST_F(TlsStreamTest, tells_a_goodbye_from_a_cut) {
    connect_safely();
    server_->say_goodbye();
    EXPECT_EQ(read_error(*client_), asio::error::eof);
    connect_safely();
    server_->next_layer().socket().close();
    EXPECT_EQ(read_error(*client_), asio::ssl::error::stream_truncated);
    EXPECT_EQ(read_error(*server_), asio::error::bad_descriptor) << "its own end is closed";
}

TEST_F(TlsStreamTest, takes_only_a_certificate_that_is_trusted_and_of_that_name) {
    Contexts stranger("DNS:server.example");
    struct Case {
        const char* host;
        asio::ssl::context& trust;
        bool good;
    };
    for (const Case& each : {Case{"server.example", contexts_.client, true},
                             Case{"127.0.0.1", contexts_.client, true},
                             Case{"other.example", contexts_.client, false},
                             Case{"127.0.0.2", contexts_.client, false},
                             Case{"server.example", stranger.client, false}}) {
        auto [near, far] = connect();
        TlsStream client(std::move(near), each.trust);
        TlsStream server(std::move(far), contexts_.server);
        ASSERT_TRUE(client.require_peer(each.host));
        std::optional<Error> result;
        server.async_handshake(Role::server, [](Error) {});
        client.async_handshake(Role::client, [&](Error error) { result = error; });
        run_until([&] { return result.has_value(); });
        EXPECT_EQ(!*result, each.good) << each.host << ": " << result->message();
        client.next_layer().close();
        server.next_layer().close();
        loop_.restart();
        loop_.run();
    }
}

TEST_F(TlsStreamTest, refuses_what_is_not_TLS) {
    std::mt19937 random(7);
    // What a server would hear of a client, to be spoiled.
    for (int i = 0; i < 200; ++i) {
        auto [near, far] = connect();
        TlsStream server(std::move(far), contexts_.server);
        std::optional<Error> result;
        server.async_handshake(Role::server, [&](Error error) { result = error; });
        std::string bytes = random_bytes(random, random() % 2'000);
        if (i % 2 == 0 && bytes.size() > 9) {
            bytes.replace(0, 6, "\x16\x03\x01\x00\xc8\x01", 6);  // a greeting, as it seems
        }
        asio::write(near.socket(), asio::buffer(bytes));
        near.socket().shutdown(tcp::socket::shutdown_send);
        run_until([&] { return result.has_value(); });
        EXPECT_TRUE(result->failed());
    }
}

TEST_F(TlsStreamTest, waits_for_a_peer_that_does_not_read_until_it_is_cancelled) {
    connect_safely();
    const std::string text(8'000'000, 'x');  // more than the system keeps for a socket
    std::optional<Error> result;
    std::size_t written = 0;
    asio::cancellation_signal signal;
    asio::async_write(*client_,
                      asio::buffer(text),
                      asio::bind_cancellation_slot(signal.slot(), [&](Error error, std::size_t n) {
                          result = error;
                          written = n;
                      }));
    loop_.restart();
    while (loop_.poll() > 0) {
    }
    EXPECT_FALSE(result.has_value());
    signal.emit(asio::cancellation_type::terminal);
    run_until([&] { return result.has_value(); });
    EXPECT_EQ(*result, asio::error::operation_aborted);
    EXPECT_LT(written, text.size());
}

TEST_F(TlsStreamTest, keeps_the_deadline_of_its_connection) {
    connect_safely();
    client_->next_layer().expires_after(std::chrono::milliseconds(1));
    EXPECT_EQ(read_error(*client_), beast::error::timeout);
    auto [near, far] = connect();
    TlsStream server(std::move(far), contexts_.server);
    server.next_layer().expires_after(std::chrono::milliseconds(1));
    std::optional<Error> result;
    server.async_handshake(Role::server, [&](Error error) { result = error; });
    run_until([&] { return result.has_value(); });
    EXPECT_EQ(*result, beast::error::timeout);
}

/// A peer that asks for new keys again and again and reads none of the answers.
TEST(TlsEngine, keeps_no_more_than_its_limit_for_a_socket_that_takes_nothing) {
    Contexts contexts("DNS:server.example");
    std::array<int, 2> sockets{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()), 0);
    TlsEngine client(contexts.client.native_handle());
    TlsEngine server(contexts.server.native_handle());
    const auto move_input = [&](TlsEngine& engine, int socket) {
        const auto room = engine.input();
        const ssize_t got = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
        engine.received(static_cast<std::size_t>(std::max<ssize_t>(got, 0)), false);
    };
    bool stands = false;
    for (int i = 0; i < 50 && !stands; ++i) {
        const auto of_client = client.handshake(sockets[0], Role::client);
        move_input(server, sockets[1]);
        const auto of_server = server.handshake(sockets[1], Role::server);
        move_input(client, sockets[0]);
        stands = !of_client.wants_input && !of_server.wants_input;
    }
    ASSERT_TRUE(stands);
    TlsEngine::Step step;
    std::array<char, 64> into{};
    for (int i = 0; i < 100'000 && !step.error; ++i) {
        SSL_key_update(client.handle(), SSL_KEY_UPDATE_REQUESTED);
        ASSERT_FALSE(client.write(sockets[0], asio::buffer("x", 1)).error);
        move_input(server, sockets[1]);
        step = server.read(sockets[1], asio::buffer(into));
    }
    EXPECT_EQ(step.error, asio::error::no_buffer_space);
    ::close(sockets[0]);
    ::close(sockets[1]);
}

}  // namespace
}  // namespace holdfast::net
