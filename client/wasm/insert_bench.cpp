// For tests/e2e/bench-web.mjs only, a module of its own: what SQLite alone does with the rows of a
// replica, in the same page, on the same files, with the same build.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/replica/schema.hpp"
#include "core/base/assert.hpp"
#include "platform/sqlite/database.hpp"

#define HF_EXPORT(name) extern "C" __attribute__((export_name(#name)))

namespace {

using namespace holdfast;

struct RawRow {
    std::uint64_t bucket = 0;
    std::int64_t kind = 0;
    std::uint64_t id = 0;
    std::uint64_t version = 0;
    std::int64_t sort = 0;
    std::string body;
};

std::vector<RawRow> rows;
std::optional<sqlite::Database> scratch;
std::optional<sqlite::Statement> insert;

template <class T>
T must(Result<T> result) {
    HF_ASSERT(result.has_value());
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

}  // namespace

HF_EXPORT(hb_alloc) void* hb_alloc(std::uint32_t bytes) {
    return std::malloc(bytes);
}

/// Reads the rows of replica.db into memory, in key order; returns how many.
HF_EXPORT(hb_load) std::uint32_t hb_load(const char* key, std::uint32_t key_size) {
    auto database = must(sqlite::Database::open(
        {.path = "replica.db", .key = std::string(key, key_size), .exclusive = true}));
    auto all = must(database.prepare(
        "SELECT bucket, kind, id, version, sort, body FROM row ORDER BY bucket, kind, id"));
    while (must(all.step())) {
        rows.push_back({all.unsigned_integer(0),
                        all.integer(1),
                        all.unsigned_integer(2),
                        all.unsigned_integer(3),
                        all.integer(4),
                        std::string(all.text(5))});
    }
    return static_cast<std::uint32_t>(rows.size());
}

/// Makes plain.db, or encrypted.db where there is a key, with the replica's tables and indexes.
HF_EXPORT(hb_begin) void hb_begin(const char* key, std::uint32_t key_size) {
    insert.reset();
    scratch.emplace(
        must(sqlite::Database::open({.path = key_size == 0 ? "plain.db" : "encrypted.db",
                                     .key = std::string(key, key_size),
                                     .durability = sqlite::Durability::full,
                                     .exclusive = true})));
    must(scratch->execute(client::schema::replica));
    insert.emplace(must(scratch->prepare(
        "INSERT INTO row (bucket, kind, id, version, sort, body) VALUES (?, ?, ?, ?, ?, ?)")));
}

/// Inserts all rows, 2,000 a transaction.
HF_EXPORT(hb_insert) void hb_insert() {
    constexpr std::size_t batch = 2000;
    for (std::size_t begin = 0; begin < rows.size(); begin += batch) {
        must(scratch->begin());
        for (std::size_t i = begin; i < rows.size() && i < begin + batch; ++i) {
            const RawRow& row = rows[i];
            insert->bind(1, row.bucket)
                .bind(2, row.kind)
                .bind(3, row.id)
                .bind(4, row.version)
                .bind(5, row.sort)
                .bind(6, std::string_view(row.body));
            must(insert->run());
        }
        must(scratch->commit());
    }
}
