// The simulated network: sockets that keep their order and break, requests that do not and get
// lost.

#include <algorithm>
#include <utility>
#include <variant>

#include "sim/world.hpp"

namespace holdfast::sim {
namespace {

/// Where the server's shell cuts a connection that does not take its bytes (docs/internals/
/// sync-protocol.md).
constexpr std::size_t waiting_bytes_max = 4 * 1024 * 1024;

constexpr std::string_view pull_path = "/sync/v1/pull";

/// The expressions of a stage take less than this: long enough to be killed meanwhile.
constexpr Millis evaluation_max{40};

}  // namespace

Millis World::latency() {
    return Millis{random_.between(profile_.latency_min.count, profile_.latency_max.count)};
}

Instant World::arrival(std::size_t device, Instant& free_at) {
    const Instant at = std::max({clock_.now() + latency(), free_at, places_[device].deaf_until});
    free_at = at;
    return at;
}

void World::carry_out(Device& device, client::Output output) {
    std::visit(
        [&](auto&& specific) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(specific)>, client::Post>) {
                carry_out(device, std::forward<decltype(specific)>(specific));
            }
        },
        std::move(output));
}

// ---------------------------------------------------------------------------- sockets

void World::carry_out(Device& device, client::OpenSocket output) {
    const LinkId id = next_link_++;
    links_[id] = Link{.device = device.number(), .life = device.life(), .socket = output.socket};
    places_[device.number()].current = id;
    clock_.at(arrival(device.number(), links_[id].up_free), [this, id] {
        Link& link = links_[id];
        if (!server_.running()) {
            close_at_device(id, latency());
            return;
        }
        link.connection = server_.hub().open();
        by_connection_[link.connection] = id;
        clock_.at(arrival(link.device, link.down_free), [this, id] {
            const Link& opened = links_[id];
            Device& target = *devices_[opened.device];
            if (opened.alive && opened.device_open && opened.life == target.life()) {
                target.input(client::SocketOpened{opened.socket});
            }
        });
        drain_server();
    });
}

void World::carry_out(Device& device, client::SendSocket output) {
    const LinkId id = places_[device.number()].current;
    if (id == 0 || links_[id].socket != output.socket) {
        return;
    }
    if (working_ && random_.chance(profile_.cut_socket)) {
        cut_by_chance(id);
        return;
    }
    Link& link = links_[id];
    clock_.at(arrival(link.device, link.up_free),
              [this, id, bytes = std::move(output.bytes)] { arrive_at_server(id, bytes); });
}

void World::carry_out(Device& device, client::CloseSocket output) {
    const LinkId id = places_[device.number()].current;
    if (id == 0 || links_[id].socket != output.socket) {
        return;
    }
    links_[id].device_open = false;
    cut(id, false, true);
}

void World::arrive_at_server(LinkId id, std::string bytes) {
    const Link& link = links_[id];
    if (!link.alive || link.connection == 0 || !server_.running()) {
        return;
    }
    ledger_.note(clock_.now(), "up", id, bytes);
    server_.hub().received(link.connection, tap_.up(std::move(bytes)));
    drain_server();
}

void World::send_down(LinkId id, sync::SharedBytes bytes) {
    if (working_ && random_.chance(profile_.cut_socket)) {
        cut_by_chance(id);
        return;
    }
    Tap::Down down = tap_.down(id, std::move(bytes));
    if (down.bytes == nullptr) {
        return;
    }
    Link& link = links_[id];
    link.waiting += down.bytes->size();
    if (weight_of(link) > waiting_bytes_max) {
        count("slow peers cut");
        cut(id, true, true);
        return;
    }
    Instant at = arrival(link.device, link.down_free);
    if (working_ && at < places_[link.device].slow_until) {
        at = places_[link.device].slow_until;
        link.down_free = at;
    }
    clock_.at(at, [this, id, sent = std::move(down)] { arrive_at_device(id, sent); });
}

void World::arrive_at_device(LinkId id, const Tap::Down& down) {
    Link& link = links_[id];
    link.waiting -= down.bytes->size();
    Device& device = *devices_[link.device];
    if (link.alive && link.device_open && link.life == device.life()) {
        ledger_.note(clock_.now(), "down", id, *down.bytes);
        device.learn_access(down.lost, down.gained);
        if (down.welcome) {
            device.screens().greet();
        }
        device.input(client::SocketReceived{link.socket, *down.bytes});
        if (!device.running()) {
            device.doubt_losses(down.lost);
        }
    }
    if (server_.running() && links_[id].connection != 0) {
        tell_queued(links_[id]);
        drain_server();
    }
}

/// Bytes that wait for a device, as the server counts them. Once it is quiet they weigh what they
/// are: else the answer to a push could be more than a connection may ever take.
std::size_t World::weight_of(const Link& link) const {
    return link.waiting * (working_ ? profile_.byte_weight : 1);
}

void World::tell_queued(Link& link) {
    if (profile_.slow_peer > 0) {
        server_.hub().queued(link.connection, weight_of(link));
    }
}

void World::cut_by_chance(LinkId link) {
    count("sockets cut");
    cut(link, !random_.chance(profile_.half_open), !random_.chance(profile_.half_open));
}

void World::cut(LinkId id, bool device_notices, bool server_notices) {
    Link& link = links_[id];
    if (!link.alive) {
        return;
    }
    link.alive = false;
    tap_.closed(id);
    if (device_notices) {
        close_at_device(id, latency());
    }
    if (server_notices && link.connection != 0) {
        clock_.after(latency(), [this, id] {
            const Link& gone = links_[id];
            if (gone.connection != 0 && server_.running() &&
                by_connection_.erase(gone.connection) > 0) {
                server_.hub().closed(gone.connection);
                drain_server();
            }
        });
    }
}

void World::close_at_device(LinkId id, Millis after) {
    // Behind what is already on its way down.
    Link& link = links_[id];
    const Instant at = std::max(clock_.now() + after, link.down_free);
    clock_.at(at, [this, id] {
        Link& closed = links_[id];
        Device& device = *devices_[closed.device];
        if (std::exchange(closed.device_open, false) && closed.life == device.life()) {
            closed.alive = false;
            device.input(client::SocketClosed{closed.socket});
        }
    });
}

// ---------------------------------------------------------------------------- requests

void World::carry_out(Device& device, client::HttpRequest output) {
    const std::size_t number = device.number();
    const std::uint64_t life = device.life();
    const std::uint32_t request = output.request;
    const bool lost = working_ && random_.chance(profile_.lose_http);
    const bool answer_lost = lost && random_.chance(500);
    const int times = working_ && random_.chance(profile_.repeat_http) ? 2 : 1;
    count("requests lost", lost ? 1 : 0);
    count("requests repeated", times == 2 ? 1 : 0);
    for (int i = 0; i < times && (!lost || answer_lost); ++i) {
        Instant unordered{};
        clock_.at(arrival(number, unordered), [this, number, life, output, answer_lost] {
            serve_http(number, life, output, answer_lost);
        });
    }
    // The shell gives up; the engine ignores this when the answer came.
    clock_.after(Millis{output.timeout_ms}, [this, number, life, request] {
        if (devices_[number]->life() == life) {
            devices_[number]->input(client::HttpAnswered{request, 0, false, {}});
        }
    });
}

void World::serve_http(std::size_t device,
                       std::uint64_t life,
                       const client::HttpRequest& request,
                       bool answer_lost) {
    Server::HttpReply reply{0, {}};
    if (server_.running() && !endanger(device, request)) {
        ledger_.note(clock_.now(), "request", device, request.body);
        if (request.path == pull_path) {
            tap_.asked(request.body);
        }
        reply = server_.http(request);
        if (server_.disk().dead()) {
            stop_server();
            reply = {0, {}};
        } else {
            drain_server();
        }
    }
    if (answer_lost) {
        return;
    }
    damage(request, reply);
    Instant unordered{};
    clock_.at(arrival(device, unordered),
              [this, device, life, number = request.request, reply = std::move(reply)] {
                  if (devices_[device]->life() == life) {
                      ledger_.note(clock_.now(), "answer", device, reply.body);
                      devices_[device]->input(client::HttpAnswered{
                          number, reply.status, reply.status != 0, reply.body});
                  }
              });
}

/// What happens to a segment between its making and its serving. True: nobody answers.
bool World::endanger(std::size_t device, const client::HttpRequest& request) {
    if (!Segments::is_path(request.path) || !working_) {
        return false;
    }
    const SegmentProfile& segments = profile_.segments;
    if (random_.chance(segments.spoil)) {
        count("segments spoiled");
        server_.segments()->spoil(request.path, random_);
    }
    if (random_.chance(segments.put_out)) {
        count("put out while they fetched");
        devices_.front()->put_out(server_.organization().users[devices_[device]->user()]);
    }
    if (!random_.chance(segments.kill)) {
        return false;
    }
    count("servers killed in front of a part");
    if (!server_.has_backup()) {
        server_.back_up();
    } else if (!restoring_ && random_.chance(segments.restore)) {
        count("backups restored");
        restoring_ = true;
    }
    stop_server();
    return true;
}

/// What happens to rows on their way.
void World::damage(const client::HttpRequest& request, Server::HttpReply& reply) {
    const bool is_part = Segments::is_path(request.path);
    if (reply.status != 200 || (!is_part && request.path != pull_path)) {
        return;
    }
    ledger_.parts_served += is_part ? 1 : 0;
    if (!working_) {
        return;
    }
    if (random_.chance(profile_.damage_http)) {
        count("answers damaged");
        reply.body = tap_.damaged(reply.body);
    }
    if (is_part && random_.chance(profile_.segments.cut)) {
        count("parts cut");
        reply.body.resize(random_.below(reply.body.size()));
        if (random_.chance(500)) {
            reply = {0, {}};  // the shell has noticed
        }
    }
}

// ---------------------------------------------------------------------------- the server's shell

void World::drain_server() {
    if (!server_.running()) {
        return;
    }
    services::Hub& hub = server_.hub();
    while (hub.has_pending() && !server_.disk().dead()) {
        hub.run_pending();
    }
    evaluate();
    if (server_.disk().dead()) {
        stop_server();
        return;
    }
    for (services::Command& command : hub.poll()) {
        const auto link = by_connection_.find(command.connection);
        if (link == by_connection_.end()) {
            continue;
        }
        if (command.bytes != nullptr) {
            send_down(link->second, std::move(command.bytes));
        } else {
            Link& closed = links_[link->second];
            closed.connection = 0;
            close_at_device(link->second, latency());
            by_connection_.erase(link);
        }
    }
    for (auto& [connection, id] : by_connection_) {
        tell_queued(links_[id]);
    }
    make_segments();
    server_.keep_mark();
    check_queues();
    arm_server();
}

/// The process that evaluates: it takes its time, and has forgotten what a dead server had asked.
void World::evaluate() {
    for (services::Evaluation& wanted : server_.hub().routines().poll_evaluations()) {
        const Millis time{static_cast<std::int64_t>(wanted.ticket) % evaluation_max.count};
        clock_.after(time, [this, life = server_life_, asked = std::move(wanted)] {
            if (server_.running() && life == server_life_) {
                server_.hub().routines().evaluated(asked.ticket, server_.evaluate(asked));
                drain_server();
            }
        });
    }
}

/// Part by part, with other work in between.
void World::make_segments() {
    Segments* segments = server_.segments();
    if (part_due_ || segments == nullptr || !segments->has_work()) {
        return;
    }
    part_due_ = true;
    const Millis pause{random_.between(1, profile_.segments.pause_max.count)};
    clock_.after(pause, [this, life = server_life_] {
        if (!server_.running() || life != server_life_) {
            return;
        }
        part_due_ = false;
        ledger_.segments_made += server_.segments()->make_part() ? 1 : 0;
        drain_server();
    });
}

void World::check_queues() {
    const services::Counters& counters = server_.hub().counters();
    ledger_.expect(counters.intents_queued <= services::limits::queue_intents_max,
                   "the server's queue of intents is longer than its limit");
    ledger_.expect(counters.connections_open <= profile_.hub.connections_max,
                   "the server has more connections than its limit");
}

void World::arm_server() {
    const auto deadline = server_.hub().next_deadline();
    if (!deadline) {
        return;
    }
    server_alarm_ += 1;
    clock_.at(*deadline, [this, alarm = server_alarm_] {
        if (alarm == server_alarm_ && server_.running()) {
            server_.hub().tick();
            drain_server();
        }
    });
}

}  // namespace holdfast::sim
