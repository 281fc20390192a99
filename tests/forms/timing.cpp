// holdfast_forms_timing: how long one call of each kind of work takes natively, in milliseconds, as
// JSON lines. tests/forms/timing.mjs prints the same for WebAssembly.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "tests/forms/work.hpp"

namespace {

using Clock = std::chrono::steady_clock;

void measure(const char* name, std::size_t calls, const std::function<bool(std::size_t)>& call) {
    std::vector<double> times;
    for (std::size_t i = 0; i < calls; ++i) {
        const auto begin = Clock::now();
        if (!call(i)) {
            std::fprintf(stderr, "%s failed at %zu\n", name, i);
            std::exit(1);
        }
        times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    std::ranges::sort(times);
    std::printf(R"({"bench":"forms","name":"%s","where":"native","median_ms":%.4f,"p95_ms":%.4f})"
                "\n",
                name,
                times[calls / 2],
                times[calls * 95 / 100]);
}

}  // namespace

int main() {
    holdfast::forms::work::Desk desk;
    measure("open", 20, [&](std::size_t) { return desk.open(); });
    measure("press", 3000, [&](std::size_t number) { return desk.press(number) > 0; });
    measure("search", 200, [&](std::size_t number) { return desk.search(number) < 1000; });
    measure("submit", 3000, [&](std::size_t) { return desk.submit(); });
    return 0;
}
