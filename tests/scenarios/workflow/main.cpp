// holdfast_workflow_play BUNDLES FILE...: plays scenarios and prints what each answers, behind a
// line
// "== FILE"; failures go to the standard error. BUNDLES: the folder examples/workflows.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "tests/scenarios/workflow/runner.hpp"

namespace {

std::optional<std::string> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

int main(int count, char** arguments) {
    namespace scenario = holdfast::workflow::scenario;
    if (count < 3) {
        std::fputs("usage: holdfast_workflow_play BUNDLES FILE...\n", stderr);
        return 2;
    }
    int failed = 0;
    for (int i = 2; i < count; ++i) {
        const std::optional<std::string> file = read(arguments[i]);
        const std::string name = file ? scenario::bundle_of(*file) : std::string{};
        const std::optional<std::string> bundle =
            read(std::string(arguments[1]) + "/" + name + ".json");
        if (!file || !bundle) {
            std::fprintf(stderr, "cannot read %s or its bundle\n", arguments[i]);
            return 1;
        }
        const scenario::Report report = scenario::run_scenario(*file, *bundle);
        std::printf("== %s\n%s\n", arguments[i], report.output.c_str());
        for (const std::string& failure : report.failures) {
            std::fprintf(stderr, "%s: %s\n", arguments[i], failure.c_str());
        }
        failed += report.failures.empty() ? 0 : 1;
    }
    return failed == 0 ? 0 : 1;
}
