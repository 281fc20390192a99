#pragma once

#include <vector>

#include "bench/report.hpp"

namespace holdfast::bench {

/// Greetings of devices with nothing new: rate, bytes, queries.
[[nodiscard]] std::vector<Figure> resume();

}  // namespace holdfast::bench
