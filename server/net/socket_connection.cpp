#include "server/net/socket_connection.hpp"

#include <array>
#include <tuple>

#include "core/wire/codec.hpp"
#include "platform/net/asio.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace holdfast::net {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);
using Stream = websocket::stream<Transport, false>;

/// What comes on a quiet connection; longer messages get memory of their own while they are read.
constexpr std::size_t short_message_bytes = 512;

/// Lives in the coroutine that serves the socket, until its writer has gone.
struct Socket {
    enum class Writer { idle, writing, leaving, gone };  // writing: the first frame of the queue

    Socket(Shell& of, Transport transport)
        : shell(of), stream(std::move(transport)), has_gone(stream.get_executor()) {}
    ~Socket() {
        if (id != 0) {
            shell.sockets.closed(id);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    Shell& shell;
    Stream stream;
    SocketQueue queue;
    services::ConnectionId id = 0;
    Writer writer = Writer::idle;
    Signal has_gone;
};

websocket::close_reason reason_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::none:
            return {websocket::close_code::normal, ""};
        case ErrorCode::server_draining:
        case ErrorCode::server_busy:
            return {websocket::close_code::try_again_later, error_name(code)};
        case ErrorCode::request_too_large:
            return {websocket::close_code::too_big, error_name(code)};
        default:
            return {websocket::close_code::policy_error, error_name(code)};
    }
}

void configure(Stream& stream, bool https_only) {
    websocket::stream_base::timeout times{};
    times.handshake_timeout = limits::socket_handshake_time_max;
    times.idle_timeout = websocket::stream_base::none();  // the session watches for silence
    stream.set_option(times);
    stream.set_option(
        websocket::stream_base::decorator([https_only](websocket::response_type& response) {
            for (const auto& [name, value] : common_headers(https_only)) {
                response.set(name, value);
            }
        }));
    stream.read_message_max(wire::limits::frame_bytes_max);
    stream.auto_fragment(false);
    stream.binary(true);
}

asio::awaitable<void> read(Socket& socket) {
    std::array<char, short_message_bytes> start;
    while (!socket.queue.closing) {
        auto [error, size] = co_await socket.stream.async_read_some(asio::buffer(start), as_code);
        std::string_view message{start.data(), size};
        beast::flat_buffer whole;
        if (!error && !socket.stream.is_message_done()) {
            whole.commit(asio::buffer_copy(whole.prepare(size), asio::buffer(start)));
            std::tie(error, size) = co_await socket.stream.async_read(whole, as_code);
            message = {static_cast<const char*>(whole.data().data()), whole.size()};
        }
        if (error || socket.queue.closing) {
            break;
        }
        if (!socket.stream.got_binary()) {
            socket.queue.close_code = ErrorCode::request_malformed;
            break;
        }
        socket.shell.sockets.received(socket.id, message);
    }
    socket.shell.sockets.heard_out(socket.id);
}

void go(Socket& socket) {
    socket.stream.next_layer().cut();
    socket.writer = Socket::Writer::gone;
    socket.has_gone.raise();
}

/// Its own time begins when Beast can write it: behind a pong that nobody takes it never does, and
/// Sockets cuts the connection.
void say_goodbye(Socket& socket) {
    socket.writer = Socket::Writer::leaving;
    if (!socket.stream.is_open()) {
        return go(socket);
    }
    websocket::stream_base::timeout times{};
    times.handshake_timeout = limits::socket_close_time_max;
    times.idle_timeout = websocket::stream_base::none();
    socket.stream.set_option(times);
    socket.stream.async_close(reason_of(socket.queue.close_code),
                              [&socket](boost::system::error_code) { go(socket); });
}

/// Goes on where nothing is being written: with the first frame, or the goodbye behind the last.
/// Not a coroutine: with thousands who get the same page, waking one for each costs more than the
/// page does, and one that sleeps costs each of them memory.
void write_next(Socket& socket) {
    if (socket.writer != Socket::Writer::idle) {
        return;
    }
    if (socket.queue.frames.empty()) {
        if (socket.queue.closing) {
            say_goodbye(socket);
        }
        return;
    }
    socket.writer = Socket::Writer::writing;
    const sync::SharedBytes bytes = socket.queue.frames.front().bytes;
    const auto buffer = asio::buffer(*bytes);
    socket.stream.async_write(buffer,
                              [&socket, bytes](boost::system::error_code error, std::size_t) {
                                  if (error) {
                                      return say_goodbye(socket);
                                  }
                                  socket.writer = Socket::Writer::idle;
                                  socket.shell.sockets.written(socket.id);
                                  write_next(socket);
                              });
}

/// Waits until what is left has been written, and the goodbye.
asio::awaitable<void> finish(Socket& socket) {
    write_next(socket);
    while (socket.writer != Socket::Writer::gone) {
        co_await socket.has_gone.wait();
    }
}

}  // namespace

asio::awaitable<void> serve_socket(Shell& shell,
                                   Transport transport,
                                   HttpRequest upgrade,
                                   std::string address) {
    // What was begun refers to the socket, and is waited for even if this is cancelled.
    co_await asio::this_coro::throw_if_cancelled(false);
    Socket socket(shell, std::move(transport));
    socket.queue.cut = [&socket] { socket.stream.next_layer().cut(); };
    socket.queue.write = [&socket] { write_next(socket); };
    const CutGuard guard(shell, socket.queue.cut);
    socket.stream.next_layer()
        .next_layer()
        .expires_never();  // from here on the WebSocket has its own
    configure(socket.stream, shell.https_only);
    const auto [error] = co_await socket.stream.async_accept(upgrade, as_code);
    if (error) {
        co_return;
    }
    upgrade = {};  // nobody asks for it again
    socket.id = shell.sockets.open(socket.queue);
    shell.log.write(Log::Level::debug,
                    "socket_opened",
                    {{"connection", static_cast<std::int64_t>(socket.id)}, {"address", address}});
    co_await read(socket);
    co_await finish(socket);
    shell.log.write(
        Log::Level::debug, "socket_closed", {{"connection", static_cast<std::int64_t>(socket.id)}});
}

}  // namespace holdfast::net
