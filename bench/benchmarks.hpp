#pragma once

#include <cstddef>
#include <vector>

#include "bench/report.hpp"

/// The benchmarks; docs/performance.md says of each what it measures and against which limit.
namespace holdfast::bench {

/// Rows of the organization that most of them use.
inline constexpr std::size_t rows_count = 100'000;

[[nodiscard]] std::vector<Figure> first_sync();
[[nodiscard]] std::vector<Figure> wire();
[[nodiscard]] std::vector<Figure> local_size();
[[nodiscard]] std::vector<Figure> catch_up();
[[nodiscard]] std::vector<Figure> outbox();
[[nodiscard]] std::vector<Figure> live();
[[nodiscard]] std::vector<Figure> query();
[[nodiscard]] std::vector<Figure> executor();
[[nodiscard]] std::vector<Figure> forms();
[[nodiscard]] std::vector<Figure> lost_access();
[[nodiscard]] std::vector<Figure> workflow();
[[nodiscard]] std::vector<Figure> hostile();
// Thousands of devices: bench/fleet.
[[nodiscard]] std::vector<Figure> fanout();
[[nodiscard]] std::vector<Figure> idle();

}  // namespace holdfast::bench
