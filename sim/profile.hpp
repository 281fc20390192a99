#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "server/services/hub.hpp"
#include "server/services/segments/segment_shelf.hpp"
#include "sim/random.hpp"

namespace holdfast::sim {

inline constexpr std::size_t devices_max = 6;  // copies included

/// What many begin with, made once: the server of some worlds has it, in parts of a few rows.
/// Rates are per mille of the parts that are asked for.
struct SegmentProfile {
    bool offered = false;
    services::SegmentShelf::Limits limits{};
    Millis address_life{};         ///< of an address
    Millis pause_max{};            ///< between two parts that are made
    std::uint32_t pull_bytes = 0;  ///< a device asks for so much at once; 0: for what it likes
    std::uint64_t spoil = 0;       ///< the file is not what was written any more
    std::uint64_t cut = 0;         ///< the answer ends in the middle
    std::uint64_t kill = 0;        ///< the server dies in front of it
    std::uint64_t restore = 0;     ///< of these: and goes back to a backup
    std::uint64_t put_out = 0;     ///< whoever asks is put out of the closed channel
};

/// The nuisances and the limits of one world, drawn from its seed: most worlds have a few of them,
/// some have all. Rates are per mille of the occasions on which each may happen.
struct Profile {
    std::size_t devices = 2;
    std::size_t channels = 3;
    std::size_t history = 0;        ///< messages that are in each channel from the start
    std::int64_t history_days = 0;  ///< that messages stay on phones; 0: for ever
    Millis latency_min{5};
    Millis latency_max{50};
    Millis work{60'000};  ///< faults and work go on for so long

    // --- at each message
    std::uint64_t lose_http = 0;    ///< a request, or its answer, is lost
    std::uint64_t repeat_http = 0;  ///< a request arrives twice
    std::uint64_t damage_http = 0;  ///< one letter of one row of an answer is another
    std::uint64_t cut_socket = 0;
    std::uint64_t half_open = 0;  ///< of the cuts: one side does not notice

    // --- each second
    std::uint64_t partition = 0;    ///< a device hears nothing for a while
    std::uint64_t slow_peer = 0;    ///< the server's bytes for a device pile up for a while
    std::uint64_t kill_device = 0;  ///< it dies at one of its next writes
    std::uint64_t kill_server = 0;
    std::uint64_t power = 0;           ///< of the kills: power, not process
    std::uint64_t full_disk = 0;       ///< a disk has no space for a while
    std::uint64_t clock_jump = 0;      ///< a device's wall clock jumps by days
    std::uint64_t server_clock = 0;    ///< the server's does
    std::uint64_t end_session = 0;     ///< a person ends the session of a device from elsewhere
    std::uint64_t copy_device = 0;     ///< an image of a device comes to life beside it
    std::uint64_t restore_server = 0;  ///< the server goes back to a backup
    std::uint64_t lose_mark = 0;       ///< of these: with the mark that would tell of it

    std::uint64_t change_entitlement = 0;  ///< the operator withdraws Offline Mode, or grants it

    // --- limits, smaller than in earnest
    services::HubOptions hub{};
    SegmentProfile segments{};
    std::uint64_t outbox_bytes_max = 0;  ///< of the file; 0: none
    std::uint64_t byte_weight = 1;       ///< a byte that waits at a slow peer counts so much

    [[nodiscard]] static Profile draw(Random& random);
};

}  // namespace holdfast::sim
