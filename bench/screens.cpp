#include "bench/screens.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>

namespace holdfast::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

std::string text_of(const Said& said, int number) {
    return said.word + " " + std::to_string(number);
}

/// What the two devices tell each other, each on a thread of its own as on a machine of its own.
struct Sight {
    explicit Sight(int count) : at(static_cast<std::size_t>(count)) {}
    std::vector<Moment> at;
    std::atomic<bool> ready = false;
    std::atomic<int> seen = 0;
};

/// The other device. It notes when each message came onto its screen, and wakes the one that waits
/// for that.
void watch_screen(
    Phone& phone, const std::string& channel, const Said& said, Phone& waiting, Sight& sight) {
    const int window = phone.watch_channel(channel, 20);
    phone.wait("messages", [&] { return phone.snapshot(window).is_object(); });
    sight.ready = true;
    boost::asio::post(waiting.loop(), [] {});
    std::uint64_t looked_at = phone.pushes(window);  // the screen looks once at what it is given
    for (int i = 0; i < said.count; ++i) {
        const std::string shown = "\"" + text_of(said, i) + "\"";
        phone.wait("a message", [&] {
            return std::exchange(looked_at, phone.pushes(window)) != phone.pushes(window) &&
                   phone.shows(window, shown);
        });
        sight.at[static_cast<std::size_t>(i)] = std::chrono::steady_clock::now();
        sight.seen = i + 1;
        boost::asio::post(waiting.loop(), [] {});
    }
    phone.ask("unsubscribe", {{"subscription", window}});
}

void run_until(Phone& phone, Moment due) {
    boost::asio::steady_timer timer(phone.loop(), due);
    timer.async_wait([](const boost::system::error_code&) {});
    phone.wait("the next message's time",
               [due] { return std::chrono::steady_clock::now() >= due; });
}

}  // namespace

std::vector<double> screen_times(Phone& one,
                                 Phone& other,
                                 const std::string& channel,
                                 const Said& said) {
    Sight sight(said.count);
    std::thread screen([&] { watch_screen(other, channel, said, one, sight); });
    one.wait("the other's screen", [&] { return sight.ready.load(); });
    std::vector<double> times;
    for (int i = 0; i < said.count; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        one.call("submit", message_post(channel, text_of(said, i)));
        one.wait("the other's sight", [&] { return sight.seen == i + 1; });
        times.push_back(Seconds(sight.at[static_cast<std::size_t>(i)] - begin).count() * 1000);
        run_until(one, begin + said.pause);
    }
    screen.join();
    return times;
}

}  // namespace holdfast::bench
