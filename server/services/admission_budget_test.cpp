#include "server/services/admission_budget.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace holdfast::services {
namespace {

AdmissionBudget::Options small() {
    return {.resume = {.burst = 10, .per_second = 100},
            .bootstrap = {.burst = 2, .per_second = 4},
            .wait_max = Millis{10'000}};
}

TEST(AdmissionBudget, lets_a_burst_in_and_then_the_rate) {
    AdmissionBudget budget(small());
    int admitted = 0;
    for (int ms = 0; ms < 1000; ++ms) {
        admitted += budget.ask(Instant{ms}, Arrival::resume).admitted ? 1 : 0;
    }
    EXPECT_GE(admitted, 10 + 98);
    EXPECT_LE(admitted, 10 + 100);
}

TEST(AdmissionBudget, a_herd_of_bootstraps_holds_up_no_resume) {
    AdmissionBudget budget(small());
    for (int i = 0; i < 10'000; ++i) {
        (void)budget.ask(Instant{0}, Arrival::bootstrap);
    }
    EXPECT_FALSE(budget.ask(Instant{0}, Arrival::bootstrap).admitted);
    EXPECT_TRUE(budget.ask(Instant{0}, Arrival::resume).admitted);
}

TEST(AdmissionBudget, promises_each_a_moment_of_its_own) {
    AdmissionBudget budget(small());
    std::map<std::int64_t, int> promised;  // by tenth of a second
    std::int64_t last = 0;
    for (int i = 0; i < 500; ++i) {
        const auto verdict = budget.ask(Instant{0}, Arrival::resume);
        if (!verdict.admitted) {
            EXPECT_GE(verdict.retry_after.count, last);
            last = verdict.retry_after.count;
            ++promised[verdict.retry_after.count / 100];
        }
    }
    for (const auto& [tenth, count] : promised) {
        EXPECT_LE(count, 11) << tenth;
    }
    EXPECT_NEAR(static_cast<double>(last), 4'900, 100);
}

TEST(AdmissionBudget, waits_are_never_longer_than_the_longest) {
    AdmissionBudget budget(small());
    for (int i = 0; i < 100'000; ++i) {
        const auto verdict = budget.ask(Instant{0}, Arrival::bootstrap);
        if (!verdict.admitted) {
            EXPECT_GT(verdict.retry_after.count, 0);
            EXPECT_LE(verdict.retry_after.count, 10'000);
        }
    }
}

TEST(AdmissionBudget, a_herd_that_does_as_it_is_told_is_in_as_fast_as_the_rate_allows) {
    AdmissionBudget budget(small());
    constexpr int devices = 900;  // within the longest wait: 10 s of 100 a second
    std::multimap<std::int64_t, int> coming;
    for (int device = 0; device < devices; ++device) {
        coming.emplace(0, device);
    }
    int asked = 0;
    std::int64_t ended_ms = 0;
    while (!coming.empty()) {
        const auto [at, device] = *coming.begin();
        coming.erase(coming.begin());
        ++asked;
        const auto verdict = budget.ask(Instant{at}, Arrival::resume);
        if (verdict.admitted) {
            ended_ms = at;
        } else {
            coming.emplace(at + verdict.retry_after.count, device);
        }
    }
    EXPECT_LE(ended_ms, 9'500);         // 890 devices behind the burst, 100 a second
    EXPECT_LE(asked, devices * 5 / 2);  // few were sent away twice
}

TEST(AdmissionBudget, a_herd_larger_than_the_longest_wait_comes_in_all_the_same) {
    AdmissionBudget budget(small());
    constexpr int devices = 3'000;
    std::multimap<std::int64_t, int> coming;
    for (int device = 0; device < devices; ++device) {
        coming.emplace(device % 50, device);
    }
    int admitted = 0;
    std::int64_t ended_ms = 0;
    while (!coming.empty()) {
        const auto [at, device] = *coming.begin();
        coming.erase(coming.begin());
        const auto verdict = budget.ask(Instant{at}, Arrival::resume);
        if (verdict.admitted) {
            ++admitted;
            ended_ms = at;
        } else {
            coming.emplace(at + verdict.retry_after.count, device);
        }
    }
    EXPECT_EQ(admitted, devices);
    EXPECT_LE(ended_ms, 40'000);  // 30 s is what the rate allows
}

TEST(AdmissionBudget, an_old_promise_does_not_hold_up_those_who_come_later) {
    AdmissionBudget budget(small());
    for (int i = 0; i < 500; ++i) {
        (void)budget.ask(Instant{0}, Arrival::resume);
    }
    const Instant later{60'000};
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(budget.ask(later, Arrival::resume).admitted);
    }
    const auto verdict = budget.ask(later, Arrival::resume);
    EXPECT_FALSE(verdict.admitted);
    EXPECT_LE(verdict.retry_after.count, 20);
}

}  // namespace
}  // namespace holdfast::services
