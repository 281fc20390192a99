// holdfast_sim [--seconds N] [--first S] [--seed S] [--tell] [--list-breaks] [--break NAME]
//
// Runs simulated worlds until time is up, one seed after another, and prints what they met. Exits 1
// with the seed of the first violation; --tell prints what is delivered. With --break a promise is
// broken on purpose: 1 when an oracle has noticed, 0 when none has within ten seconds of processor
// time, 2 when the proof is worth nothing because the same world fails unbroken too.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/breaks.hpp"
#include "sim/world.hpp"

namespace {

using holdfast::sim::Ledger;
using holdfast::sim::World;
using Number = unsigned long long;

constexpr double break_seconds = 10;

struct Options {
    double seconds = 10;
    std::optional<std::uint64_t> seed;
    std::uint64_t first = 1;
    std::optional<std::string> broken;
    bool list_breaks = false;
    bool tells = false;
    bool wrong = false;
};

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t actions = 0;
    std::uint64_t promises = 0;
    std::uint64_t refusals = 0;
    std::uint64_t kills = 0;
    std::uint64_t segments_made = 0;
    std::uint64_t parts_served = 0;
    std::uint64_t checks = 0;
    std::uint64_t events = 0;
    std::uint64_t trace = 0;
    double simulated_seconds = 0;
    std::map<std::string, std::uint64_t> refused_with;
    std::map<std::string_view, std::uint64_t> faults;
};

class Stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }
    /// Of this process: what a busy machine takes away does not count.
    [[nodiscard]] double cpu_seconds() const {
        return static_cast<double>(std::clock() - cpu_begin_) / CLOCKS_PER_SEC;
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::clock_t cpu_begin_ = std::clock();
};

Options parse(int count, char** arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--list-breaks") {
            options.list_breaks = true;
            continue;
        }
        if (name == "--tell") {
            options.tells = true;
            continue;
        }
        if (i + 1 == count) {
            options.wrong = true;
            break;
        }
        const char* value = arguments[++i];
        if (name == "--seconds") {
            options.seconds = std::strtod(value, nullptr);
        } else if (name == "--seed") {
            options.seed = std::strtoull(value, nullptr, 10);
        } else if (name == "--first") {
            options.first = std::strtoull(value, nullptr, 10);
        } else if (name == "--break") {
            options.broken = value;
        } else {
            options.wrong = true;
        }
    }
    return options;
}

/// What was violated in the world of a seed, if anything was.
std::optional<std::string> run_world(std::uint64_t seed, Totals& totals, bool tells = false) {
    World world(seed);
    if (tells) {
        world.tell();
    }
    const auto begin = world.clock().now();
    const Ledger& ledger = world.run();
    totals.seeds += 1;
    totals.actions += ledger.actions;
    totals.promises += ledger.promises.size();
    totals.refusals += ledger.refusals;
    totals.kills += ledger.kills;
    totals.segments_made += ledger.segments_made;
    totals.parts_served += ledger.parts_served;
    totals.checks += ledger.checks;
    totals.events += world.clock().events();
    totals.trace = ledger.trace;
    totals.simulated_seconds += static_cast<double>((world.clock().now() - begin).count) / 1000.0;
    for (const auto& [code, times] : ledger.refused_with) {
        totals.refused_with[code] += times;
    }
    for (const auto& [kind, times] : ledger.faults) {
        totals.faults[kind] += times;
    }
    return ledger.violation;
}

void print(const Totals& totals, const Stopwatch& watch, bool good) {
    std::uint64_t faults = 0;
    for (const auto& [kind, times] : totals.faults) {
        faults += times;
    }
    std::printf(
        "%llu seeds · %llu actions · %llu promises · %llu refusals · %llu kills · %llu other "
        "faults · %llu oracle checks\n",
        Number{totals.seeds},
        Number{totals.actions},
        Number{totals.promises},
        Number{totals.refusals},
        Number{totals.kills},
        Number{faults},
        Number{totals.checks});
    std::printf("  %llu segments made · %llu parts of segments served\n",
                Number{totals.segments_made},
                Number{totals.parts_served});
    for (const auto& [kind, times] : totals.faults) {
        std::printf("  fault: %llu %s\n", Number{times}, std::string(kind).c_str());
    }
    for (const auto& [code, times] : totals.refused_with) {
        std::printf("  refused with %s: %llu\n", code.c_str(), Number{times});
    }
    if (totals.seeds == 1) {
        std::printf("trace %016llx\n", Number{totals.trace});
    }
    std::printf(
        "%.0f s simulated in %.1f s, %.1f s of processor time (%.0f times real time) · "
        "%llu events · %d violations\n",
        totals.simulated_seconds,
        watch.seconds(),
        watch.cpu_seconds(),
        totals.simulated_seconds / watch.cpu_seconds(),
        Number{totals.events},
        good ? 0 : 1);
}

int run_seeds(const Options& options) {
    const Stopwatch watch;
    Totals totals;
    std::optional<std::string> violation;
    std::uint64_t seed = options.seed.value_or(options.first);
    do {
        violation = run_world(seed, totals, options.tells);
        if (violation) {
            std::printf("seed %llu: VIOLATION: %s\n", Number{seed}, violation->c_str());
            std::printf("repeat it with: ./dev sim --seed %llu\n", Number{seed});
        }
        ++seed;
    } while (!violation && !options.seed && watch.seconds() < options.seconds);
    print(totals, watch, !violation);
    return violation ? 1 : 0;
}

int run_broken(const Options& options) {
    if (!holdfast::sim::break_promise(*options.broken)) {
        std::fprintf(stderr, "there is no break '%s': --list-breaks\n", options.broken->c_str());
        return 3;
    }
    const Stopwatch watch;
    Totals totals;
    for (std::uint64_t seed = options.first; watch.cpu_seconds() < break_seconds; ++seed) {
        const auto violation = run_world(seed, totals);
        if (!violation) {
            continue;
        }
        const double seconds = watch.cpu_seconds();
        (void)holdfast::sim::break_promise("");
        const auto unbroken = run_world(seed, totals);
        std::printf("%s: caught in %.1f s by seed %llu: %s\n",
                    options.broken->c_str(),
                    seconds,
                    Number{seed},
                    violation->c_str());
        if (unbroken) {
            std::printf("but the seed fails unbroken too: %s\n", unbroken->c_str());
            return 2;
        }
        return 1;
    }
    std::printf("%s: NOT CAUGHT in %llu seeds, %.0f s\n",
                options.broken->c_str(),
                Number{totals.seeds},
                watch.cpu_seconds());
    return 0;
}

int list_breaks() {
    for (const holdfast::sim::Break& one : holdfast::sim::breaks()) {
        std::string name(one.name);
        std::ranges::replace(name, '_', '-');
        std::printf("%s\n", name.c_str());
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const Options options = parse(count, arguments);
    if (options.wrong) {
        std::fprintf(stderr,
                     "holdfast_sim [--seconds N] [--first S] [--seed S] [--tell] [--list-breaks] "
                     "[--break NAME]\n");
        return 3;
    }
    if (options.list_breaks) {
        return list_breaks();
    }
    return options.broken ? run_broken(options) : run_seeds(options);
}
