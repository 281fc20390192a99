#include "bench/echo.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <string>
#include <thread>

namespace holdfast::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Socket = beast::websocket::stream<tcp::socket>;

asio::awaitable<void> echo(tcp::acceptor& acceptor, std::size_t count) {
    Socket socket(co_await acceptor.async_accept(asio::use_awaitable));
    socket.next_layer().set_option(tcp::no_delay(true));
    socket.binary(true);
    co_await socket.async_accept(asio::use_awaitable);
    beast::flat_buffer buffer;
    for (std::size_t i = 0; i < count; ++i) {
        co_await socket.async_read(buffer, asio::use_awaitable);
        co_await socket.async_write(buffer.data(), asio::use_awaitable);
        buffer.consume(buffer.size());
    }
}

asio::awaitable<std::vector<double>> measure(asio::io_context& loop,
                                             tcp::endpoint server,
                                             std::size_t count,
                                             std::size_t bytes) {
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

std::vector<double> echo_round_trips(std::size_t count, std::size_t bytes) {
    asio::io_context server_loop;
    asio::io_context client_loop;
    tcp::acceptor acceptor(server_loop, {asio::ip::address_v4::loopback(), 0});
    auto served = asio::co_spawn(server_loop, echo(acceptor, count), asio::use_future);
    auto times = asio::co_spawn(client_loop,
                                measure(client_loop, acceptor.local_endpoint(), count, bytes),
                                asio::use_future);
    std::thread server([&] { server_loop.run(); });
    client_loop.run();
    server.join();
    return times.get();
}

}  // namespace holdfast::bench
