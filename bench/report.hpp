#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace holdfast::bench {

/// One measured figure. `ratio` is value against limit; which side of 1 is good, `note` says.
struct Figure {
    std::string bench;
    double value = 0;
    std::string unit;
    double limit = 0;
    std::string note;
};

/// Prints it: a JSON object on a line, or words.
void print(const Figure& figure, bool json);

/// The value that `share` (0 to 1) of them do not exceed.
inline double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return values.empty() ? 0 : values[static_cast<std::size_t>(share * last + 0.5)];
}

inline double median(std::vector<double> values) {
    return percentile(std::move(values), 0.5);
}

}  // namespace holdfast::bench
