#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace holdfast::bench {

/// Round trips, in milliseconds, of a binary message over a bare Beast WebSocket on loopback,
/// server and client on a thread each: what the stack itself costs, for comparison in the same run.
/// With a folder each side adds the message to a file there and waits for the disk before it passes
/// it on: what it costs on this disk to tell nobody of anything that could still be lost.
[[nodiscard]] std::vector<double> echo_round_trips(
    std::size_t count,
    std::size_t bytes,
    const std::optional<std::filesystem::path>& folder = std::nullopt);

}  // namespace holdfast::bench
