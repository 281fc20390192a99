// Opening, buckets, sweeping. Rows that come in: store.cpp. Rows that are read: read.cpp.

#include "client/replica/replica.hpp"

#include <sqlite3.h>

#include <utility>

#include "client/replica/limits.hpp"
#include "client/replica/repair.hpp"
#include "client/replica/schema.hpp"
#include "client/replica/statements.hpp"
#include "core/base/broken.hpp"
#include "platform/sqlite/copy.hpp"

namespace holdfast::client {
namespace {

Result<std::int64_t> number(sqlite::Database& database, std::string_view sql) {
    HF_TRY(sqlite::Statement statement, database.prepare(sql));
    HF_TRY(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

Result<> create_tables(sqlite::Database& database) {
    HF_TRY(auto transaction, sqlite::Transaction::begin(database));
    HF_CHECK(database.execute(schema::replica));
    const std::string version = "PRAGMA user_version = " + std::to_string(schema::replica_version);
    HF_CHECK(database.execute(version.c_str()));
    return transaction.commit();
}

sync::BucketCursor read_cursor(const sqlite::Statement& row) {
    sync::BucketCursor cursor;
    cursor.head.id = BucketId{row.unsigned_integer(0)};
    cursor.head.kind = static_cast<BucketKind>(row.integer(1));
    cursor.head.owner = Id{row.unsigned_integer(2)};
    cursor.head.parent = Id{row.unsigned_integer(3)};
    cursor.head.segment = static_cast<std::uint32_t>(row.integer(4));
    cursor.head.epoch = static_cast<std::uint32_t>(row.integer(5));
    cursor.head.version = row.unsigned_integer(6);
    cursor.head.rows = row.unsigned_integer(7);
    cursor.head.bytes = row.unsigned_integer(8);
    cursor.head.sum = {.low = row.unsigned_integer(9), .high = row.unsigned_integer(10)};
    cursor.version = row.unsigned_integer(11);
    cursor.complete = row.integer(12) != 0;
    cursor.snapshot_as_of = row.unsigned_integer(13);
    cursor.after_kind = static_cast<RowKind>(row.integer(14));
    cursor.after_id = Id{row.unsigned_integer(15)};
    cursor.tail_done = row.integer(16) != 0;
    cursor.rows = row.unsigned_integer(17);
    cursor.sum = {.low = row.unsigned_integer(18), .high = row.unsigned_integer(19)};
    return cursor;
}

Result<sqlite::Database> open_database(const Replica::Options& options) {
    // The browser's files gather writes in memory until a sync (client/wasm/file_vfs.hpp): without
    // one at each commit a killed app would lose what flush() has said is kept.
    const auto durability =
        options.exclusive ? sqlite::Durability::full : sqlite::Durability::normal;
    return sqlite::Database::open({.path = options.path,
                                   .vfs = options.vfs,
                                   .key = options.key,
                                   .durability = durability,
                                   .exclusive = options.exclusive});
}

}  // namespace

Replica::Replica(sqlite::Database database)
    : database_(std::move(database)), statements_(std::make_unique<Statements>()) {}
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;
Replica::~Replica() = default;

Result<Replica> Replica::open(const Options& options) {
    if (options.recreate) {
        HF_CHECK(remove(options));
    }
    auto opened = open_file(options);
    if (opened || opened.error().code != ErrorCode::storage_corrupt) {
        return opened;
    }
    HF_CHECK(remove(options));
    return open_file(options);
}

Result<Replica> Replica::open_file(const Options& options) {
    HF_TRY(auto database, open_database(options));
    return adopt(std::move(database));
}

Result<Replica> Replica::adopt(sqlite::Database database) {
    HF_TRY(const std::int64_t tables, number(database, "SELECT count(*) FROM sqlite_schema"));
    if (tables == 0) {
        HF_CHECK(create_tables(database));
    }
    HF_TRY(const std::int64_t version, number(database, "PRAGMA user_version"));
    if (version != schema::replica_version) {
        return fail(ErrorCode::storage_corrupt, "schema " + std::to_string(version));
    }
    Replica replica(std::move(database));
    if (auto prepared = replica.prepare(); !prepared) {
        // A statement that cannot be prepared means tables that are not ours.
        const bool foreign = prepared.error().code == ErrorCode::storage_failed;
        return fail(foreign ? ErrorCode::storage_corrupt : prepared.error().code,
                    std::move(prepared).error().detail);
    }
    HF_CHECK(replica.load_buckets());
    return replica;
}

Result<> Replica::remove(const Options& options) {
    if (options.path == ":memory:") {
        return {};
    }
    sqlite3_vfs* vfs = sqlite3_vfs_find(options.vfs.empty() ? nullptr : options.vfs.c_str());
    if (vfs == nullptr) {
        return fail(ErrorCode::storage_failed, "no such VFS: " + options.vfs);
    }
    std::string full(static_cast<std::size_t>(vfs->mxPathname) + 1, '\0');
    if (vfs->xFullPathname(vfs, options.path.c_str(), vfs->mxPathname, full.data()) > 0xff) {
        return fail(ErrorCode::storage_failed, "no path: " + options.path);
    }
    full.resize(full.find('\0'));
    // The log first: beside a new database it would be replayed into it.
    for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
        const int result = vfs->xDelete(vfs, (full + suffix).c_str(), 0);
        if (result != SQLITE_OK && result != SQLITE_IOERR_DELETE_NOENT) {
            return fail(ErrorCode::storage_failed, "cannot delete " + options.path + suffix);
        }
    }
    return {};
}

Result<Replica> Replica::copy_to(const Options& options) {
    HF_CHECK(flush());
    HF_CHECK(remove(options));
    auto copy = copy_rows(options);
    if (!copy) {
        (void)remove(options);  // where it fails, the next copy begins with it
    }
    return copy;
}

Result<Replica> Replica::copy_to_memory() {
    HF_CHECK(flush());
    return copy_rows({.path = ":memory:"});
}

/// Row by row: the pages of an encrypted file have another shape.
Result<Replica> Replica::copy_rows(const Options& options) {
    HF_TRY(auto database, open_database(options));
    HF_CHECK(create_tables(database));
    HF_TRY(auto transaction, sqlite::Transaction::begin(database));
    for (const char* table : {"row", "bucket"}) {
        HF_CHECK(sqlite::copy_rows(database_, database, table));
    }
    HF_CHECK(transaction.commit());
    return adopt(std::move(database));
}

Result<> Replica::prepare() {
    struct Wanted {
        sqlite::Statement* statement;
        std::string_view sql;
    };
    Statements& to = *statements_;
    const Wanted all[] = {
        {&to.insert, "INSERT INTO row VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"},
        {&to.read,
         "SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND kind = ?2 AND id = "
         "?3"},
        {&to.update,
         "UPDATE row SET version = ?4, sort = ?5, body = ?6 WHERE bucket = ?1 AND kind = ?2 AND id "
         "= ?3"},
        {&to.erase, "DELETE FROM row WHERE bucket = ?1 AND kind = ?2 AND id = ?3"},
        // With the version, which the other index lacks: the keys are then sought in their own
        // order.
        {&to.range_open,
         "SELECT kind, id, version FROM row WHERE bucket = ?1 AND (kind, id) > (?2, ?3)"},
        {&to.range_closed,
         "SELECT kind, id, version FROM row WHERE bucket = ?1 AND (kind, id) > (?2, ?3) AND (kind, "
         "id) <= "
         "(?4, ?5)"},
        {&to.write_bucket,
         "INSERT OR REPLACE INTO bucket VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
         "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, 0)"},
        {&to.revoke, "UPDATE bucket SET revoked = 1 WHERE id = ?1"},
        {&to.delete_bucket, "DELETE FROM bucket WHERE id = ?1"},
        {&to.age_rows, "UPDATE row SET version = 0 WHERE bucket = ?1 AND version <> 0"},
        {&to.sweep,
         "DELETE FROM row WHERE (bucket, kind, id) IN (SELECT bucket, kind, id FROM row WHERE "
         "bucket = ?1 LIMIT ?2)"},
        {&to.by_kind,
         "SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND kind = ?2 AND id > "
         "?3 ORDER BY id LIMIT ?4"},
        {&to.count, "SELECT count(*) FROM row WHERE bucket = ?1 AND kind = ?2"},
        {&to.newest,
         "SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND kind = ?2 ORDER BY "
         "sort DESC, id DESC LIMIT ?3"},
        {&to.before,
         "SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND kind = ?2 AND (sort, "
         "id) < (?3, ?4) ORDER BY sort DESC, id DESC LIMIT ?5"},
        {&to.after,
         "SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND kind = ?2 AND (sort, "
         "id) > (?3, ?4) ORDER BY sort, id LIMIT ?5"},
        {&to.page_count, "PRAGMA page_count"},
        {&to.page_size, "PRAGMA page_size"},
    };
    for (const Wanted& wanted : all) {
        HF_TRY(*wanted.statement, database_.prepare(wanted.sql));
    }
    return {};
}

Result<> Replica::load_buckets() {
    HF_TRY(sqlite::Statement all, database_.prepare("SELECT * FROM bucket ORDER BY id"));
    for (;;) {
        HF_TRY(const bool row, all.step());
        if (!row) {
            return {};
        }
        const sync::BucketCursor cursor = read_cursor(all);
        if (all.integer(20) != 0) {
            revoked_.insert(cursor.head.id);
        } else if (!revoked_.contains(cursor.head.id)) {  // hidden, and not yet in the file
            remember(cursor);
        }
    }
}

// ---------------------------------------------------------------------------- buckets

void Replica::remember(const sync::BucketCursor& cursor) {
    const Bucket& head = cursor.head;
    buckets_.insert_or_assign(head.id, cursor);
    by_owner_.insert_or_assign({head.kind, head.owner}, head.id);
    by_parent_.insert({head.kind, head.parent, head.id});
}

void Replica::forget(BucketId bucket) {
    const auto found = buckets_.find(bucket);
    if (found == buckets_.end()) {
        return;
    }
    const Bucket& head = found->second.head;
    by_parent_.erase({head.kind, head.parent, bucket});
    const auto owned = by_owner_.find({head.kind, head.owner});
    if (owned != by_owner_.end() && owned->second == bucket) {
        by_owner_.erase(owned);
    }
    buckets_.erase(found);
}

Result<> Replica::write_cursor(const sync::BucketCursor& cursor) {
    const Bucket& head = cursor.head;
    return statements_->write_bucket.reset()
        .bind(1, head.id.value)
        .bind(2, static_cast<int>(head.kind))
        .bind(3, head.owner.value)
        .bind(4, head.parent.value)
        .bind(5, head.segment)
        .bind(6, head.epoch)
        .bind(7, head.version)
        .bind(8, head.rows)
        .bind(9, head.bytes)
        .bind(10, head.sum.low)
        .bind(11, head.sum.high)
        .bind(12, cursor.version)
        .bind(13, cursor.complete ? 1 : 0)
        .bind(14, cursor.snapshot_as_of)
        .bind(15, static_cast<int>(cursor.after_kind))
        .bind(16, cursor.after_id.value)
        .bind(17, cursor.tail_done ? 1 : 0)
        .bind(18, cursor.rows)
        .bind(19, cursor.sum.low)
        .bind(20, cursor.sum.high)
        .run();
}

Result<> Replica::store_heads(std::span<const Bucket> heads) {
    HF_CHECK(flush());
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    std::vector<sync::BucketCursor> changed;
    changed.reserve(heads.size());
    newest_.clear();
    for (const Bucket& head : heads) {
        if (revoked_.contains(head.id)) {
            HF_CHECK(forget_rows(head.id));  // access came back before everything was swept
        }
        sync::BucketCursor cursor;
        if (const auto known = buckets_.find(head.id); known != buckets_.end()) {
            if (known->second.head.epoch == head.epoch) {
                cursor = known->second;
            } else {
                // Version 0 marks what stays from before: older than anything that the server
                // sends.
                HF_CHECK(statements_->age_rows.reset().bind(1, head.id.value).run());
            }
        }
        cursor.head = head;
        HF_CHECK(write_cursor(cursor));
        changed.push_back(cursor);
    }
    HF_CHECK(transaction.commit());
    for (const sync::BucketCursor& cursor : changed) {
        revoked_.erase(cursor.head.id);
        forget(cursor.head.id);
        remember(cursor);
    }
    return {};
}

Result<> Replica::drop_buckets(std::span<const BucketId> buckets) {
    // Hidden first: also where the disk is full. After a restart the server says it again.
    for (const BucketId bucket : buckets) {
        if (buckets_.contains(bucket)) {
            forget(bucket);
            newest_.forget(bucket);
            revoked_.insert(bucket);
        }
    }
    auto kept = flush();
    if (mark_revoked(buckets)) {
        return kept;
    }
    // A mark is one page: on a full disk it may find room in the log, from its start.
    (void)database_.execute("PRAGMA wal_checkpoint(RESTART)");
    if (auto marked = mark_revoked(buckets); !marked) {
        unmarked_ = true;
        return marked;
    }
    return kept;
}

Result<> Replica::mark_revoked(std::span<const BucketId> buckets) {
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    for (const BucketId bucket : buckets) {
        HF_CHECK(statements_->revoke.reset().bind(1, bucket.value).run());
    }
    return transaction.commit();
}

Result<bool> Replica::sweep() {
    if (revoked_.empty()) {
        return false;
    }
    const BucketId bucket = *revoked_.begin();
    HF_CHECK(flush());
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    HF_CHECK(statements_->sweep.reset()
                 .bind(1, bucket.value)
                 .bind(2,
                       HF_BROKEN(purge_skipped) ? std::int64_t{0}
                                                : static_cast<std::int64_t>(limits::sweep_rows))
                 .run());
    const bool empty = database_.changes() < static_cast<std::int64_t>(limits::sweep_rows);
    if (empty) {
        HF_CHECK(statements_->delete_bucket.reset().bind(1, bucket.value).run());
    }
    HF_CHECK(transaction.commit());
    if (empty) {
        revoked_.erase(bucket);
    }
    return !revoked_.empty();
}

Result<> Replica::forget_rows(BucketId bucket) {
    for (;;) {
        HF_CHECK(statements_->sweep.reset()
                     .bind(1, bucket.value)
                     .bind(2, static_cast<std::int64_t>(limits::sweep_rows))
                     .run());
        if (database_.changes() == 0) {
            return {};
        }
    }
}

// ---------------------------------------------------------------------------- where it stands

std::vector<sync::BucketCursor> Replica::cursors() const {
    std::vector<sync::BucketCursor> all;
    all.reserve(buckets_.size());
    for (const auto& [id, cursor] : buckets_) {
        all.push_back(cursor);
    }
    return all;
}

const sync::BucketCursor* Replica::bucket(BucketId id) const {
    const auto found = buckets_.find(id);
    return found == buckets_.end() ? nullptr : &found->second;
}

const sync::BucketCursor* Replica::bucket(BucketKind kind, Id owner) const {
    const auto found = by_owner_.find({kind, owner});
    return found == by_owner_.end() ? nullptr : bucket(found->second);
}

std::vector<const sync::BucketCursor*> Replica::buckets(BucketKind kind) const {
    std::vector<const sync::BucketCursor*> all;
    for (auto at = by_parent_.lower_bound({kind, Id{}, BucketId{}});
         at != by_parent_.end() && std::get<0>(*at) == kind;
         ++at) {
        all.push_back(&buckets_.at(std::get<2>(*at)));
    }
    return all;
}

std::vector<const sync::BucketCursor*> Replica::children(BucketKind kind, Id parent) const {
    std::vector<const sync::BucketCursor*> all;
    for (auto at = by_parent_.lower_bound({kind, parent, BucketId{}}); at != by_parent_.end();
         ++at) {
        const auto& [this_kind, this_parent, id] = *at;
        if (this_kind != kind || this_parent != parent) {
            break;
        }
        all.push_back(&buckets_.at(id));
    }
    return all;
}

Result<std::uint64_t> Replica::bytes() {
    HF_TRY(const bool counted, statements_->page_count.reset().step());
    const std::uint64_t pages = counted ? statements_->page_count.unsigned_integer(0) : 0;
    statements_->page_count.reset();
    HF_TRY(const bool sized, statements_->page_size.reset().step());
    const std::uint64_t size = sized ? statements_->page_size.unsigned_integer(0) : 0;
    statements_->page_size.reset();
    return pages * size;
}

}  // namespace holdfast::client
