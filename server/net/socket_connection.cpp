#include "server/net/socket_connection.hpp"

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

/// Lives in the coroutine that serves the socket.
struct Socket {
    Socket(Shell& of, Transport transport)
        : shell(of), stream(std::move(transport)), queue(stream.get_executor()) {}
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
    bool writing = false;  ///< the first frame of the queue
    bool broken = false;   ///< a write has failed: no other is begun
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
    beast::flat_buffer buffer;
    while (!socket.queue.closing) {
        const auto [error, size] = co_await socket.stream.async_read(buffer, as_code);
        if (error || socket.queue.closing) {
            break;
        }
        if (!socket.stream.got_binary()) {
            socket.queue.close_code = ErrorCode::request_malformed;
            break;
        }
        socket.shell.sockets.received(socket.id,
                                      {static_cast<const char*>(buffer.data().data()), size});
        buffer.clear();
    }
    // Whoever closed: no more commands come for this socket, and the writer ends.
    if (!socket.queue.closing) {
        socket.shell.sockets.closed(socket.id);
        socket.queue.closing = true;
        socket.queue.frames.clear();
    }
    socket.queue.changed.raise();
}

/// Not a coroutine: with thousands who get the same page, waking one for each costs more than the
/// page does. finish() keeps the socket until the last frame has been written.
void write_next(Socket& socket) {
    if (socket.writing || socket.broken || socket.queue.frames.empty()) {
        return;
    }
    socket.writing = true;
    const sync::SharedBytes bytes = socket.queue.frames.front().bytes;
    const auto buffer = asio::buffer(*bytes);
    socket.stream.async_write(buffer,
                              [&socket, bytes](boost::system::error_code error, std::size_t) {
                                  socket.writing = false;
                                  socket.broken = error.failed();
                                  if (!socket.broken) {
                                      socket.shell.sockets.written(socket.id);
                                      write_next(socket);
                                  }
                                  if (socket.queue.closing || socket.broken) {
                                      socket.queue.changed.raise();
                                  }
                              });
}

bool is_finished(const Socket& socket) {
    return !socket.writing &&
           (socket.broken || (socket.queue.closing && socket.queue.frames.empty()));
}

/// Says goodbye, when there is nothing left to write.
asio::awaitable<void> finish(Socket& socket) {
    while (!is_finished(socket)) {
        co_await socket.queue.changed.wait();
    }
    socket.broken = true;
    if (socket.stream.is_open()) {
        websocket::stream_base::timeout times{};
        times.handshake_timeout = limits::socket_close_time_max;
        times.idle_timeout = websocket::stream_base::none();
        socket.stream.set_option(times);
        co_await socket.stream.async_close(reason_of(socket.queue.close_code), as_code);
    }
    socket.stream.next_layer().cut();
}

}  // namespace

asio::awaitable<void> serve_socket(Shell& shell,
                                   Transport transport,
                                   HttpRequest upgrade,
                                   std::string address) {
    using namespace asio::experimental::awaitable_operators;
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
    socket.id = shell.sockets.open(socket.queue);
    shell.log.write(Log::Level::debug,
                    "socket_opened",
                    {{"connection", static_cast<std::int64_t>(socket.id)}, {"address", address}});
    co_await (read(socket) && finish(socket));
    shell.log.write(
        Log::Level::debug, "socket_closed", {{"connection", static_cast<std::int64_t>(socket.id)}});
}

}  // namespace holdfast::net
