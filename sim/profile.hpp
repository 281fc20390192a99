#pragma once

#include <cstdint>

#include "core/base/time.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

/// The nuisances of one world, drawn from its seed: most worlds have a few of them, some have all.
/// Rates are per mille of the occasions on which each may happen.
struct Profile {
    std::size_t devices = 2;
    std::size_t channels = 3;
    Millis latency_min{5};
    Millis latency_max{50};
    Millis work{60'000};            ///< faults and work go on for so long
    std::uint64_t lose_http = 0;    ///< a request, or its answer, is lost
    std::uint64_t repeat_http = 0;  ///< a request arrives twice
    std::uint64_t cut_socket = 0;   ///< at each message
    std::uint64_t half_open = 0;    ///< a cut that one side does not notice
    std::uint64_t partition = 0;    ///< each second: a device hears nothing for a while
    std::uint64_t kill_device = 0;  ///< each second: it dies at one of its next writes
    std::uint64_t kill_server = 0;
    std::uint64_t power = 0;       ///< of the kills: power, not process
    std::uint64_t full_disk = 0;   ///< each second: a disk has no space for a while
    std::uint64_t clock_jump = 0;  ///< each second: a device's wall clock jumps

    [[nodiscard]] static Profile draw(Random& random) {
        const auto some = [&](std::uint64_t per_mille) {
            return random.chance(600) ? random.below(per_mille) : 0;
        };
        Profile profile;
        profile.devices = 1 + random.below(4);
        profile.channels = 2 + random.below(4);
        profile.latency_max = Millis{random.between(6, random.chance(200) ? 3000 : 200)};
        profile.work = Millis{random.between(10'000, 90'000)};
        profile.lose_http = some(150);
        profile.repeat_http = some(150);
        profile.cut_socket = some(60);
        profile.half_open = some(500);
        profile.partition = some(80);
        profile.kill_device = some(150);
        profile.kill_server = some(100);
        profile.power = some(1000);
        profile.full_disk = some(40);
        profile.clock_jump = some(50);
        return profile;
    }
};

}  // namespace holdfast::sim
