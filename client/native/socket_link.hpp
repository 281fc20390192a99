#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/native/dial.hpp"
#include "platform/net/task_group.hpp"

namespace holdfast::client {

/// One WebSocket to /sync/v1/socket, from the connecting to the close. A new one for each
/// connection.
///
/// Owners of the shared pointer: the client, the link's two coroutines and the frame being written.
/// cut() keeps them from calling back, so that they may end after the client.
class SocketLink {
public:
    struct Events {
        std::function<void()> opened;
        std::function<void(std::string_view bytes)> received;
        std::function<void()> closed;  ///< once, and nothing after it
    };

    SocketLink(std::shared_ptr<const Route> route, Events events);
    ~SocketLink();
    SocketLink(const SocketLink&) = delete;
    SocketLink& operator=(const SocketLink&) = delete;

    static void open(const std::shared_ptr<SocketLink>& link, net::TaskGroup& tasks);
    /// The frame goes out at once, or behind those that are on their way.
    static void send(const std::shared_ptr<SocketLink>& link, std::string bytes);
    /// Says goodbye when everything has been sent.
    void close();
    /// Ends at once, without a further event.
    void cut();

private:
    struct Stream;

    [[nodiscard]] static boost::asio::awaitable<void> run(std::shared_ptr<SocketLink> link);
    [[nodiscard]] static boost::asio::awaitable<bool> connect(std::shared_ptr<SocketLink> link);
    [[nodiscard]] static boost::asio::awaitable<void> read(std::shared_ptr<SocketLink> link);
    [[nodiscard]] static boost::asio::awaitable<void> finish(std::shared_ptr<SocketLink> link);
    static void write_next(const std::shared_ptr<SocketLink>& link);
    void written(bool failed);
    void wake();

    // constant after construction
    std::shared_ptr<const Route> route_;
    Events events_;
    // changing
    bool silent_ = false;  ///< nothing is told any more: cut, or the last event was told
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    bool open_ = false;     ///< frames may be written
    bool writing_ = false;  ///< the first of the queue
    bool closing_ = false;
    std::unique_ptr<Stream> stream_;  ///< null until the connection stands
};

}  // namespace holdfast::client
