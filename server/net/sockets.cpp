#include "server/net/sockets.hpp"

#include <boost/asio/post.hpp>

#include "server/net/limits.hpp"

namespace holdfast::net {
namespace {

using services::ConnectionId;

/// The hub learns of a queue when it has changed by so much, or is empty again: not at each frame.
constexpr std::size_t queue_step_bytes = 64 * 1024;

}  // namespace

Sockets::Sockets(boost::asio::any_io_executor executor,
                 services::Hub& hub,
                 const Environment& environment,
                 NetCounters& counters,
                 const Log& log)
    : executor_(executor),
      hub_(hub),
      environment_(environment),
      counters_(counters),
      log_(log),
      emptied_(executor) {}

ConnectionId Sockets::open(SocketQueue& queue) {
    const ConnectionId id = hub_.open();
    queues_.emplace(id, &queue);
    schedule();
    return id;
}

void Sockets::received(ConnectionId id, std::string_view bytes) {
    hub_.received(id, bytes);
    schedule();
}

void Sockets::written(ConnectionId id) {
    const auto found = queues_.find(id);
    if (found == queues_.end() || found->second->frames.empty()) {
        return;
    }
    SocketQueue& queue = *found->second;
    const std::size_t bytes = queue.frames.front().bytes->size();
    counters_.frame_time.add(environment_.stopwatch_us() - queue.frames.front().queued_us);
    queue.frames.pop_front();
    queue.bytes -= bytes;
    counters_.socket_queue_bytes -= bytes;
    tell_queued(id, queue);
}

void Sockets::heard_out(ConnectionId id) {
    const auto found = queues_.find(id);
    if (found == queues_.end() || found->second->closing) {
        return;
    }
    SocketQueue& queue = *found->second;
    counters_.socket_queue_bytes -= queue.bytes;
    queue.bytes = 0;
    queue.frames.clear();
    begin_farewell(id, queue);
    hub_.closed(id);
    schedule();
}

void Sockets::closed(ConnectionId id) {
    heard_out(id);
    const auto found = queues_.find(id);
    if (found == queues_.end()) {
        return;
    }
    counters_.socket_queue_bytes -= found->second->bytes;
    queues_.erase(found);
    if (queues_.empty()) {
        emptied_.raise();
    }
}

void Sockets::begin_farewell(ConnectionId id, SocketQueue& queue) {
    queue.closing = true;
    leaving_.push_back({id, environment_.now() + limits::socket_farewell_time_max});
}

/// At the latest with the next tick, which schedules a turn.
void Sockets::cut_late() {
    while (!leaving_.empty() && leaving_.front().cut_at <= environment_.now()) {
        if (const auto found = queues_.find(leaving_.front().id); found != queues_.end()) {
            ++counters_.sockets_cut;
            found->second->cut();
        }
        leaving_.pop_front();
    }
}

void Sockets::schedule() {
    if (scheduled_) {
        return;
    }
    scheduled_ = true;
    // Behind everything that is ready now: frames of many sockets become one batch.
    boost::asio::post(executor_, [this] { turn(); });
}

void Sockets::turn() {
    scheduled_ = false;
    if (hub_.has_pending()) {
        hub_.run_pending();
    }
    deliver();
    cut_late();
    if (after_turn_) {
        after_turn_();
    }
    if (hub_.has_pending()) {
        schedule();  // others first
    }
}

void Sockets::deliver() {
    for (;;) {
        std::vector<services::Command> commands = hub_.poll();
        if (commands.empty()) {
            return;
        }
        touched_.clear();
        for (services::Command& command : commands) {
            carry_out(command);
        }
        for (const ConnectionId id : touched_) {
            if (const auto found = queues_.find(id); found != queues_.end()) {
                tell_queued(id, *found->second);
            }
        }
    }
}

void Sockets::carry_out(services::Command& command) {
    const auto found = queues_.find(command.connection);
    if (found == queues_.end() || found->second->closing) {
        return;
    }
    SocketQueue& queue = *found->second;
    if (!command.bytes) {
        begin_farewell(command.connection, queue);
        queue.close_code = command.code;
        log_.write(Log::Level::info,
                   "socket_closing",
                   {{"connection", static_cast<std::int64_t>(command.connection)},
                    {"code", error_name(command.code)},
                    {"detail", command.detail}});
        queue.write();
    } else {
        queue.bytes += command.bytes->size();
        counters_.socket_queue_bytes += command.bytes->size();
        queue.frames.push_back({std::move(command.bytes), environment_.stopwatch_us()});
        touched_.push_back(command.connection);
        if (queue.bytes > limits::socket_queue_bytes_max) {
            ++counters_.sockets_cut;
            queue.cut();
        }
        queue.write();
    }
}

void Sockets::tell_queued(ConnectionId id, SocketQueue& queue) {
    const std::size_t difference = queue.bytes > queue.told_bytes ? queue.bytes - queue.told_bytes
                                                                  : queue.told_bytes - queue.bytes;
    const bool is_news =
        difference >= queue_step_bytes || (queue.bytes == 0 && queue.told_bytes != 0);
    if (!is_news || queue.closing) {
        return;
    }
    queue.told_bytes = queue.bytes;
    hub_.queued(id, queue.bytes);
    schedule();
}

}  // namespace holdfast::net
