// The life of a world: start, work, quiet, judgement.

#include "sim/world.hpp"

#include <algorithm>
#include <utility>

#include "client/engine/limits.hpp"
#include "core/model/entitlement.hpp"
#include "core/rules/timers.hpp"
#include "sim/oracles.hpp"

namespace holdfast::sim {
namespace {

constexpr Millis drain_max{300'000};  // after the faults stop
constexpr Millis restart_max{15'000};
/// Longer than anything is on its way, than a device takes for connected what is cut, and than a
/// replica that found no room waits for its file.
constexpr Millis settle_time{client::limits::storage_retry_every.count + 5'000};
constexpr Millis arrive_time{5'000};  // of what the server sends in the end
constexpr std::uint64_t events_of_a_moment_max = 100'000;

}  // namespace

World::World(std::uint64_t seed)
    : random_(seed),
      profile_(Profile::draw(random_)),
      tap_(ledger_, Random(random_.next())),
      server_(clock_, profile_, Random(random_.next())) {
    const auto founded = server_.found({.users = profile_.devices + 1,
                                        .channels = profile_.channels,
                                        .history = profile_.history,
                                        .history_days = profile_.history_days});
    note_window();
    ledger_.expect(founded.has_value(), "the organization cannot be made");
    for (std::size_t i = 0; i < profile_.devices; ++i) {
        // Some devices share a user: a person with a phone and a tablet.
        add_device(random_.chance(300) ? 0 : i);
    }
}

/// What is older may leave every phone.
void World::note_window() {
    if (profile_.history_days == 0) {
        return;
    }
    const body::Entitlement shortest{.state = body::EntitlementState::granted, .history_days = 1};
    constexpr Millis until_midnight{24LL * 60 * 60 * 1000};
    const WallTime begins = body::history_begins(shortest, server_.wall() + until_midnight);
    ledger_.history_begins = std::max(ledger_.history_begins, begins.ms);
}

void World::add_device(std::size_t user) {
    places_.emplace_back();
    devices_.push_back(std::make_unique<Device>(
        Device::Setup{.number = devices_.size(),
                      .user = user,
                      .random = Random(random_.next()),
                      .profile = profile_},
        Device::Surroundings{
            clock_, ledger_, server_.organization(), [this](Device& device, client::Output output) {
                carry_out(device, std::move(output));
            }}));
}

const Ledger& World::run() {
    start_server();
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        clock_.after(Millis{random_.between(0, 2000)}, [this, i] { restart_device(i); });
        schedule_work(i);
    }
    schedule_nuisances();
    run_until(clock_.now() + profile_.work, [] { return false; });
    make_quiet();
    come_to_rest();
    judge();
    return ledger_;
}

void World::run_until(Instant end, const std::function<bool()>& done) {
    while (!ledger_.violation && !done() && clock_.step(end)) {
        ledger_.expect(clock_.events_of_now() < events_of_a_moment_max,
                       "time does not move: something wakes itself without end");
    }
}

/// Until every device is quiet, and still is when whatever was on its way has arrived: also what
/// the server did by its clock.
void World::come_to_rest() {
    const Instant rest_by = clock_.now() + drain_max;
    const auto resting = [this] {
        return std::ranges::all_of(devices_,
                                   [](const auto& device) { return device->is_quiet(); }) &&
               !has_open_runs();
    };
    while (!ledger_.violation && clock_.now() < rest_by) {
        run_until(rest_by, resting);
        run_until(clock_.now() + settle_time, [] { return false; });
        const std::int64_t written = server_writes();
        run_until(clock_.now() + arrive_time, [] { return false; });
        if (resting() && server_writes() == written) {
            return;
        }
    }
}

/// Grows with each row that the server writes; 0 while it is down.
std::int64_t World::server_writes() {
    if (!server_.running()) {
        return 0;
    }
    auto sum = server_.storage().database().prepare("SELECT sum(version) FROM bucket");
    const auto row = sum ? sum->step() : std::unexpected(sum.error());
    ledger_.expect(row.value_or(false), "the server's buckets cannot be read");
    return row.value_or(false) ? sum->integer(0) : 0;
}

/// Those that wait for their time too, but for what begins by the clock: that never ends.
bool World::has_open_runs() {
    constexpr std::size_t some = 4;  // one of them waits for the clock
    const auto open =
        server_.running()
            ? server_.storage().runs_of(server_.organization().id, storage::RunState::open, some)
            : std::vector<storage::RunRecord>{};
    return open && std::ranges::any_of(*open, [](const storage::RunRecord& run) {
               return !is_schedule_timer(run.context);
           });
}

// ---------------------------------------------------------------------------- processes

void World::start_server() {
    if (std::exchange(restoring_, false)) {
        restore_server();
    }
    if (!server_.start()) {
        clock_.after(Millis{1000}, [this] { start_server(); });
        return;
    }
    // The mark is some seconds old: what was done and lost within them is not told by it either.
    ledger_.unmarked = ledger_.unmarked || (unnoticed_ && !server_.renewed());
    unnoticed_ = false;
    ledger_.expect(!server_.renewed() || ledger_.restored,
                   "the server takes itself for a restored backup, and is none");
    drain_server();
    end_withdrawal();
}

/// Nobody comes to rest without Offline Mode: there is no bar that says so.
void World::end_withdrawal() {
    if (!working_ && server_.running() && !server_.is_entitled()) {
        change_entitlement(true);
    }
}

void World::restore_server() {
    server_.restore_backup(random_.chance(profile_.lose_mark));
    tap_.forget_told();
    ledger_.restored = true;
    unnoticed_ = true;
    for (const auto& device : devices_) {
        device->screens().lose_history();
    }
}

void World::stop_server() {
    ledger_.kills += 1;
    server_alarm_ += 1;
    server_life_ += 1;
    part_due_ = false;
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

// ---------------------------------------------------------------------------- rest and judgement

void World::make_quiet() {
    working_ = false;
    server_.disk().set_capacity(Disk::no_limit);
    server_.disk().do_not_kill();
    end_withdrawal();
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        devices_[i]->disk().set_capacity(Disk::no_limit);
        devices_[i]->disk().do_not_kill();
        places_[i].deaf_until = clock_.now();
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
        ledger_.expect(device->is_quiet(), [&] {
            return device->describe() + " does not come to rest: " + device->unrest();
        });
    }
    if (ledger_.violation) {
        return;
    }
    ledger_.expect(server_.running(), "the server does not come back");
    if (ledger_.violation) {
        return;
    }
    check_promises(ledger_, server_, devices_, tap_.told());
    check_lanes(ledger_, server_.storage());
    check_tasks(ledger_, server_);
    check_runs(ledger_, server_.storage(), server_.organization().id);
    for (const auto& device : devices_) {
        const Id user = server_.organization().users[device->user()];
        check_replica(ledger_, server_.storage(), *device, user);
    }
}

}  // namespace holdfast::sim
