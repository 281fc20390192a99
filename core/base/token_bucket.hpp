#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/base/time.hpp"

namespace holdfast {

/// So many at once, and so many a second for ever.
struct Rate {
    double burst = 0;
    double per_second = 0;
};

/// Lets a burst through, and after that a steady rate.
class TokenBucket {
public:
    explicit TokenBucket(Rate rate) : rate_(rate), tokens_(rate.burst) {}

    /// Takes `count` tokens if they are there.
    [[nodiscard]] bool take(Instant now, double count = 1) {
        refill(now);
        if (tokens_ < count) {
            return false;
        }
        tokens_ -= count;
        return true;
    }

    /// How long until `count` tokens are there.
    [[nodiscard]] Millis wait(double count = 1) const {
        const double missing = std::max(0.0, std::min(count, rate_.burst) - tokens_);
        return Millis{static_cast<std::int64_t>(std::ceil(missing / rate_.per_second * 1000.0))};
    }

    [[nodiscard]] bool full(Instant now) const { return tokens_at(now) >= rate_.burst; }

private:
    [[nodiscard]] double tokens_at(Instant now) const {
        const auto passed = static_cast<double>(std::max<std::int64_t>(0, (now - at_).count));
        return std::min(rate_.burst, tokens_ + passed / 1000.0 * rate_.per_second);
    }
    void refill(Instant now) {
        tokens_ = tokens_at(now);
        at_ = std::max(at_, now);
    }

    Rate rate_;
    double tokens_;
    Instant at_{};
};

}  // namespace holdfast
