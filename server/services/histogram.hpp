#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace holdfast::services {

/// How long something took, many times: how often within each of some bounds, and in all.
/// Fixed size; a sample costs a few comparisons.
class Histogram {
public:
    /// Microseconds, ascending; what takes longer is counted beyond the last.
    static constexpr std::array<std::int64_t, 14> bounds_us{100,
                                                            250,
                                                            500,
                                                            1'000,
                                                            2'500,
                                                            5'000,
                                                            10'000,
                                                            25'000,
                                                            50'000,
                                                            100'000,
                                                            250'000,
                                                            1'000'000,
                                                            5'000'000,
                                                            30'000'000};

    /// A negative time counts as none: a clock that was set back measures nothing.
    void add(std::int64_t us) {
        us = us < 0 ? 0 : us;
        std::size_t at = 0;
        while (at < bounds_us.size() && us > bounds_us[at]) {
            ++at;
        }
        ++counts_[at];
        sum_us_ += static_cast<std::uint64_t>(us);
    }

    /// Samples within bounds_us[i] and above the bound before; the last: beyond all.
    [[nodiscard]] const std::array<std::uint64_t, bounds_us.size() + 1>& counts() const {
        return counts_;
    }
    [[nodiscard]] std::uint64_t sum_us() const { return sum_us_; }

private:
    std::array<std::uint64_t, bounds_us.size() + 1> counts_{};
    std::uint64_t sum_us_ = 0;
};

}  // namespace holdfast::services
