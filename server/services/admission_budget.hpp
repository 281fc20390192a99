#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/base/token_bucket.hpp"
#include "server/services/limits.hpp"

namespace holdfast::services {

/// How a device that greets comes to be live, which says what it costs.
enum class Arrival : std::uint8_t {
    resume,     ///< it has rows: where it stands is compared in memory, and it lacks little
    bootstrap,  ///< it has nothing yet, and fetches everything
};

/// Lets devices in at the pace that the server can take, after a restart or a break of the network
/// that has sent all of them away at once.
///
/// Resumes and bootstraps have budgets of their own: thousands that come back with nothing new are
/// not held up behind a few that fetch everything. Whoever is refused is told when to come back:
/// each the next moment that was not promised to another, so that a herd returns as a line and not
/// as a herd. A promise is not a reservation: whoever comes first takes the token, and who finds
/// none is promised another moment.
class AdmissionBudget {
public:
    struct Options {
        Rate resume = limits::resumes;
        Rate bootstrap = limits::bootstraps;
        Millis wait_max = limits::admission_wait_max;
    };

    AdmissionBudget() : AdmissionBudget(Options{}) {}
    explicit AdmissionBudget(Options options)
        : lanes_{Lane(options.resume), Lane(options.bootstrap)}, wait_max_(options.wait_max) {}

    struct Verdict {
        bool admitted = true;
        Millis retry_after{};  ///< where it is not: above 0, at most Options::wait_max
    };
    /// Cost  O(1), no memory for those who are refused.
    [[nodiscard]] Verdict ask(Instant now, Arrival arrival);

private:
    struct Lane {
        explicit Lane(Rate rate)
            : tokens(rate), gap_us(static_cast<std::int64_t>(us_per_second / rate.per_second)) {}
        static constexpr double us_per_second = 1e6;

        TokenBucket tokens;
        std::int64_t gap_us;           ///< between two promises
        std::int64_t promised_us = 0;  ///< the last moment that was promised
    };

    std::array<Lane, 2> lanes_;  ///< by Arrival
    Millis wait_max_;
};

}  // namespace holdfast::services
