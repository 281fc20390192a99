// A new device: how fast its rows come, how many bytes they are on the wire and on the device.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>

#include "bench/benchmarks.hpp"
#include "bench/relay.hpp"
#include "bench/stage.hpp"
#include "client/replica/schema.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::bench {
namespace {

constexpr int rounds = 5;
constexpr std::size_t many_rows_count = 1'000'000;

struct RawRow {
    std::uint64_t bucket = 0;
    std::int64_t kind = 0;
    std::uint64_t id = 0;
    std::uint64_t version = 0;
    std::int64_t sort = 0;
    std::string body;
};

std::vector<RawRow> rows_of(const std::string& replica) {
    auto database = must(sqlite::Database::open({.path = replica}), "open the replica");
    auto all = must(
        database.prepare("SELECT bucket, kind, id, version, sort, body FROM row ORDER BY bucket, "
                         "kind, id"),
        "read the replica");
    std::vector<RawRow> rows;
    while (must(all.step(), "read the replica")) {
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
        must(sqlite::Database::open({.path = file, .durability = sqlite::Durability::normal}),
             "open a file");
    must(database.execute(client::schema::replica), "make the tables");
    auto insert = must(database.prepare("INSERT INTO row (bucket, kind, id, version, sort, body) "
                                        "VALUES (?, ?, ?, ?, ?, ?)"),
                       "prepare");
    const Stopwatch watch;
    constexpr std::size_t batch = 2000;
    for (std::size_t i = 0; i < rows.size(); i += batch) {
        must(database.begin(), "begin");
        for (std::size_t j = i; j < std::min(rows.size(), i + batch); ++j) {
            const RawRow& row = rows[j];
            insert.bind(1, row.bucket)
                .bind(2, row.kind)
                .bind(3, row.id)
                .bind(4, row.version)
                .bind(5, row.sort)
                .bind(6, std::string_view(row.body));
            must(insert.run(), "insert");
        }
        must(database.commit(), "commit");
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

struct Rates {
    double ours = 0;  ///< rows a second
    double alone = 0;
};

Rates measure(std::size_t messages) {
    const TempFolder folder;
    const Host host(folder, {.messages = messages});
    std::vector<double> ours;
    std::vector<double> alone;
    std::size_t rows_total = 0;
    for (int round = 0; round < rounds; ++round) {
        const std::string data = folder / ("phone" + std::to_string(round));
        {
            Phone phone(host.url(), data);
            ours.push_back(synchronize(phone));
        }
        const auto rows = rows_of(data + "/replica.db");
        if (rows.size() < messages) {
            give_up("first-sync: rows are missing");
        }
        rows_total = rows.size();
        const std::string file = folder / ("alone" + std::to_string(round) + ".db");
        alone.push_back(insert_alone(rows, file));
        std::filesystem::remove_all(data);
        std::filesystem::remove(file);
    }
    const auto rate = [&](const std::vector<double>& seconds) {
        return static_cast<double>(rows_total) / median(seconds);
    };
    return {.ours = rate(ours), .alone = rate(alone)};
}

std::uint64_t bytes_of_file(const std::string& path) {
    std::error_code absent;
    const auto size = std::filesystem::file_size(path, absent);
    return absent ? 0 : size;
}

}  // namespace

std::vector<Figure> first_sync() {
    const Rates few = measure(rows_count);
    const Rates many = measure(many_rows_count);
    return {{"first-sync",
             few.ours,
             "rows/s",
             few.alone,
             "100,000 rows, of SQLite alone; at least 0.75"},
            {"first-sync",
             many.ours,
             "rows/s",
             many.alone,
             "1,000,000 rows, of SQLite alone; at least 0.75"},
            {"first-sync",
             many.ours,
             "rows/s",
             few.ours,
             "1,000,000 rows, of the rate at 100,000; at least 0.8"}};
}

std::vector<Figure> wire() {
    const TempFolder folder;
    const Host host(folder, {.messages = rows_count});
    const Relay relay(host.port());
    Phone phone("http://127.0.0.1:" + std::to_string(relay.port()), folder / "phone");
    phone.sign_in(0);
    phone.wait_until_ready();
    const double bytes = static_cast<double>(relay.bytes_down());
    return {{"wire",
             bytes / static_cast<double>(rows_count),
             "bytes/row",
             75,
             "everything received at a first synchronization; at most 1"}};
}

std::vector<Figure> local_size() {
    const TempFolder folder;
    const Host host(folder, {.messages = rows_count});
    const std::string data = folder / "phone";
    std::uint64_t working = 0;
    {
        Phone phone(host.url(), data);
        phone.sign_in(0);
        phone.wait_until_ready();
        working = bytes_of_file(data + "/replica.db-wal");
    }
    // Closing has written the log back into the file.
    const std::uint64_t closed = bytes_of_file(data + "/replica.db");
    const auto rows = static_cast<double>(rows_of(data + "/replica.db").size());
    return {{"local-size",
             static_cast<double>(closed) / rows,
             "bytes/row",
             260,
             "the replica's file after a first synchronization; at most 1"},
            {"local-size",
             static_cast<double>(closed + working) / rows,
             "bytes/row",
             260,
             "the same with its log while the app is open; at most 1"}};
}

}  // namespace holdfast::bench
