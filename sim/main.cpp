// holdfast_sim [--seconds N] [--seed S] [--worlds N]: runs simulated worlds until time is up, one
// seed after another, and prints what they met. Exits 1 with the seed of the first violation.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/world.hpp"

namespace {

struct Options {
    double seconds = 10;
    std::optional<std::uint64_t> seed;
    std::uint64_t first = 1;
};

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t actions = 0;
    std::uint64_t promises = 0;
    std::uint64_t refusals = 0;
    std::uint64_t kills = 0;
    std::uint64_t faults = 0;
    std::uint64_t checks = 0;
    std::uint64_t events = 0;
    double simulated_seconds = 0;
    std::map<std::string, std::uint64_t> refused_with;
};

Options parse(int count, char** arguments) {
    Options options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        if (name == "--seconds") {
            options.seconds = std::strtod(arguments[i + 1], nullptr);
        } else if (name == "--seed") {
            options.seed = std::strtoull(arguments[i + 1], nullptr, 10);
        } else if (name == "--first") {
            options.first = std::strtoull(arguments[i + 1], nullptr, 10);
        }
    }
    return options;
}

/// False at a violation.
bool run_world(std::uint64_t seed, Totals& totals) {
    holdfast::sim::World world(seed);
    const auto begin = world.clock().now();
    const holdfast::sim::Ledger& ledger = world.run();
    totals.seeds += 1;
    totals.actions += ledger.actions;
    totals.promises += ledger.promises.size();
    totals.refusals += ledger.refusals;
    totals.kills += ledger.kills;
    totals.faults += ledger.faults;
    totals.checks += ledger.checks;
    totals.events += world.clock().events();
    totals.simulated_seconds += static_cast<double>((world.clock().now() - begin).count) / 1000.0;
    for (const auto& [code, count] : ledger.refused_with) {
        totals.refused_with[code] += count;
    }
    if (ledger.violation) {
        std::printf("seed %llu: VIOLATION: %s\n",
                    static_cast<unsigned long long>(seed),
                    ledger.violation->c_str());
        std::printf("repeat it with: ./dev sim --seed %llu\n",
                    static_cast<unsigned long long>(seed));
    }
    return !ledger.violation;
}

void print(const Totals& totals, double seconds, bool good) {
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "%llu seeds · %llu actions · %llu promises · %llu refusals · %llu kills · %llu other "
        "faults · %llu oracle checks\n",
        number(totals.seeds),
        number(totals.actions),
        number(totals.promises),
        number(totals.refusals),
        number(totals.kills),
        number(totals.faults),
        number(totals.checks));
    for (const auto& [code, count] : totals.refused_with) {
        std::printf("  refused with %s: %llu\n", code.c_str(), number(count));
    }
    std::printf("%.0f s simulated in %.1f s (%.0f times real time) · %llu events · %d violations\n",
                totals.simulated_seconds,
                seconds,
                totals.simulated_seconds / seconds,
                number(totals.events),
                good ? 0 : 1);
}

}  // namespace

int main(int count, char** arguments) {
    const Options options = parse(count, arguments);
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    Totals totals;
    bool good = true;
    if (options.seed) {
        good = run_world(*options.seed, totals);
    } else {
        for (std::uint64_t seed = options.first; good && elapsed() < options.seconds; ++seed) {
            good = run_world(seed, totals);
        }
    }
    print(totals, elapsed(), good);
    return good ? 0 : 1;
}
