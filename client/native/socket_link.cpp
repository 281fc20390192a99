#include "client/native/socket_link.hpp"

#include "client/native/limits.hpp"
#include "core/wire/codec.hpp"
#include "platform/net/asio.hpp"
#include "platform/net/signal.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace holdfast::client {
namespace {

constexpr auto as_code = asio::as_tuple(asio::use_awaitable);

}  // namespace

struct SocketLink::Stream {
    explicit Stream(net::Transport transport)
        : socket(std::move(transport)), queue_changed(socket.get_executor()) {}
    websocket::stream<net::Transport, false> socket;
    net::Signal queue_changed;
};

SocketLink::SocketLink(std::shared_ptr<const Route> route, Events events)
    : route_(std::move(route)), events_(std::move(events)) {}

SocketLink::~SocketLink() = default;

void SocketLink::open(const std::shared_ptr<SocketLink>& link, net::TaskGroup& tasks) {
    tasks.spawn("socket", run(link));
}

void SocketLink::send(const std::shared_ptr<SocketLink>& link, std::string bytes) {
    link->queued_bytes_ += bytes.size();
    link->queue_.push_back(std::move(bytes));
    if (link->queued_bytes_ > limits::socket_queue_bytes_max && link->stream_) {
        link->stream_->socket.next_layer().cut();  // its reader tells that it is closed
    }
    write_next(link);
}

void SocketLink::close() {
    closing_ = true;
    wake();
}

void SocketLink::cut() {
    silent_ = true;
    closing_ = true;
    open_ = false;
    if (stream_) {
        stream_->socket.next_layer().cut();
    }
    wake();
}

void SocketLink::wake() {
    if (stream_) {
        stream_->queue_changed.raise();
    }
}

asio::awaitable<bool> SocketLink::connect(std::shared_ptr<SocketLink> link) {
    auto transport = co_await dial(link->route_);
    if (!transport || link->closing_) {
        co_return false;
    }
    transport->next_layer().expires_never();  // from here on the WebSocket has its own
    link->stream_ = std::make_unique<Stream>(std::move(*transport));
    auto& socket = link->stream_->socket;
    websocket::stream_base::timeout times{};
    times.handshake_timeout = limits::connect_time_max;
    times.idle_timeout = websocket::stream_base::none();  // the engine pings
    socket.set_option(times);
    socket.set_option(websocket::stream_base::decorator(
        [agent = link->route_->user_agent](websocket::request_type& request) {
            request.set(beast::http::field::user_agent, agent);
        }));
    socket.read_message_max(wire::limits::frame_bytes_max + 1024);
    socket.auto_fragment(false);
    socket.binary(true);
    const auto [error] = co_await socket.async_handshake(
        link->route_->address.authority(), "/sync/v1/socket", as_code);
    co_return !error && !link->closing_;
}

asio::awaitable<void> SocketLink::read(std::shared_ptr<SocketLink> link) {
    beast::flat_buffer buffer;
    for (;;) {
        const auto [error, size] = co_await link->stream_->socket.async_read(buffer, as_code);
        if (error || link->silent_) {
            break;
        }
        link->events_.received({static_cast<const char*>(buffer.data().data()), size});
        buffer.clear();
    }
    link->closing_ = true;
    link->open_ = false;
    link->wake();
}

/// Begins with the first frame where no other is being written. Not a coroutine: the system has the
/// frame when this returns, before the caller goes on to draw its screen.
void SocketLink::write_next(const std::shared_ptr<SocketLink>& link) {
    if (!link->open_ || link->writing_ || link->queue_.empty()) {
        return;
    }
    link->writing_ = true;
    link->stream_->socket.async_write(asio::buffer(link->queue_.front()),
                                      [link](boost::system::error_code error, std::size_t) {
                                          link->written(error.failed());
                                          write_next(link);
                                      });
}

void SocketLink::written(bool failed) {
    writing_ = false;
    if (failed || silent_) {
        open_ = false;
        closing_ = true;
    } else {
        queued_bytes_ -= queue_.front().size();
        queue_.pop_front();
    }
    if (closing_) {
        wake();
    }
}

/// Says goodbye, when there is nothing left to write.
asio::awaitable<void> SocketLink::finish(std::shared_ptr<SocketLink> link) {
    auto& socket = link->stream_->socket;
    while (link->writing_ || !link->closing_ || (link->open_ && !link->queue_.empty())) {
        co_await link->stream_->queue_changed.wait();
    }
    link->open_ = false;
    if (socket.is_open()) {
        websocket::stream_base::timeout times{};
        times.handshake_timeout = limits::close_time_max;
        times.idle_timeout = websocket::stream_base::none();
        socket.set_option(times);
        co_await socket.async_close(websocket::close_code::normal, as_code);
    }
    socket.next_layer().cut();
}

asio::awaitable<void> SocketLink::run(std::shared_ptr<SocketLink> link) {
    using namespace asio::experimental::awaitable_operators;
    if (co_await connect(link)) {
        link->open_ = true;
        link->events_.opened();
        write_next(link);
        co_await (read(link) && finish(link));
    }
    if (link->stream_) {
        link->stream_->socket.next_layer().cut();
    }
    if (!link->silent_) {
        link->silent_ = true;
        link->events_.closed();
    }
}

}  // namespace holdfast::client
