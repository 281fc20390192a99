#include "server/storage/sqlite/sqlite_storage.hpp"

#include <utility>

#include "server/storage/common/schema.hpp"

namespace holdfast::storage {
namespace {

constexpr int cache_kib = 64 * 1024;

/// Writes of many devices hit many pages, and each goes to the log whole. Small pages and a long
/// log (32 MiB) write random batches 1.4 times as fast as 1000 pages of 8 KiB, and read as fast.
/// The log keeps its length when it begins anew: writing over it syncs quicker than growing.
constexpr int page_bytes = 4096;
constexpr const char* log_pages =
    "PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 41943040";

Result<std::size_t> schema_version(sqlite::Database& database) {
    HF_TRY(auto statement, database.prepare("SELECT version FROM schema_version"));
    HF_TRY(const bool row, statement.step());
    return row ? static_cast<std::size_t>(statement.integer(0)) : 0;
}

Result<> take_steps(sqlite::Database& database, std::span<const std::string> steps) {
    HF_TRY(auto transaction, sqlite::Transaction::begin(database));
    HF_TRY(const std::size_t version, schema_version(database));  // another may have been quicker
    for (std::size_t i = version; i < steps.size(); ++i) {
        HF_CHECK(database.execute(steps[i].c_str()));
    }
    const std::string note =
        "DELETE FROM schema_version;"
        "INSERT INTO schema_version (version) VALUES (" +
        std::to_string(steps.size()) + ")";
    HF_CHECK(database.execute(note.c_str()));
    return transaction.commit();
}

Result<> update_schema(sqlite::Database& database) {
    const auto steps = schema_steps(sqlite_dialect);
    HF_CHECK(database.execute(schema_table));
    HF_TRY(const std::size_t version, schema_version(database));
    if (version > steps.size()) {
        return fail(ErrorCode::storage_failed,
                    "the database has schema " + std::to_string(version) +
                        ", this version of the program knows schemas up to " +
                        std::to_string(steps.size()) + ": update the program");
    }
    return version == steps.size() ? Result<>() : take_steps(database, steps);
}

}  // namespace

Result<std::unique_ptr<SqliteStorage>> SqliteStorage::open(const std::string& path,
                                                           const std::string& vfs,
                                                           bool exclusive) {
    HF_TRY(auto database,
           sqlite::Database::open({.path = path,
                                   .vfs = vfs,
                                   .durability = sqlite::Durability::full,
                                   .exclusive = exclusive,
                                   .cache_kib = cache_kib,
                                   .page_bytes = page_bytes}));
    HF_CHECK(database.execute(log_pages));
    HF_CHECK(update_schema(database));
    std::unique_ptr<SqliteStorage> storage(new SqliteStorage(std::move(database)));
    HF_CHECK(storage->prepare());
    return storage;
}

Result<std::unique_ptr<SqliteStorage>> SqliteStorage::open_read_only(const std::string& path) {
    HF_TRY(auto database, sqlite::Database::open({.path = path, .vfs = {}, .read_only = true}));
    HF_TRY(const std::size_t version, schema_version(database));
    const std::size_t known = schema_steps(sqlite_dialect).size();
    if (version != known) {
        return fail(ErrorCode::storage_failed,
                    "the database has schema " + std::to_string(version) +
                        ", this program reads schema " + std::to_string(known) +
                        (version < known ? ": start the server once, which brings it up to date"
                                         : ": update the program"));
    }
    std::unique_ptr<SqliteStorage> storage(new SqliteStorage(std::move(database)));
    HF_CHECK(storage->prepare());
    return storage;
}

Result<std::unique_ptr<Storage>> open_sqlite(const std::string& path,
                                             const std::string& vfs,
                                             bool exclusive) {
    return SqliteStorage::open(path, vfs, exclusive);
}

Result<> SqliteStorage::prepare() {
    for (std::size_t i = 0; i < statements_.size(); ++i) {
        HF_TRY(statements_[i], database_.prepare(sql_text(static_cast<Sql>(i))));
    }
    return {};
}

Result<> SqliteStorage::writable() const {
    if (!database_.in_transaction()) {
        return fail(ErrorCode::storage_failed, "a write outside a transaction");
    }
    return {};
}

Result<> SqliteStorage::begin() {
    if (database_.in_transaction()) {
        return fail(ErrorCode::storage_failed, "a transaction is open already");
    }
    heads_.clear();
    HF_CHECK(restore_counters());  // SQLite may have rolled back by itself
    // Numbers are reserved before, so that those given in a transaction are never given again,
    // whatever becomes of it. Only one that takes more than half a block reserves within.
    for (Counter* counter : {&ids_, &buckets_}) {
        if (counter->left() < counter->block / 2) {
            HF_CHECK(reserve(*counter));
        }
    }
    return database_.begin();
}

Result<> SqliteStorage::commit() {
    HF_CHECK(database_.commit());
    for (Counter* counter : {&ids_, &buckets_}) {
        counter->unsettled = false;
    }
    return {};
}

void SqliteStorage::rollback() {
    database_.rollback();
    heads_.clear();
    // If this fails, nothing is lost: the next number is reserved above those that were given.
    (void)restore_counters();
}

Result<bool> SqliteStorage::nested(const std::function<Result<bool>()>& body) {
    HF_CHECK(writable());
    HF_CHECK(query(Sql::savepoint)->run());
    Result<bool> kept = body();
    if (kept && *kept) {
        HF_CHECK(writable());
        HF_CHECK(query(Sql::savepoint_release)->run());
        return kept;
    }
    if (!database_.in_transaction()) {  // SQLite has undone more than was asked
        return kept ? fail(ErrorCode::storage_failed, "the transaction was ended") : kept;
    }
    heads_.clear();
    HF_CHECK(query(Sql::savepoint_undo)->run());
    HF_CHECK(query(Sql::savepoint_release)->run());
    HF_CHECK(restore_counters());
    return kept;
}

Result<> SqliteStorage::reserve(Counter& counter) {
    Query reserve = query(Sql::counter_reserve);
    reserve->bind(1, counter.name).bind(2, counter.end).bind(3, counter.block);
    HF_TRY(const bool row, reserve->step());
    if (!row) {
        return fail(ErrorCode::storage_failed, "a counter returned nothing");
    }
    const std::uint64_t end = reserve->unsigned_integer(0);
    HF_CHECK(reserve->run());  // outside a transaction, this commits
    counter.take(end);
    counter.unsettled = database_.in_transaction();
    return {};
}

/// Leaves out the numbers that a lost history may have given.
Result<> SqliteStorage::leap(Counter& counter) {
    HF_CHECK(reserve(counter));  // what the database knows of
    counter.end += counter.distance;
    counter.drop();
    return reserve(counter);
}

Result<> SqliteStorage::restore_counters() {
    for (Counter* counter : {&ids_, &buckets_}) {
        if (std::exchange(counter->unsettled, false)) {
            counter->drop();
            HF_CHECK(reserve(*counter));
        }
    }
    return {};
}

Result<std::uint64_t> SqliteStorage::mint(Counter& counter) {
    if (counter.left() == 0) {
        HF_CHECK(reserve(counter));
    }
    return counter.next++;
}

Result<Id> SqliteStorage::mint_id() {
    HF_TRY(const std::uint64_t value, mint(ids_));
    const Id id{value};
    if (id.device() >= server_device_limit) {
        return fail(ErrorCode::storage_failed, "the server's ids are used up");
    }
    return id;
}

Result<Id> SqliteStorage::mint_ids(std::uint32_t count) {
    if (count == 0 || count > ids_.block / 2) {
        return fail(ErrorCode::storage_failed, "so many ids are not given at once");
    }
    if (ids_.left() < count) {
        HF_CHECK(reserve(ids_));
    }
    HF_TRY(const Id first, mint_id());
    ids_.next += count - 1;
    return first;
}

Result<BucketId> SqliteStorage::mint_bucket() {
    HF_TRY(const std::uint64_t value, mint(buckets_));
    return BucketId{value};
}

Result<std::optional<std::string>> SqliteStorage::find_secret(std::string_view name) {
    Query find = query(Sql::secret_find);
    find->bind(1, name);
    return find.find<std::string>(
        [](const sqlite::Statement& row) { return std::string(row.blob(0)); });
}

Result<> SqliteStorage::put_secret(std::string_view name, std::string_view bytes) {
    HF_CHECK(writable());
    Query put = query(Sql::secret_put);
    put->bind(1, name).bind_blob(2, bytes);
    return put->run();
}

Result<std::uint64_t> SqliteStorage::foreign_changes() {
    Query version = query(Sql::foreign_changes);
    HF_TRY(const bool row, version->step());
    return row ? version->unsigned_integer(0) : 0;
}

}  // namespace holdfast::storage
