// What a device that is connected and does nothing costs the server in memory.

#include <algorithm>
#include <string>

#include "bench/benchmarks.hpp"
#include "bench/fleet/fleet.hpp"

namespace holdfast::bench {
namespace {

constexpr std::size_t devices_wanted = 10'000;
constexpr std::size_t files_beside = 100;

/// Bytes of the server's process for each of `devices`.
double memory_of_one(std::size_t devices, bool tls) {
    const TempFolder folder;
    const ServerProcess server(folder, devices, tls);
    Fleet fleet(server.port(), tls);
    const std::uint64_t before = server.child().resident_bytes();
    fleet.greet(server.passes());
    fleet.run_for(std::chrono::milliseconds(8000));  // who is online was told to everybody
    const std::uint64_t after = server.child().resident_bytes();
    return static_cast<double>(after - before) / static_cast<double>(devices);
}

}  // namespace

std::vector<Figure> idle() {
    const std::size_t devices = std::min(devices_wanted, raise_file_limit() - files_beside);
    const std::string who = std::to_string(devices) + " devices connected and idle; at most 1";
    return {{"idle", memory_of_one(devices, false), "bytes", 16 * 1024, "without TLS, " + who},
            {"idle", memory_of_one(devices, true), "bytes", 48 * 1024, "with TLS, " + who}};
}

}  // namespace holdfast::bench
