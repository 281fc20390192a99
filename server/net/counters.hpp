#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "server/services/hub.hpp"

namespace holdfast::net {

/// Of the shell, beside those of the hub. Totals since the start, unless it says otherwise.
struct NetCounters {
    std::array<std::uint64_t, 6> answers{};  ///< by the first digit of the status
    std::uint64_t connections_open = 0;      ///< now; sockets too
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_refused = 0;  ///< too many, or too fast
    std::uint64_t requests_refused = 0;     ///< too fast
    std::uint64_t socket_queue_bytes = 0;   ///< now, of all sockets
    std::uint64_t sockets_cut = 0;          ///< read too slowly
    std::uint64_t passwords_checked = 0;
    std::uint64_t task_failures = 0;        ///< exceptions at the root of a coroutine: bugs
    std::uint64_t files_stored = 0;         ///< uploads that are whole and right
    std::uint64_t files_refused = 0;        ///< whole, and not taken
    std::uint64_t files_sent = 0;           ///< downloads begun
    std::uint64_t file_bytes_received = 0;  ///< of uploads
    std::uint64_t pull_wire_bytes =
        0;  ///< of answers to pulls, and of older messages, as they were compressed
    std::uint64_t segments_made = 0;
    std::uint64_t segments_evicted = 0;    ///< for room, or because of damage
    std::uint64_t segments_damaged = 0;    ///< a file was not what had been written
    std::uint64_t segment_disk_bytes = 0;  ///< now
    std::uint64_t segment_parts_sent = 0;
    std::uint64_t segment_wire_bytes = 0;  ///< of those, as they were compressed
    std::uint64_t evaluations = 0;         ///< of stages' expressions
    std::uint64_t evaluators_started = 0;  ///< processes
    std::uint64_t outside_requests = 0;    ///< of routines, made
    std::uint64_t choice_requests = 0;     ///< of forms, made
    std::uint64_t deliveries = 0;          ///< of sealed files, taken
    std::uint64_t deliveries_refused = 0;  ///< of sealed files
    services::Histogram frame_time;        ///< from a frame's being queued to its being written
    services::Histogram password_time;     ///< to check a password, with its wait for a thread
};

/// Prometheus' text format, version 0.0.4.
[[nodiscard]] std::string format_metrics(const services::Counters& hub, const NetCounters& net);

}  // namespace holdfast::net
