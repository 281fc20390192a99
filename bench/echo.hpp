#pragma once

#include <cstddef>
#include <vector>

namespace holdfast::bench {

/// Round trips, in milliseconds, of a binary message over a bare Beast WebSocket on loopback,
/// server and client on a thread each: what the stack itself costs, for comparison in the same run.
[[nodiscard]] std::vector<double> echo_round_trips(std::size_t count, std::size_t bytes);

}  // namespace holdfast::bench
