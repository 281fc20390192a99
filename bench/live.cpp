// What a person feels: how soon somebody else's message is on the screen, and a channel opens.

#include <string>

#include "bench/benchmarks.hpp"
#include "bench/echo.hpp"
#include "bench/screens.hpp"
#include "bench/stage.hpp"

namespace holdfast::bench {
namespace {

constexpr int messages_count = 400;

/// Shows so many older messages that no item of the newest ones is kept from before: each one that
/// is measured is made anew, as for a channel that is opened for the first time.
void leaf_back(Phone& phone, const std::string& channel, const Phone::Json& place) {
    constexpr int windows = 3;
    constexpr int rows = 400;  // of three windows: more than client::limits::items_cached_max
    Phone::Json anchor = place;
    for (int i = 0; i < windows; ++i) {
        const int window = phone.call("subscribe",
                                      {{"query", "messages"},
                                       {"channel", channel},
                                       {"anchor", anchor},
                                       {"before", rows},
                                       {"after", 0}});
        phone.wait("older messages", [&] { return phone.snapshot(window).is_object(); });
        const Phone::Json& oldest = phone.snapshot(window)["items"].front();
        anchor = {{"sort", oldest["sort"]}, {"id", oldest["id"]}};
        phone.ask("unsubscribe", {{"subscription", window}});
    }
}

}  // namespace

std::vector<Figure> live() {
    const TempFolder folder;
    Host host(folder, {.messages = 1000});
    Phone one(host.url(), folder / "one");
    Phone other(host.url(), folder / "other");
    one.sign_in(0);
    other.sign_in(1);
    one.wait_until_ready();
    other.wait_until_ready();
    const std::string channel = one.first_channel();

    const auto times = screen_times(one, other, channel, {"live", messages_count});
    const auto echo = echo_round_trips(2000, 200);
    const auto kept = echo_round_trips(2000, 200, folder.path());
    return {{"live",
             median(times),
             "ms",
             median(echo),
             "p50, A to visible on B, against an echo that keeps nothing; at most 5"},
            {"live",
             percentile(times, 0.99),
             "ms",
             percentile(echo, 0.99),
             "p99, the same; at most 10"},
            {"live",
             median(times),
             "ms",
             median(kept),
             "p50, against an echo that each side keeps on the disk first; at most 5"},
            {"live",
             percentile(times, 0.99),
             "ms",
             percentile(kept, 0.99),
             "p99, the same; at most 10"}};
}

std::vector<Figure> query() {
    const TempFolder folder;
    const Host host(folder, {.channels = 1, .messages = rows_count});
    Phone phone(host.url(), folder / "phone");
    phone.sign_in(0);
    phone.wait_until_ready();
    const std::string channel = phone.first_channel();
    const int first = phone.watch_channel(channel, 50);
    phone.wait("messages", [&] { return phone.snapshot(first).is_object(); });
    const Phone::Json oldest = phone.snapshot(first)["items"].front();
    phone.ask("unsubscribe", {{"subscription", first}});
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
        leaf_back(phone, channel, {{"sort", oldest["sort"]}, {"id", oldest["id"]}});
        const Stopwatch watch;
        const int window = phone.watch_channel(channel, 50);
        while (phone.pushes(window) == 0) {
            phone.poll();
        }
        times.push_back(watch.milliseconds());
        phone.ask("unsubscribe", {{"subscription", window}});
    }
    return {{"query",
             percentile(times, 0.99),
             "ms",
             1,
             "p99, latest 50 of 100,000, as JSON in the app's hands; at most 1"}};
}

}  // namespace holdfast::bench
