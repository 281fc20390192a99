#include "sim/world.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "sim/oracles.hpp"

namespace holdfast::sim {
namespace {

constexpr Millis drain_max{300'000};  // after the faults stop
constexpr Millis restart_max{15'000};
constexpr Millis settle_time{10'000};  // longer than anything is on its way

}  // namespace

World::World(std::uint64_t seed)
    : random_(seed), profile_(Profile::draw(random_)), server_(clock_, Random(random_.next())) {
    const auto founded = server_.found(profile_.devices + 1, profile_.channels);
    ledger_.expect(founded.has_value(), "the organization cannot be made");
    deaf_until_.resize(profile_.devices);
    for (std::size_t i = 0; i < profile_.devices; ++i) {
        // Some devices share a user: a person with a phone and a tablet.
        const std::size_t user = random_.chance(300) ? 0 : i;
        users_.push_back(user);
        devices_.push_back(std::make_unique<Device>(
            Device::Setup{i, Organization::email(user), Random(random_.next())},
            clock_,
            ledger_,
            server_.organization(),
            [this](Device& device, client::Output output) {
                carry_out(device, std::move(output));
            }));
    }
}

const Ledger& World::run() {
    start_server();
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        clock_.after(Millis{random_.between(0, 2000)}, [this, i] { restart_device(i); });
        schedule_work(i);
    }
    schedule_nuisances();
    const Instant end = clock_.now() + profile_.work;
    while (!ledger_.violation && clock_.step(end)) {
    }
    make_quiet();
    come_to_rest();
    judge();
    return ledger_;
}

/// Until every device is quiet, and still is when whatever was on its way has arrived.
void World::come_to_rest() {
    const Instant rest_by = clock_.now() + drain_max;
    const auto resting = [this] {
        return std::ranges::all_of(devices_, [](const auto& device) { return device->is_quiet(); });
    };
    while (!ledger_.violation && clock_.now() < rest_by) {
        while (!ledger_.violation && !resting() && clock_.step(rest_by)) {
        }
        const Instant settled = clock_.now() + settle_time;
        while (!ledger_.violation && clock_.step(settled)) {
        }
        if (resting()) {
            return;
        }
    }
}

// ---------------------------------------------------------------------------- the network

Millis World::latency() {
    return Millis{random_.between(profile_.latency_min.count, profile_.latency_max.count)};
}

Instant World::arrival(std::size_t device, Instant& free_at) {
    const Instant at = std::max({clock_.now() + latency(), free_at, deaf_until_[device]});
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

void World::carry_out(Device& device, client::OpenSocket output) {
    const LinkId id = next_link_++;
    links_[id] = Link{.device = device.number(), .life = device.life(), .socket = output.socket};
    current_[device.number()] = id;
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
    const auto current = current_.find(device.number());
    if (current == current_.end() || links_[current->second].socket != output.socket) {
        return;
    }
    const LinkId id = current->second;
    Link& link = links_[id];
    if (working_ && random_.chance(profile_.cut_socket)) {
        ledger_.faults += 1;
        cut(id, !random_.chance(profile_.half_open), !random_.chance(profile_.half_open));
        return;
    }
    clock_.at(arrival(link.device, link.up_free),
              [this, id, bytes = std::move(output.bytes)] { arrive_at_server(id, bytes); });
}

void World::carry_out(Device& device, client::CloseSocket output) {
    const auto current = current_.find(device.number());
    if (current == current_.end() || links_[current->second].socket != output.socket) {
        return;
    }
    links_[current->second].device_open = false;
    cut(current->second, false, true);
}

void World::carry_out(Device& device, client::HttpRequest output) {
    const std::size_t number = device.number();
    const std::uint64_t life = device.life();
    const std::uint32_t request = output.request;
    const bool lost = working_ && random_.chance(profile_.lose_http);
    const bool answer_lost = lost && random_.chance(500);
    const int times = working_ && random_.chance(profile_.repeat_http) ? 2 : 1;
    ledger_.faults += (lost ? 1U : 0U) + (times == 2 ? 1U : 0U);
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
    if (server_.running()) {
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
    Instant unordered{};
    clock_.at(arrival(device, unordered),
              [this, device, life, number = request.request, reply = std::move(reply)] {
                  if (devices_[device]->life() == life) {
                      devices_[device]->input(client::HttpAnswered{
                          number, reply.status, reply.status != 0, reply.body});
                  }
              });
}

void World::arrive_at_server(LinkId id, const std::string& bytes) {
    const Link& link = links_[id];
    if (!link.alive || link.connection == 0 || !server_.running()) {
        return;
    }
    server_.hub().received(link.connection, bytes);
    drain_server();
}

void World::drain_server() {
    services::Hub& hub = server_.hub();
    while (hub.has_pending() && !server_.disk().dead()) {
        hub.run_pending();
    }
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
    arm_server();
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

void World::send_down(LinkId id, sync::SharedBytes bytes) {
    Link& link = links_[id];
    if (working_ && random_.chance(profile_.cut_socket)) {
        ledger_.faults += 1;
        cut(id, !random_.chance(profile_.half_open), !random_.chance(profile_.half_open));
        return;
    }
    clock_.at(arrival(link.device, link.down_free), [this, id, bytes = std::move(bytes)] {
        const Link& arrived = links_[id];
        Device& device = *devices_[arrived.device];
        if (arrived.alive && arrived.device_open && arrived.life == device.life()) {
            device.input(client::SocketReceived{arrived.socket, *bytes});
        }
    });
}

void World::cut(LinkId id, bool device_notices, bool server_notices) {
    Link& link = links_[id];
    if (!link.alive) {
        return;
    }
    link.alive = false;
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

// ---------------------------------------------------------------------------- work and nuisances

void World::start_server() {
    if (!server_.start()) {
        clock_.after(Millis{1000}, [this] { start_server(); });
        return;
    }
    drain_server();
}

void World::stop_server() {
    ledger_.kills += 1;
    server_alarm_ += 1;
    for (auto& [connection, link] : by_connection_) {
        links_[link].connection = 0;
        cut(link, !working_ || !random_.chance(profile_.half_open), false);
    }
    by_connection_.clear();
    server_.stop(random_.chance(profile_.power));
    clock_.after(Millis{random_.between(10, restart_max.count)}, [this] { start_server(); });
}

void World::restart_device(std::size_t device) {
    if (devices_[device]->running()) {
        return;
    }
    devices_[device]->start();
    if (!devices_[device]->running()) {
        clock_.after(Millis{random_.between(10, 1000)}, [this, device] { restart_device(device); });
    }
}

void World::schedule_work(std::size_t device) {
    clock_.after(Millis{random_.between(20, 2500)}, [this, device] {
        if (!working_) {
            return;
        }
        devices_[device]->act();
        schedule_work(device);
    });
}

void World::schedule_nuisances() {
    clock_.after(Millis{1000}, [this] {
        if (!working_) {
            return;
        }
        for (std::size_t i = 0; i < devices_.size(); ++i) {
            nuisance(i);
        }
        if (random_.chance(profile_.kill_server) && server_.running()) {
            server_.disk().kill_after_writes(random_.below(60));
        }
        if (random_.chance(profile_.full_disk)) {
            ledger_.faults += 1;
            server_.disk().set_capacity(server_.disk().bytes() + random_.below(20'000));
            clock_.after(Millis{random_.between(500, 8000)},
                         [this] { server_.disk().set_capacity(Disk::no_limit); });
        }
        schedule_nuisances();
    });
}

void World::nuisance(std::size_t i) {
    Device& device = *devices_[i];
    if (!device.running()) {
        if (random_.chance(300)) {
            ledger_.kills += 1;
            restart_device(i);
        }
        return;
    }
    if (random_.chance(profile_.partition)) {
        ledger_.faults += 1;
        deaf_until_[i] = clock_.now() + Millis{random_.between(500, 40'000)};
    }
    if (random_.chance(profile_.kill_device)) {
        if (random_.chance(300)) {
            device.die(random_.chance(profile_.power));
        } else {
            device.disk().kill_after_writes(random_.below(40));
        }
    }
    if (random_.chance(profile_.full_disk)) {
        ledger_.faults += 1;
        device.disk().set_capacity(device.disk().bytes() + random_.below(20'000));
        clock_.after(Millis{random_.between(500, 8000)},
                     [this, i] { devices_[i]->disk().set_capacity(Disk::no_limit); });
    }
    if (random_.chance(profile_.clock_jump)) {
        ledger_.faults += 1;
        device.jump_clock(Millis{random_.between(-5 * 86'400'000LL, 5 * 86'400'000LL)});
    }
}

// ---------------------------------------------------------------------------- rest and judgement

void World::make_quiet() {
    working_ = false;
    server_.disk().set_capacity(Disk::no_limit);
    server_.disk().do_not_kill();
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        devices_[i]->disk().set_capacity(Disk::no_limit);
        devices_[i]->disk().do_not_kill();
        deaf_until_[i] = clock_.now();
        if (!devices_[i]->running()) {
            restart_device(i);
        }
        if (devices_[i]->running()) {
            devices_[i]->turn_online();
        }
        insist_on_sign_in(i);
    }
}

/// Signing in is a person's doing: somebody who could not tries again.
void World::insist_on_sign_in(std::size_t device) {
    devices_[device]->sign_in();
    clock_.after(Millis{5000}, [this, device] { insist_on_sign_in(device); });
}

void World::judge() {
    for (const auto& device : devices_) {
        ledger_.expect(device->is_quiet(),
                       device->describe() + " does not come to rest: " + device->unrest());
    }
    if (ledger_.violation) {
        return;
    }
    ledger_.expect(server_.running(), "the server does not come back");
    if (ledger_.violation) {
        return;
    }
    check_promises(ledger_, server_.storage(), devices_);
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        check_replica(
            ledger_, server_.storage(), *devices_[i], server_.organization().users[users_[i]]);
    }
}

}  // namespace holdfast::sim
