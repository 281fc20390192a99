// A device that was away: what it costs to learn what has changed since.

#include <string>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 5;
constexpr int changes_count = 1000;

std::string text_of(int round, int number) {
    return "While you were away, round " + std::to_string(round) + " number " +
           std::to_string(number);
}

/// Milliseconds from the app's start to everything being here, the newest message on the screen.
double come_back(const Host& host, const std::string& data, const std::string& channel, int round) {
    const std::string newest = text_of(round, changes_count - 1);
    Phone phone(host.url(), data, Phone::Start::by_hand);
    const Stopwatch watch;
    phone.start();
    const int window = phone.watch_channel(channel, 20);
    phone.wait("what has changed",
               [&] { return phone.is_ready() && phone.newest_text(window) == newest; });
    return watch.milliseconds();
}

double measure(std::size_t messages) {
    const TempFolder folder;
    const Host host(folder, {.messages = messages});
    const std::string data = folder / "away";
    Phone writer(host.url(), folder / "writer");
    writer.sign_in(1);
    writer.wait_until_ready();
    const std::string channel = writer.first_channel();
    {
        Phone phone(host.url(), data);
        phone.sign_in(0);
        phone.wait_until_ready();
    }
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < changes_count; ++i) {
            (void)writer.ask("submit", message_post(channel, text_of(round, i)));
        }
        writer.wait_until_delivered();
        times.push_back(come_back(host, data, channel, round));
    }
    return median(times);
}

}  // namespace

std::vector<Figure> catch_up() {
    const double few = measure(100'000);
    const double many = measure(1'000'000);
    return {
        {"catch-up", few, "ms", 50, "1,000 new rows among 100,000, from the start; at most 1"},
        {"catch-up", many, "ms", 50, "1,000 new rows among 1,000,000, from the start; at most 1"},
        {"catch-up", many, "ms", few, "1,000,000 rows against 100,000; about 1"}};
}

}  // namespace holdfast::bench
