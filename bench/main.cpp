// holdfast_bench [NAME] [--json]: figures against a limit measured in the same run.
// docs/performance.md explains each. The figures of the browser are tests/e2e/bench-web.mjs.

#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "bench/benchmarks.hpp"
#include "bench/resume.hpp"
#include "bench/stage.hpp"
#include "server/evaluate/process.hpp"

int main(int count, char** arguments) {
    using namespace holdfast::bench;
    const std::vector<std::pair<std::string, std::function<std::vector<Figure>()>>> all{
        {"first-sync", first_sync},
        {"wire", wire},
        {"local-size", local_size},
        {"catch-up", catch_up},
        {"outbox", outbox},
        {"live", live},
        {"query", query},
        {"executor", executor},
        {"forms", forms},
        {"resume", resume},
        {"fanout", fanout},
        {"idle", idle},
        {"revoke", lost_access},
        {"workflow", workflow},
        {"workflow", hostile}};
    if (count == 2 && std::strcmp(arguments[1], "--evaluate") == 0) {
        return holdfast::evaluate::serve();  // for routines: a process of its own, begun by Host
    }
    if (count >= 5 && std::strcmp(arguments[1], "--make") == 0) {
        // A data folder for `holdfast serve`, for the benchmarks in a browser.
        make_data(arguments[2],
                  {.channels = std::stoul(arguments[3]),
                   .messages = std::stoul(arguments[4]),
                   .tasks = count > 5 ? std::stoul(arguments[5]) : 0});
        return 0;
    }
    bool json = false;
    std::string wanted;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--json") == 0) {
            json = true;
        } else {
            wanted = arguments[i];
        }
    }
    bool found = false;
    for (const auto& [name, run] : all) {
        if (wanted.empty() || wanted == name) {
            found = true;
            for (const Figure& figure : run()) {
                print(figure, json);
            }
        }
    }
    if (!found) {
        std::fprintf(stderr, "no benchmark %s\n", wanted.c_str());
    }
    return found ? 0 : 2;
}
