#include "bench/echo.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "bench/stage.hpp"

namespace holdfast::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Socket = beast::websocket::stream<tcp::socket>;

/// A file that keeps what it is given. It is written over and over in place, as a log of SQLite is.
class Keeper {
public:
    explicit Keeper(const std::filesystem::path& file)
        : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
        keep(std::string(size_max, ' '));
    }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper() { ::close(file_); }

    void keep(std::string_view bytes) {
        if (at_ + bytes.size() > size_max) {
            at_ = 0;
        }
        const auto written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at_));
        if (written != static_cast<ssize_t>(bytes.size()) || ::fdatasync(file_) != 0) {
            give_up("echo: nothing can be kept");
        }
        at_ += bytes.size();
    }

private:
    static constexpr std::size_t size_max = 4 * 1024 * 1024;
    int file_;
    std::size_t at_ = 0;
};

/// Keeps what passes through, if it is to be kept.
void keep(std::optional<Keeper>& keeper, const beast::flat_buffer::const_buffers_type& bytes) {
    if (keeper) {
        keeper->keep({static_cast<const char*>(bytes.data()), bytes.size()});
    }
}

asio::awaitable<void> echo(tcp::acceptor& acceptor,
                           std::size_t count,
                           std::optional<Keeper>& keeper) {
    Socket socket(co_await acceptor.async_accept(asio::use_awaitable));
    socket.next_layer().set_option(tcp::no_delay(true));
    socket.binary(true);
    co_await socket.async_accept(asio::use_awaitable);
    beast::flat_buffer buffer;
    for (std::size_t i = 0; i < count; ++i) {
        co_await socket.async_read(buffer, asio::use_awaitable);
        keep(keeper, buffer.data());
        co_await socket.async_write(buffer.data(), asio::use_awaitable);
        buffer.consume(buffer.size());
    }
}

asio::awaitable<std::vector<double>> measure(asio::io_context& loop,
                                             tcp::endpoint server,
                                             std::size_t count,
                                             std::size_t bytes,
                                             std::optional<Keeper>& keeper) {
    tcp::socket plain(loop);
    co_await plain.async_connect(server, asio::use_awaitable);
    plain.set_option(tcp::no_delay(true));
    Socket socket(std::move(plain));
    socket.binary(true);
    co_await socket.async_handshake("localhost", "/", asio::use_awaitable);
    const std::string message(bytes, 'x');
    beast::flat_buffer buffer;
    std::vector<double> times;
    for (std::size_t i = 0; i < count; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        keep(keeper, asio::buffer(message));
        co_await socket.async_write(asio::buffer(message), asio::use_awaitable);
        co_await socket.async_read(buffer, asio::use_awaitable);
        buffer.consume(buffer.size());
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                .count());
    }
    co_return times;
}

}  // namespace

std::vector<double> echo_round_trips(std::size_t count,
                                     std::size_t bytes,
                                     const std::optional<std::filesystem::path>& folder) {
    std::optional<Keeper> at_server;
    std::optional<Keeper> at_client;
    if (folder) {
        at_server.emplace(*folder / "echo-server");
        at_client.emplace(*folder / "echo-client");
    }
    asio::io_context server_loop;
    asio::io_context client_loop;
    tcp::acceptor acceptor(server_loop, {asio::ip::address_v4::loopback(), 0});
    auto served = asio::co_spawn(server_loop, echo(acceptor, count, at_server), asio::use_future);
    auto times =
        asio::co_spawn(client_loop,
                       measure(client_loop, acceptor.local_endpoint(), count, bytes, at_client),
                       asio::use_future);
    std::thread server([&] { server_loop.run(); });
    client_loop.run();
    server.join();
    return times.get();
}

}  // namespace holdfast::bench
