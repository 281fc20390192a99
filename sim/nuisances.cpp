// What goes wrong, and when.

#include "sim/world.hpp"

namespace holdfast::sim {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

Millis some_days(Random& random) {
    return Millis{random.between(-5 * day_ms, 5 * day_ms)};
}

}  // namespace

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
        const std::size_t there = devices_.size();
        for (std::size_t i = 0; i < there; ++i) {
            disturb(i);
        }
        disturb_server();
        schedule_nuisances();
    });
}

void World::disturb(std::size_t i) {
    Device& device = *devices_[i];
    if (!device.running()) {
        if (random_.chance(300)) {
            ledger_.kills += 1;
            restart_device(i);
        }
        return;
    }
    disturb_network(i);
    if (random_.chance(profile_.kill_device)) {
        if (random_.chance(300)) {
            device.die(random_.chance(profile_.power));
        } else {
            device.disk().kill_after_writes(random_.below(40));
        }
    }
    if (random_.chance(profile_.full_disk)) {
        ledger_.unsure_devices.insert(i);
        fill_for_a_while(device.disk());
    }
    if (random_.chance(profile_.clock_jump)) {
        count("clocks jumped");
        device.jump_clock(some_days(random_));
    }
    if (random_.chance(profile_.copy_device) && devices_.size() < devices_max) {
        copy_device(i);
    }
}

void World::disturb_network(std::size_t i) {
    if (random_.chance(profile_.partition)) {
        count("partitions");
        places_[i].deaf_until = clock_.now() + Millis{random_.between(500, 40'000)};
    }
    if (random_.chance(profile_.slow_peer)) {
        count("slow peers");
        places_[i].slow_until = clock_.now() + Millis{random_.between(1'000, 20'000)};
    }
}

void World::fill_for_a_while(Disk& disk) {
    count("full disks");
    disk.set_capacity(disk.bytes() + random_.below(20'000));
    clock_.after(Millis{random_.between(500, 8000)},
                 [&disk] { disk.set_capacity(Disk::no_limit); });
}

/// An image of the phone comes to life as another phone: it was restored, or sold.
void World::copy_device(std::size_t i) {
    count("devices copied");
    const std::size_t copy = devices_.size();
    ledger_.unsure_devices.insert({i, copy});
    add_device(devices_[i]->user());
    devices_[copy]->copy_disk(*devices_[i]);
    devices_[copy]->screens().descend_from(devices_[i]->screens());
    clock_.after(Millis{random_.between(10, 5000)}, [this, copy] { restart_device(copy); });
    schedule_work(copy);
}

/// Phones delete what they keep, and fetch it again: what was seen may be gone for a moment.
void World::change_entitlement(bool entitled) {
    if (server_.set_entitled(entitled)) {
        count(entitled ? "entitlements granted" : "entitlements withdrawn");
    }
    for (const auto& device : devices_) {
        device->screens().lose_history();
    }
    drain_server();
}

void World::disturb_server() {
    if (random_.chance(profile_.full_disk)) {
        fill_for_a_while(server_.disk());
    }
    if (random_.chance(profile_.server_clock)) {
        count("server clocks jumped");
        server_.jump_clock(some_days(random_));
        note_window();
    }
    if (!server_.running()) {
        return;
    }
    if (random_.chance(profile_.kill_server)) {
        server_.disk().kill_after_writes(random_.below(60));
    }
    if (random_.chance(profile_.end_session)) {
        count("sessions ended");
        const auto& users = server_.organization().users;
        server_.end_sessions(users[random_.below(profile_.devices)]);
        drain_server();
    }
    if (profile_.change_entitlement != 0 && random_.chance(profile_.change_entitlement)) {
        change_entitlement(!server_.is_entitled());
        if (!server_.running()) {
            return;
        }
    }
    if (random_.chance(profile_.restore_server)) {
        if (!server_.has_backup()) {
            server_.back_up();
        } else if (!restoring_) {
            count("backups restored");
            restoring_ = true;
            stop_server();
        }
    }
}

}  // namespace holdfast::sim
