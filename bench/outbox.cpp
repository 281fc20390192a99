// What was done without a connection, once there is one again: how fast it is delivered, and that
// each of it has effect exactly once.

#include <map>
#include <set>
#include <string>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 5;

std::string text_of(int round, int number) {
    return "Round " + std::to_string(round) + " number " + std::to_string(number);
}

/// Intents a second, from connected until nothing waits.
double deliver(Host& host, Phone& phone, const std::string& channel, int round, int count) {
    host.stop();
    phone.wait("loss of the connection",
               [&] { return phone.status()["connection"]["state"] != "connected"; });
    phone.ask("set_offline_mode", {{"on", true}});
    for (int i = 0; i < count; ++i) {
        phone.ask("submit", message_post(channel, text_of(round, i)));
    }
    host.start();
    phone.call("try_now", Phone::Json::object());
    phone.wait("connection", [&] { return phone.status()["connection"]["state"] == "connected"; });
    const Stopwatch watch;
    phone.wait("delivery", [&] { return phone.status()["bar"]["waiting"] == 0; });
    const double seconds = watch.seconds();
    phone.wait_until_delivered();
    return count / seconds;
}

/// How often each of our texts stands in the channel, as a device sees it that was not there.
std::map<std::string, int> read_channel(Phone& phone, const std::string& channel) {
    constexpr int window_rows = 400;
    std::map<std::string, int> texts;
    Phone::Json anchor = "latest";
    for (bool more = true; more;) {
        const int window = phone.call("subscribe",
                                      {{"query", "messages"},
                                       {"channel", channel},
                                       {"anchor", anchor},
                                       {"before", window_rows},
                                       {"after", 0}});
        phone.wait("messages", [&] { return phone.snapshot(window).is_object(); });
        const Phone::Json page = phone.snapshot(window);
        phone.ask("unsubscribe", {{"subscription", window}});
        const bool from_place = anchor.is_object();
        for (const Phone::Json& item : page["items"]) {
            // The place itself was counted with the page behind it.
            if (!from_place || item["id"] != anchor["id"]) {
                texts[item["text"].get<std::string>()] += 1;
            }
        }
        more = page["has_before"].get<bool>();
        if (more) {
            const Phone::Json& oldest = page["items"].front();
            anchor = {{"sort", oldest["sort"]}, {"id", oldest["id"]}};
        }
    }
    return texts;
}

void check_once(std::map<std::string, int> texts, int count) {
    for (int round = 0; round < rounds; ++round) {
        for (int i = 0; i < count; ++i) {
            const int times = texts[text_of(round, i)];
            if (times != 1) {
                give_up("outbox: \"" + text_of(round, i) + "\" is there " + std::to_string(times) +
                        " times");
            }
        }
    }
}

double measure(int count) {
    const TempFolder folder;
    Host host(folder, {.messages = 1000});
    std::vector<double> rates;
    std::string channel;
    for (int round = 0; round < rounds; ++round) {
        // A new device each time: the server's allowance of one is a full outbox at once.
        Phone phone(host.url(), folder / ("phone" + std::to_string(round)));
        phone.sign_in(0);
        phone.wait_until_ready();
        channel = phone.first_channel();
        rates.push_back(deliver(host, phone, channel, round, count));
    }
    Phone other(host.url(), folder / "other");
    other.sign_in(1);
    other.wait_until_ready();
    check_once(read_channel(other, channel), count);
    return median(rates);
}

}  // namespace

std::vector<Figure> outbox() {
    return {{"outbox",
             measure(1000),
             "intents/s",
             5000,
             "1,000 waiting, delivered and confirmed, 0 lost, 0 doubled; at least 1"},
            {"outbox", measure(10'000), "intents/s", 5000, "10,000 waiting, likewise; at least 1"}};
}

}  // namespace holdfast::bench
