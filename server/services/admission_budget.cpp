#include "server/services/admission_budget.hpp"

#include <algorithm>

namespace holdfast::services {

namespace {

constexpr std::int64_t us_per_ms = 1000;

}  // namespace

AdmissionBudget::Verdict AdmissionBudget::ask(Instant now, Arrival arrival) {
    Lane& lane = lanes_[static_cast<std::size_t>(arrival)];
    if (lane.tokens.take(now)) {
        return {};
    }
    const std::int64_t now_us = now.ms * us_per_ms;
    const std::int64_t first_us = now_us + lane.tokens.wait().count * us_per_ms;
    const std::int64_t last_us = now_us + wait_max_.count * us_per_ms;
    lane.promised_us = std::max(first_us, lane.promised_us + lane.gap_us);
    if (lane.promised_us > last_us) {
        // More devices than moments within the longest wait: the line begins again, twice as
        // dense, and most of those who come then are promised another.
        lane.promised_us = std::min(first_us, last_us);
    }
    const std::int64_t wait_ms = (lane.promised_us - now_us + us_per_ms - 1) / us_per_ms;
    return {.admitted = false,
            .retry_after = Millis{std::clamp<std::int64_t>(wait_ms, 1, wait_max_.count)}};
}

}  // namespace holdfast::services
