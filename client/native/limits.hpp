#pragma once

#include <chrono>
#include <cstddef>

namespace holdfast::client::limits {

using std::chrono::seconds;

inline constexpr seconds connect_time_max{10};     // name, TCP, TLS and WebSocket handshake: each
inline constexpr seconds carry_time_max{30 * 60};  // to bring a sealed file, and hear of it
inline constexpr seconds close_time_max{2};        // for the goodbye of a WebSocket
inline constexpr std::size_t http_connections_max = 2;  // as many as pulls are in flight
inline constexpr seconds http_idle_max{20};  // shorter than the server's own limit of 30 s
inline constexpr std::size_t http_answer_bytes_max = 16 * 1024 * 1024;  // after decompression
inline constexpr std::size_t cut_answers_max =
    http_connections_max;  // each below an answer's limit
inline constexpr std::size_t http_header_bytes_max = 16 * 1024;
inline constexpr std::size_t socket_queue_bytes_max =
    8 * 1024 * 1024;  // beyond it the connection is cut
inline constexpr std::size_t call_line_bytes_max = 1024 * 1024;

}  // namespace holdfast::client::limits
