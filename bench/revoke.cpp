// Access to a great channel is lost: how soon it is hidden, and its rows are gone from the device.

#include <algorithm>
#include <string>

#include "bench/benchmarks.hpp"
#include "bench/stage.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds_count = 5;
constexpr double quiet_seconds = 0.3;       // nothing to do for so long: everything is done
constexpr std::size_t rows_left_max = 100;  // directory, group, system messages

struct Round {
    double hidden_ms = 0;
    double purged_ms = 0;
    double longest_ms = 0;  ///< that the device's thread did one thing
};

std::string user_of(Phone& phone) {
    const int session = phone.call("subscribe", {{"query", "session"}});
    phone.wait("the session", [&] { return phone.snapshot(session).is_object(); });
    return phone.snapshot(session)["user"]["id"].get<std::string>();
}

std::int64_t rows_in(const std::string& replica) {
    auto database = must(sqlite::Database::open({.path = replica}), "open the replica");
    auto count = must(database.prepare("SELECT count(*) FROM row"), "prepare");
    must(count.step(), "count");
    return count.integer(0);
}

/// Runs the device until it has had nothing to do for a while.
Round watch(Phone& boss, Phone& phone, int window, const Stopwatch& since) {
    Round round;
    double worked_at = since.milliseconds();
    while (round.hidden_ms == 0 || since.milliseconds() - worked_at < quiet_seconds * 1000) {
        boss.poll();
        const Stopwatch one;
        if (phone.poll_one()) {
            round.longest_ms = std::max(round.longest_ms, one.milliseconds());
            worked_at = since.milliseconds();
        }
        if (round.hidden_ms == 0 && phone.snapshot(window)["items"].empty()) {
            round.hidden_ms = since.milliseconds();
        }
        if (since.seconds() > 60) {
            give_up("access was not lost within a minute");
        }
    }
    round.purged_ms = worked_at;
    return round;
}

Round lose_access() {
    const TempFolder folder;
    Host host(folder, {.channels = 1, .messages = rows_count, .is_private = true});
    Phone boss(host.url(), folder / "boss");
    Round round;
    {
        Phone phone(host.url(), folder / "phone");
        boss.sign_in(0);
        phone.sign_in(1);
        boss.wait_until_ready();
        phone.wait_until_ready();
        const std::string channel = phone.first_channel();
        const int window = phone.watch_channel(channel, 50);
        phone.wait("messages", [&] {
            return phone.snapshot(window).is_object() && !phone.snapshot(window)["items"].empty();
        });
        const std::string user = user_of(phone);
        const Stopwatch since;
        boss.call(
            "submit",
            {{"kind", "channel.remove_member"}, {"args", {{"channel", channel}, {"user", user}}}});
        round = watch(boss, phone, window, since);
    }
    const std::int64_t left = rows_in(folder / "phone/replica.db");
    if (left > static_cast<std::int64_t>(rows_left_max)) {
        give_up(std::to_string(left) + " rows are left");
    }
    return round;
}

}  // namespace

std::vector<Figure> lost_access() {
    std::vector<double> hidden;
    std::vector<double> purged;
    std::vector<double> longest;
    for (int i = 0; i < rounds_count; ++i) {
        const Round round = lose_access();
        hidden.push_back(round.hidden_ms);
        purged.push_back(round.purged_ms);
        longest.push_back(round.longest_ms);
    }
    return {{"revoke", median(hidden), "ms", 1000, "until 100,000 rows are hidden; at most 1"},
            {"revoke", median(purged), "ms", 5000, "until they are gone; at most 1"},
            {"revoke", median(longest), "ms", 50, "the longest that nothing else runs; at most 1"}};
}

}  // namespace holdfast::bench
