#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/intent.hpp"

namespace holdfast::client {

/// [["<bucket>","<version>"],…]: persisted since version 1. What cannot be read is left out, so
/// that an item is at worst forgotten early, never kept for ever.
[[nodiscard]] std::string encode_positions(const std::vector<Position>& positions);
[[nodiscard]] std::vector<Position> parse_positions(std::string_view text);

}  // namespace holdfast::client
