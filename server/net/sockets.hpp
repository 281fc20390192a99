#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/net/signal.hpp"
#include "server/net/counters.hpp"
#include "server/net/log.hpp"
#include "server/services/hub.hpp"

namespace holdfast::net {

/// What waits to be written to one WebSocket. The bytes are shared with every other receiver.
/// `write` and `cut` are there from open() on.
struct SocketQueue {
    struct Frame {
        sync::SharedBytes bytes;
        std::int64_t queued_us = 0;  ///< by the stopwatch
    };
    std::list<Frame> frames;  ///< not a deque: an empty one holds 600 bytes
    std::size_t bytes = 0;
    std::size_t told_bytes = 0;  ///< what the hub was told last
    bool closing = false;        ///< nothing more comes: write what is there, then say goodbye
    ErrorCode close_code{};
    std::function<void()> write;  ///< goes on where nothing is being written
    std::function<void()> cut;    ///< ends the connection at once
};

/// The loop between the hub and the sockets: what came in goes to the hub, the hub runs once for
/// all that was read in one turn of the loop (so that their intents share a transaction), and what
/// it says is put into the sockets' queues.
class Sockets {
public:
    Sockets(boost::asio::any_io_executor executor,
            services::Hub& hub,
            const Environment& environment,
            NetCounters& counters,
            const Log& log);

    /// `queue` lives until closed().
    [[nodiscard]] services::ConnectionId open(SocketQueue& queue);
    void received(services::ConnectionId id, std::string_view bytes);
    /// The first frame of the queue has been written.
    void written(services::ConnectionId id);
    /// Nothing more is read: no more commands come. What is being written has as long as behind a
    /// close of the hub's, a peer may take nothing.
    void heard_out(services::ConnectionId id);
    void closed(services::ConnectionId id);

    /// Lets the hub run soon: after a tick, or after something that may have ended sessions.
    void schedule();
    /// Called whenever the hub has had its turn: it may have asked for something else than frames.
    void after_turn(std::function<void()> call) { after_turn_ = std::move(call); }
    [[nodiscard]] std::size_t size() const { return queues_.size(); }
    /// Raised when the last socket has gone.
    [[nodiscard]] Signal& emptied() { return emptied_; }

private:
    /// A socket whose conversation is over, and when its connection is cut. Not a timer of its own:
    /// one that is idle would carry it too.
    struct Leaving {
        services::ConnectionId id;
        Instant cut_at;
    };

    void turn();
    void deliver();
    void carry_out(services::Command& command);
    void begin_farewell(services::ConnectionId id, SocketQueue& queue);
    void cut_late();
    void tell_queued(services::ConnectionId id, SocketQueue& queue);

    boost::asio::any_io_executor executor_;
    services::Hub& hub_;
    const Environment& environment_;
    NetCounters& counters_;
    const Log& log_;
    std::unordered_map<services::ConnectionId, SocketQueue*> queues_;
    std::vector<services::ConnectionId> touched_;  ///< by the commands that are carried out now
    std::deque<Leaving> leaving_;  ///< in the order of their time; some have gone already
    std::function<void()> after_turn_;
    bool scheduled_ = false;
    Signal emptied_;
};

}  // namespace holdfast::net
