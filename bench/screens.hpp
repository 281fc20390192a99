#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bench/stage.hpp"

namespace holdfast::bench {

/// Messages that are told apart by a word and their number.
struct Said {
    std::string word;
    int count = 0;
    std::chrono::milliseconds pause{};  ///< from one to the next, at least
};

/// Milliseconds from one person's thumb to the other's screen, of each message; each is sent when
/// the one before was seen. Both devices are signed in, and have everything.
[[nodiscard]] std::vector<double> screen_times(Phone& one,
                                               Phone& other,
                                               const std::string& channel,
                                               const Said& said);

}  // namespace holdfast::bench
