#include "sim/profile.hpp"

#include <algorithm>

#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

/// Nothing at all in many worlds, so that what is rare is also met alone.
std::uint64_t some(Random& random, std::uint64_t per_mille) {
    return random.chance(600) ? random.below(per_mille) : 0;
}

std::uint64_t rarely(Random& random, std::uint64_t per_mille) {
    return random.chance(200) ? random.below(per_mille) : 0;
}

void draw_faults(Profile& profile, Random& random) {
    profile.lose_http = some(random, 150);
    profile.repeat_http = some(random, 150);
    profile.damage_http = rarely(random, 200);
    profile.cut_socket = some(random, 60);
    profile.half_open = some(random, 500);
    profile.partition = some(random, 80);
    profile.slow_peer = rarely(random, 100);
    profile.kill_device = some(random, 150);
    profile.kill_server = some(random, 100);
    profile.power = some(random, 1000);
    profile.full_disk = some(random, 40);
    profile.clock_jump = some(random, 50);
    profile.server_clock = rarely(random, 30);
    profile.end_session = rarely(random, 30);
    profile.copy_device = rarely(random, 30);
    profile.restore_server = rarely(random, 80);
    profile.lose_mark = some(random, 1000);
}

Rate small_rate(Random& random, double burst, double per_second) {
    return {.burst = burst + static_cast<double>(random.below(40)),
            .per_second = per_second + static_cast<double>(random.below(20))};
}

void draw_limits(Profile& profile, Random& random) {
    services::HubOptions& hub = profile.hub;
    if (random.chance(500)) {
        hub.page.rows = 1 + random.below(40);
    }
    if (random.chance(300)) {
        hub.page.body_bytes = 100 + random.below(4000);
    }
    if (random.chance(200)) {
        hub.intents = small_rate(random, 5, 5);
    }
    if (random.chance(200)) {
        hub.pulls = small_rate(random, 5, 2);
    }
    if (random.chance(200)) {
        hub.frames = small_rate(random, 20, 5);
    }
    if (random.chance(200)) {
        hub.admission = {.resume = small_rate(random, 1, 1),
                         .bootstrap = small_rate(random, 1, 1),
                         .wait_max = Millis{random.between(1'000, 20'000)}};
    }
    if (random.chance(100)) {
        hub.connections_max = devices_max + random.below(4);
    }
    if (random.chance(300)) {
        profile.byte_weight = 1 + random.below(3000);
    }
}

/// Also what segments are made of, and what makes the devices of a world come to them.
void draw_segments(Profile& profile, Random& random) {
    SegmentProfile& segments = profile.segments;
    segments.offered = random.chance(400) || HF_BROKEN(part_skipped);
    if (!segments.offered) {
        return;
    }
    profile.history = std::max(profile.history, std::size_t{random.below(120)});
    segments.limits = {.rows_min = 1 + random.below(20),
                       .asked_min = static_cast<std::uint32_t>(1 + random.below(2)),
                       .asked_max = 1 + random.below(10),
                       .bytes_max = 2'000 + random.below(30'000),
                       .waiting_max = 1 + random.below(6),
                       .parts_max = 2 + random.below(60),
                       .part_bytes = 100 + random.below(3'000)};
    segments.address_life = Millis{random.between(500, random.chance(500) ? 3'000 : 60'000)};
    segments.pause_max = Millis{random.between(1, random.chance(700) ? 20 : 1'000)};
    segments.pull_bytes =
        random.chance(500) ? static_cast<std::uint32_t>(200 + random.below(2'000)) : 0;
    segments.spoil = some(random, 100);
    segments.cut = some(random, 200);
    segments.kill = some(random, 60);
    segments.restore = some(random, 500);
    segments.put_out = some(random, 200);
}

}  // namespace

Profile Profile::draw(Random& random) {
    Profile profile;
    profile.devices = 1 + random.below(4);
    profile.channels = 2 + random.below(4);
    profile.history = random.chance(500) ? random.below(120) : 0;
    profile.latency_max = Millis{random.between(6, random.chance(200) ? 3000 : 200)};
    profile.work = Millis{random.between(10'000, 90'000)};
    draw_faults(profile, random);
    draw_limits(profile, random);
    Random aside = random;  // the other worlds of the seeds that are kept stay as they are
    profile.change_entitlement = aside.chance(150) ? 1 + aside.below(60) : 0;
    draw_segments(profile, aside);
    if (aside.chance(200)) {
        profile.history_days = 1 + static_cast<std::int64_t>(aside.below(4));
        profile.history = std::max(profile.history, std::size_t{40});
        profile.server_clock = std::max(profile.server_clock, std::uint64_t{20});
    }
    if (HF_BROKEN(sums_not_compared)) {
        profile.damage_http = 100;  // what sums are for
    }
    if (HF_BROKEN(part_skipped)) {
        profile.segments.cut = 300;
    }
    if (HF_BROKEN(confirmed_forgotten)) {
        profile.restore_server = 100;
    }
    return profile;
}

}  // namespace holdfast::sim
