#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>

#include "platform/sqlite/database.hpp"
#include "server/storage/common/storage.hpp"
#include "server/storage/sqlite/counter.hpp"
#include "server/storage/sqlite/query.hpp"
#include "server/storage/sqlite/statements.hpp"

namespace holdfast::storage {

/// Storage in one SQLite file, with a write-ahead log that is synced at every commit.
///
/// The tables are those of common/schema.cpp; nothing is cached but reserved numbers (Counter),
/// and the heads of buckets for as long as a transaction is open.
/// Several connections may be open on a file, unless one is exclusive; they write in turn.
///
/// Buckets start in the epoch that the secret "epoch" holds as decimal text, or else in 1.
class SqliteStorage final : public Storage {
public:
    /// Opens or makes the database and brings its tables up to date.
    ///
    /// @param path       of the file; ":memory:" for none.
    /// @param vfs        name of a registered SQLite VFS; empty for the default one.
    /// @param exclusive  no other connection will be opened (simulator).
    /// Errors            storage_failed if a newer version of the program made the tables.
    [[nodiscard]] static Result<std::unique_ptr<SqliteStorage>> open(const std::string& path,
                                                                     const std::string& vfs = "",
                                                                     bool exclusive = false);

    /// Opens a database for reading only: nothing is made or brought up to date, and every write
    /// fails.
    /// Errors  storage_failed also where its schema is not the one of this program.
    [[nodiscard]] static Result<std::unique_ptr<SqliteStorage>> open_read_only(
        const std::string& path);

    Result<> begin() override;
    Result<> commit() override;
    void rollback() override;
    Result<bool> nested(const std::function<Result<bool>()>& body) override;

    Result<> put_organization(const OrganizationRecord& record) override;
    Result<std::vector<OrganizationRecord>> organizations() override;
    Result<Id> mint_id() override;
    Result<Id> mint_ids(std::uint32_t count) override;

    Result<BucketId> create_bucket(const BucketRecord& record) override;
    Result<BucketId> mint_bucket() override;
    Result<std::optional<BucketRecord>> find_bucket(BucketId id) override;
    Result<std::optional<BucketRecord>> find_bucket(BucketKind kind, Id owner) override;
    Result<std::vector<BucketRecord>> buckets_of(Id organization) override;
    Result<> set_open(BucketId id, bool open) override;
    Result<> renew_epoch(std::uint32_t epoch) override;
    Result<std::uint64_t> age() override;

    Result<std::optional<Row>> find_row(RowKey key) override;
    Result<std::vector<Position>> write_rows(std::span<const RowChange> changes) override;
    Result<RowPage> rows_after_key(BucketId bucket,
                                   RowKind kind,
                                   Id id,
                                   PageLimits limits) override;
    Result<RowPage> rows_in_range(BucketId bucket, KeyRange range, PageLimits limits) override;
    Result<RangeTotal> sum_range(BucketId bucket, KeyRange range, std::size_t rows_max) override;
    Result<RowPage> rows_after_version(BucketId bucket,
                                       std::uint64_t version,
                                       PageLimits limits) override;
    Result<std::vector<Row>> newest_rows(BucketId bucket, RowKind kind, std::size_t limit) override;
    Result<std::vector<Row>> rows_before(BucketId bucket,
                                         RowKind kind,
                                         SortKey place,
                                         std::size_t limit) override;
    Result<std::vector<Row>> oldest_rows(BucketId bucket,
                                         RowKind kind,
                                         std::int64_t below,
                                         std::size_t limit) override;

    Result<std::optional<Outcome>> find_outcome(Id intent) override;
    Result<> put_outcome(const Outcome& outcome, Id user) override;
    Result<> quarantine(const Intent& intent, Id user, ErrorCode why) override;
    Result<std::vector<QuarantinedIntent>> quarantined() override;
    Result<> drop_quarantined(Id intent, Id user) override;

    Result<> put_routine(const RoutineRecord& record) override;
    Result<std::optional<RoutineRecord>> find_routine(Id id) override;
    Result<std::optional<RoutineRecord>> find_routine(Id organization,
                                                      std::string_view code) override;
    Result<std::vector<RoutineRecord>> routines_of(Id organization) override;
    Result<> queue_run(const RunRecord& record) override;
    Result<> update_run(const RunRecord& record) override;
    Result<std::optional<RunRecord>> find_run(Id id) override;
    Result<std::vector<RunRecord>> due_runs(WallTime now, std::size_t limit) override;
    Result<std::vector<RunRecord>> runs_of(Id organization,
                                           std::optional<RunState> state,
                                           std::size_t limit) override;
    Result<> add_run_entry(const RunEntry& entry) override;
    Result<std::vector<RunEntry>> run_entries(Id run) override;
    Result<std::size_t> drop_runs(WallTime ended_before, std::size_t limit) override;

    Result<> put_account(const AccountRecord& record) override;
    Result<std::optional<AccountRecord>> find_account(std::string_view email) override;
    Result<std::optional<AccountRecord>> find_account(Id user) override;
    Result<bool> add_device(const DeviceRecord& record) override;
    Result<std::optional<DeviceRecord>> find_device(DeviceNumber number) override;
    Result<> put_device(const DeviceRecord& record) override;
    Result<> put_session(const SessionRecord& record) override;
    Result<std::optional<SessionRecord>> find_session(std::string_view id) override;
    Result<std::vector<SessionRecord>> sessions_of(Id user) override;

    Result<std::optional<std::string>> find_secret(std::string_view name) override;
    Result<> put_secret(std::string_view name, std::string_view bytes) override;

    Result<std::uint64_t> foreign_changes() override;

    /// For operators' tools (check, backup) and tests.
    [[nodiscard]] sqlite::Database& database() { return database_; }

private:
    explicit SqliteStorage(sqlite::Database database) : database_(std::move(database)) {}

    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Query query(Sql sql) { return Query(statements_[static_cast<std::size_t>(sql)]); }
    /// Refuses to write outside a transaction: SQLite ends one by itself after some errors.
    [[nodiscard]] Result<> writable() const;

    [[nodiscard]] Result<std::uint64_t> mint(Counter& counter);
    [[nodiscard]] Result<> reserve(Counter& counter);
    [[nodiscard]] Result<> leap(Counter& counter);
    [[nodiscard]] Result<> restore_counters();

    [[nodiscard]] Result<std::uint32_t> first_epoch();
    [[nodiscard]] Result<> write_row(const RowChange& change, BucketRecord& record);
    [[nodiscard]] Result<> remove_row(const RowChange& change, BucketRecord& record);
    [[nodiscard]] Result<> prune_tombstones(BucketRecord& record);
    [[nodiscard]] Result<std::optional<Position>> write_bucket(
        std::span<const RowChange* const> changes);

    sqlite::Database database_;
    std::array<sqlite::Statement, static_cast<std::size_t>(Sql::count)> statements_;

    /// What the transaction that is open has read of buckets, or written: an intent asks several
    /// times where the same ones stand.
    std::map<BucketId, BucketRecord> heads_;

    Counter ids_{"id", Id::make(server_device, 1).value, 1024, 1U << 20};
    Counter buckets_{"bucket", 1, 1024, 1U << 20};
};

/// SqliteStorage::open for those who need no more than a Storage.
[[nodiscard]] Result<std::unique_ptr<Storage>> open_sqlite(const std::string& path,
                                                           const std::string& vfs = "",
                                                           bool exclusive = false);

}  // namespace holdfast::storage
