// holdfast_bench [NAME] [--json]: figures against a limit measured in the same run.
// docs/performance.md explains each. The figures of the browser are tests/e2e/bench-web.mjs.

#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "bench/echo.hpp"
#include "bench/relay.hpp"
#include "bench/report.hpp"
#include "bench/stage.hpp"
#include "client/replica/schema.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::bench {
namespace {

using Json = nlohmann::json;
constexpr std::size_t rows_count = 100'000;

struct RawRow {
    std::uint64_t bucket = 0;
    std::int64_t kind = 0;
    std::uint64_t id = 0;
    std::uint64_t version = 0;
    std::int64_t sort = 0;
    std::string body;
};

void must(const Result<>& result) {
    if (!result) {
        give_up("SQLite: " + result.error().detail);
    }
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        give_up("SQLite: " + result.error().detail);
    }
    return *std::move(result);
}

std::vector<RawRow> rows_of(const std::string& replica) {
    auto database = must(sqlite::Database::open({.path = replica}));
    auto all = must(database.prepare(
        "SELECT bucket, kind, id, version, sort, body FROM row ORDER BY bucket, kind, id"));
    std::vector<RawRow> rows;
    while (must(all.step())) {
        rows.push_back({all.unsigned_integer(0),
                        all.integer(1),
                        all.unsigned_integer(2),
                        all.unsigned_integer(3),
                        all.integer(4),
                        std::string(all.text(5))});
    }
    return rows;
}

/// Seconds that SQLite alone takes for these rows, in key order, into the replica's schema.
double insert_alone(const std::vector<RawRow>& rows, const std::string& file) {
    auto database =
        must(sqlite::Database::open({.path = file, .durability = sqlite::Durability::normal}));
    must(database.execute(client::schema::replica));
    auto insert = must(database.prepare(
        "INSERT INTO row (bucket, kind, id, version, sort, body) VALUES (?, ?, ?, ?, ?, ?)"));
    const Stopwatch watch;
    constexpr std::size_t batch = 2000;
    for (std::size_t i = 0; i < rows.size(); i += batch) {
        must(database.begin());
        for (std::size_t j = i; j < std::min(rows.size(), i + batch); ++j) {
            const RawRow& row = rows[j];
            insert.bind(1, row.bucket)
                .bind(2, row.kind)
                .bind(3, row.id)
                .bind(4, row.version)
                .bind(5, row.sort)
                .bind(6, std::string_view(row.body));
            must(insert.run());
        }
        must(database.commit());
    }
    return watch.seconds();
}

/// Seconds from the server's welcome to complete.
double synchronize(Phone& phone) {
    phone.sign_in(0);
    phone.wait("connection", [&] {
        return phone.status().is_object() && phone.status()["connection"]["state"] == "connected";
    });
    const Stopwatch watch;
    phone.wait_until_ready();
    return watch.seconds();
}

std::vector<Figure> first_sync() {
    const Folder folder;
    const Host host(folder, {.messages = rows_count});
    std::vector<double> ours;
    std::vector<double> alone;
    std::size_t rows_total = 0;
    for (int round = 0; round < 5; ++round) {
        const std::string data = folder.path("phone" + std::to_string(round));
        {
            Phone phone(host.url(), data);
            ours.push_back(synchronize(phone));
        }
        const auto rows = rows_of(data + "/replica.db");
        rows_total = rows.size();
        alone.push_back(insert_alone(rows, folder.path("alone" + std::to_string(round) + ".db")));
    }
    const auto rate = [&](const std::vector<double>& seconds) {
        return static_cast<double>(rows_total) / median(seconds);
    };

    return {{"first-sync", rate(ours), "rows/s", rate(alone), "of SQLite alone; at least 0.6"}};
}

std::vector<Figure> wire() {
    const Folder folder;
    const Host host(folder, {.messages = rows_count});
    const Relay relay(host.port());
    Phone phone("http://127.0.0.1:" + std::to_string(relay.port()), folder.path("phone"));
    phone.sign_in(0);
    phone.wait_until_ready();
    const double bytes = static_cast<double>(relay.bytes_down());
    return {{"wire",
             bytes / static_cast<double>(rows_count),
             "bytes/row",
             90,
             "everything received at a first synchronization; at most 1"}};
}

std::vector<Figure> catch_up() {
    const Folder folder;
    Host host(folder, {.messages = 20'000});
    const std::string data = folder.path("away");
    Phone writer(host.url(), folder.path("writer"));
    writer.sign_in(1);
    writer.wait_until_ready();
    const std::string channel = writer.first_channel();
    std::vector<double> times;
    {
        Phone phone(host.url(), data);
        phone.sign_in(0);
        phone.wait_until_ready();
    }
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 1000; ++i) {
            writer.call("submit",
                        {{"kind", "message.post"},
                         {"args",
                          {{"channel", channel},
                           {"text", "While you were away, number " + std::to_string(i)},
                           {"reply_to", Json::array()}}}});
        }
        writer.wait("delivery", [&] {
            return writer.status()["bar"]["waiting"] == 0 &&
                   writer.status()["bar"]["kind"] == "ready";
        });
        Phone phone(host.url(), data);
        phone.wait("connection", [&] {
            return phone.status().is_object() &&
                   phone.status()["connection"]["state"] == "connected";
        });
        const Stopwatch watch;
        phone.wait_until_ready();
        times.push_back(watch.milliseconds());
    }
    return {{"catch-up", median(times), "ms", 100, "1,000 new rows after being away; at most 1"}};
}

std::vector<Figure> outbox() {
    const Folder folder;
    Host host(folder, {.messages = 1000});
    Phone phone(host.url(), folder.path("phone"));
    phone.sign_in(0);
    phone.wait_until_ready();
    const std::string channel = phone.first_channel();
    std::vector<double> rates;
    for (int round = 0; round < 5; ++round) {
        host.stop();
        phone.wait("loss of the connection",
                   [&] { return phone.status()["connection"]["state"] != "connected"; });
        phone.ask("set_offline_mode", {{"on", true}});
        for (int i = 0; i < 1000; ++i) {
            phone.ask(
                "submit",
                {{"kind", "message.post"},
                 {"args",
                  {{"channel", channel},
                   {"text", "Round " + std::to_string(round) + " number " + std::to_string(i)},
                   {"reply_to", Json::array()}}}});
        }
        host.start();
        phone.call("try_now", Json::object());
        phone.wait("connection",
                   [&] { return phone.status()["connection"]["state"] == "connected"; });
        const Stopwatch watch;
        phone.wait("delivery", [&] { return phone.status()["bar"]["waiting"] == 0; });
        rates.push_back(1000 / watch.seconds());
        phone.wait_until_ready();
    }
    // Exactly once: the channel holds its own messages and 5,000 different new ones.
    const int window = phone.call("subscribe",
                                  {{"query", "messages"},
                                   {"channel", channel},
                                   {"anchor", "latest"},
                                   {"before", 5000},
                                   {"after", 0}});
    phone.wait("messages", [&] { return phone.snapshot(window).is_object(); });
    std::set<std::string> texts;
    std::size_t ours = 0;
    for (const Json& item : phone.snapshot(window)["items"]) {
        const std::string text = item["text"].get<std::string>();
        if (text.starts_with("Round ")) {
            ours += 1;
            texts.insert(text);
        }
    }
    if (ours != 5000 || texts.size() != 5000) {
        give_up("outbox: " + std::to_string(ours) + " messages, " + std::to_string(texts.size()) +
                " different, for 5000");
    }
    return {{"outbox",
             median(rates),
             "intents/s",
             1000,
             "1,000 waiting, delivered and confirmed, 0 lost, 0 doubled; at least 1"}};
}

std::vector<Figure> live() {
    const Folder folder;
    Host host(folder, {.messages = 1000});
    Phone one(host.url(), folder.path("one"));
    Phone other(host.url(), folder.path("other"));
    one.sign_in(0);
    other.sign_in(1);
    one.wait_until_ready();
    other.wait_until_ready();
    const std::string channel = one.first_channel();
    const int window = other.call("subscribe",
                                  {{"query", "messages"},
                                   {"channel", channel},
                                   {"anchor", "latest"},
                                   {"before", 20},
                                   {"after", 0}});
    other.wait("messages", [&] { return other.snapshot(window).is_object(); });
    std::vector<double> times;
    for (int i = 0; i < 400; ++i) {
        const std::string text = "live " + std::to_string(i);
        const Stopwatch watch;
        one.call("submit",
                 {{"kind", "message.post"},
                  {"args", {{"channel", channel}, {"text", text}, {"reply_to", Json::array()}}}});
        const auto seen = [&] {
            const Json& items = other.snapshot(window)["items"];
            return !items.empty() && items.back()["text"] == text;
        };
        while (!seen()) {
            one.poll();
            other.poll();
            if (watch.seconds() > 30) {
                give_up("live: a message does not arrive");
            }
        }
        times.push_back(watch.milliseconds());
    }
    const auto echo = echo_round_trips(2000, 200);
    return {{"live",
             median(times),
             "ms",
             median(echo),
             "p50, A to visible on B, against an echo; at most 5"},
            {"live", percentile(times, 0.99), "ms", percentile(echo, 0.99), "p99, the same"}};
}

std::vector<Figure> query() {
    const Folder folder;
    const Host host(folder, {.channels = 1, .messages = rows_count});
    Phone phone(host.url(), folder.path("phone"));
    phone.sign_in(0);
    phone.wait_until_ready();
    const std::string channel = phone.first_channel();
    std::vector<double> times;
    for (int i = 0; i < 500; ++i) {
        const Stopwatch watch;
        const int window = phone.call("subscribe",
                                      {{"query", "messages"},
                                       {"channel", channel},
                                       {"anchor", "latest"},
                                       {"before", 50},
                                       {"after", 0}});
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

}  // namespace
}  // namespace holdfast::bench

int main(int count, char** arguments) {
    using namespace holdfast::bench;
    const std::vector<std::pair<std::string, std::function<std::vector<Figure>()>>> all{
        {"first-sync", first_sync},
        {"wire", wire},
        {"catch-up", catch_up},
        {"outbox", outbox},
        {"live", live},
        {"query", query}};
    if (count == 5 && std::strcmp(arguments[1], "--make") == 0) {
        // A data folder for `holdfast serve`, for the benchmarks in a browser.
        make_data(arguments[2],
                  {.channels = std::stoul(arguments[3]), .messages = std::stoul(arguments[4])});
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
