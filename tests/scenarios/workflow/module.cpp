// The scenarios as a WebAssembly module: the host puts two texts in, and takes one out.

#include <cstddef>
#include <cstdlib>
#include <string>

#include "tests/scenarios/workflow/runner.hpp"

#define HF_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

std::string output;

}  // namespace

HF_EXPORT(allocate) void* allocate(std::size_t size) {
    return std::malloc(size);
}

/// Plays a scenario. Returns the size of what output_text() points to until the next call: the
/// answers, and a line for each failure behind them.
HF_EXPORT(run)
std::size_t run(char* scenario, std::size_t scenario_size, char* bundle, std::size_t bundle_size) {
    const auto report = holdfast::workflow::scenario::run_scenario({scenario, scenario_size},
                                                                   {bundle, bundle_size});
    output = report.output;
    for (const std::string& failure : report.failures) {
        output += "\n" + failure;
    }
    std::free(scenario);
    std::free(bundle);
    return output.size();
}

HF_EXPORT(output_text) const char* output_text() {
    return output.data();
}
