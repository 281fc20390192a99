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

void SocketLink::send(std::string bytes) {
    queued_bytes_ += bytes.size();
    queue_.push_back(std::move(bytes));
    if (queued_bytes_ > limits::socket_queue_bytes_max && stream_) {
        stream_->socket.next_layer().cut();  // its reader tells that it is closed
    }
    wake();
}

void SocketLink::close() {
    closing_ = true;
    wake();
}

void SocketLink::cut() {
    silent_ = true;
    closing_ = true;
    queue_.clear();
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
    link->queue_.clear();
    link->wake();
}

asio::awaitable<void> SocketLink::write(std::shared_ptr<SocketLink> link) {
    auto& socket = link->stream_->socket;
    while (!link->queue_.empty() || !link->closing_) {
        if (link->queue_.empty()) {
            co_await link->stream_->queue_changed.wait();
            continue;
        }
        const std::string bytes = std::move(link->queue_.front());
        link->queue_.pop_front();
        const auto [error, size] = co_await socket.async_write(asio::buffer(bytes), as_code);
        link->queued_bytes_ -= std::min(link->queued_bytes_, bytes.size());
        if (error) {
            break;
        }
    }
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
        link->events_.opened();
        co_await (read(link) && write(link));
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
