#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

/// What the server takes from one address, one connection and in all. Beyond a limit it refuses by
/// a code of spec/errors.toml, or closes.
namespace holdfast::net::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- one request
inline constexpr std::uint32_t header_bytes_max = 8 * 1024;
inline constexpr std::uint64_t body_bytes_max = 1024 * 1024;
inline constexpr seconds request_time_max{
    30};  // from the first byte to the last, and to write the answer
inline constexpr seconds idle_time_max{30};  // between two requests of a connection
inline constexpr seconds tls_handshake_time_max{10};
inline constexpr seconds linger_time_max{2};  // for the rest of a request that was refused unread
inline constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;

// --- connections
inline constexpr std::size_t connections_max = 20'000;
inline constexpr int listen_backlog = 1024;
inline constexpr milliseconds accept_pause{50};  // after a failed accept, e.g. no more descriptors

// --- one address; a bucket of tokens that fills at `…_per_second` and holds `…_burst`
inline constexpr double connections_per_second = 20;
inline constexpr double connections_burst = 100;
inline constexpr double requests_per_second = 50;
inline constexpr double requests_burst = 300;
inline constexpr std::size_t connections_per_address_max = 500;  // many phones behind one router
inline constexpr double loopback_factor = 1000;                  // a proxy, a test, a benchmark
inline constexpr std::size_t addresses_max =
    10'000;  // remembered; beyond it the full buckets are forgotten

// --- sockets
inline constexpr seconds socket_handshake_time_max{10};
inline constexpr seconds socket_close_time_max{2};
/// From the end of a conversation on, for what is still being written: then the connection is cut.
inline constexpr Millis socket_farewell_time_max{10'000};
inline constexpr std::size_t socket_queue_bytes_max =
    4 * 1024 * 1024;  // beyond it the connection is cut
inline constexpr milliseconds tick_every{100};

// --- answers
inline constexpr std::size_t compress_bytes_min = 1024;
inline constexpr int pull_zstd_level = 1;
inline constexpr int pull_gzip_level = 1;
/// Parts of segments are compressed once and sent often.
inline constexpr int segment_zstd_level = 9;
inline constexpr int segment_gzip_level = 6;
inline constexpr std::size_t segment_part_bytes_max = 4 * 1024 * 1024;  // storage_corrupt
/// At most, and half of it at least: a device that takes longer asks for another address.
inline constexpr Millis segment_token_life{10 * 60 * 1000};
inline constexpr int static_gzip_level = 9;                         // once, at the start
inline constexpr std::size_t static_bytes_max = 256 * 1024 * 1024;  // of all files together

// --- files; their sizes stand in core/files/limits.hpp and server/files/limits.hpp
inline constexpr std::size_t file_threads = 2;
inline constexpr seconds expire_every{60 * 60};  // uploads that nobody goes on with are dropped
inline constexpr std::size_t file_piece_bytes =
    64UL * 1024;                                   // of an upload or a download, in memory
inline constexpr seconds file_piece_time_max{30};  // to come, or to be taken
inline constexpr seconds file_time_max{30 * 60};   // one request, however steadily it goes

// --- routines
inline constexpr std::size_t evaluators = 2;       // processes; one that is stuck leaves the other
inline constexpr seconds evaluation_time_max{20};  // of one stage: the process is ended. What it
                                                   // may compute is far less (server/evaluate)
inline constexpr seconds outside_time_max{15};     // of one request: routine_request_failed
inline constexpr std::uint64_t outside_bytes_max = 256 * 1024;  // of one reply: the same

// --- choices that other servers have
inline constexpr std::size_t choices_asked_max = 64;     // at once; server_busy
inline constexpr seconds choices_time_max{8};            // of one request: choices_failed
inline constexpr std::int64_t choices_kept_ms = 60'000;  // an answer is given again
inline constexpr std::size_t choices_kept_max = 1'000;   // answers; the oldest goes

// --- sealed files that somebody brings; their size stands in core/wire/sealed.hpp
inline constexpr std::size_t deliveries_max =
    16;  // at once, of devices that are known; server_busy

// --- the rest
inline constexpr std::size_t password_threads = 2;  // argon2id takes 64 MiB and 50 ms
inline constexpr std::size_t passwords_waiting_max = 64;
inline constexpr milliseconds drain_time{3000};  // the devices are sent away, spread over it
inline constexpr milliseconds drain_rest{1500};  // for what is still being written

}  // namespace holdfast::net::limits
