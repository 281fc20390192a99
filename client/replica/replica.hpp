#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "client/replica/newest_rows.hpp"
#include "core/base/result.hpp"
#include "core/model/bucket.hpp"
#include "core/model/range.hpp"
#include "core/model/row.hpp"
#include "core/model/sort_key.hpp"
#include "core/sync/client_session.hpp"
#include "core/wire/frame.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

class ReplicaRepair;

/// The device's copy of what its user may read: rows of the server as they are, and how far each
/// bucket has come. A cache: whatever happens to it, the server has everything.
///
/// Invariants  rows and cursor of a bucket change in one transaction. The count and the sum of a
///             bucket are those of its rows on the device. A revoked bucket is never seen by a
///             read. Pages are kept together, by flush(): until then they can be read and may be
///             undone. Every other change is kept when its call returns, with the pages before it.
/// Owner       the engine, one connection. Threads: the owner's only.
/// Errors      of every call: storage_full · storage_corrupt · storage_failed · storage_busy. After
///             an error it stands where flush() left it (take_undone()); after storage_corrupt open
///             it anew (`recreate`).
class Replica {
public:
    struct Options {
        std::string path;        ///< ":memory:" for one that ends with the process
        std::string vfs;         ///< empty: SQLite's default
        std::string key;         ///< the file is encrypted with it; empty: it is not
        bool exclusive = false;  ///< one connection only: browser, simulator
        bool recreate = false;   ///< throw away what is there
    };

    /// Opens or creates the file. One that is damaged, or of another schema, is made anew.
    [[nodiscard]] static Result<Replica> open(const Options& options);

    /// Deletes the files of a replica that nobody has open. Errors  storage_failed.
    [[nodiscard]] static Result<> remove(const Options& options);

    /// Opens a copy in a file, for one that was kept in memory until there was room. What was in
    /// that file is gone. After an error this one goes on and the file is deleted.
    /// Cost  reads and writes every row once.
    [[nodiscard]] Result<Replica> copy_to(const Options& options);
    /// The same in memory.
    [[nodiscard]] Result<Replica> copy_to_memory();

    // ------------------------------------------------------------------ what the session says

    struct StoredPage {
        sync::BucketCursor cursor;
        /// Rows that were not here in this version, deletions included.
        std::uint64_t new_rows = 0;
        /// Rows that a snapshot covers and does not have.
        std::vector<RowKey> removed{};
    };

    /// Stores the rows of a page and the cursor that follows from them, both or neither, and leaves
    /// the transaction open: most pages have a few rows, and a commit with its wait for the disk
    /// costs more than they do.
    ///
    /// Repeating a page is harmless. Rows of a tail do not move the cursor. A page of a snapshot
    /// also removes rows of its range that the server does not have any more. A delta that does not
    /// continue the cursor stores its rows and leaves the cursor where it was.
    /// Cost  per row: one insertion and one hash; a second look only where a row was here already.
    [[nodiscard]] Result<StoredPage> store_page(const wire::Page& page);

    /// Keeps what store_page() has stored: before it is shown, or anything follows from it.
    /// After an error it is as if those pages had never come.
    /// Cost  one commit, which waits for the disk where the file is exclusive, and in bulk.
    [[nodiscard]] Result<> flush();
    [[nodiscard]] bool has_unflushed() const { return unflushed_; }
    /// How it is kept from now on: by the log, or, while rows come in bulk, by a rollback journal.
    /// Keeps first what was stored. After an error, as where another program reads the file, it is
    /// kept as before.
    [[nodiscard]] Result<> use_journal(sqlite::Journal journal);
    /// Whether pages were undone, by an error of any call, since this was asked last.
    [[nodiscard]] bool take_undone() { return std::exchange(undone_, false); }

    /// Remembers buckets and where the server stands. A bucket of another epoch begins
    /// again: its rows stay readable until a snapshot has passed them, and are not counted.
    [[nodiscard]] Result<> store_heads(std::span<const Bucket> heads);

    // ------------------------------------------------------------------ repair: repair.cpp

    /// What the rows of each range add up to.  Cost  O(their rows): each is read and hashed.
    [[nodiscard]] Result<std::vector<RangeSum>> sum_ranges(BucketId bucket,
                                                           std::span<const KeyRange> ranges);

    struct ReplacedRange {
        std::uint64_t added = 0;
        std::uint64_t changed = 0;
        std::vector<RowKey> removed;
        std::uint64_t rows = 0;  ///< of the whole bucket, now
        Sum sum{};               ///< likewise
    };
    /// Makes the rows of the page's range those of the page, whatever their versions. The cursor
    /// stays; its count and sum follow the rows.
    [[nodiscard]] Result<ReplacedRange> replace_range(const wire::Page& page);

    /// The bucket's rows were compared and replaced: this is where it stands now.
    [[nodiscard]] Result<> end_repair(const sync::BucketCursor& cursor);

    /// Hides buckets at once; sweep() deletes their rows.
    [[nodiscard]] Result<> drop_buckets(std::span<const BucketId> buckets);
    /// Whether the file does not know what was dropped: the next process would show it again.
    [[nodiscard]] bool forgets_drops() const { return unmarked_; }

    /// Deletes up to limits::sweep_rows rows of revoked buckets. False: nothing is left to delete.
    [[nodiscard]] Result<bool> sweep();
    [[nodiscard]] bool sweep_pending() const { return !revoked_.empty(); }

    // ------------------------------------------------------------------ where it stands

    /// Of every readable bucket, by bucket id.
    [[nodiscard]] std::vector<sync::BucketCursor> cursors() const;

    /// Null where the bucket is not here, or revoked; valid until the next change.
    [[nodiscard]] const sync::BucketCursor* bucket(BucketId id) const;
    [[nodiscard]] const sync::BucketCursor* bucket(BucketKind kind, Id owner) const;

    /// All readable buckets of a kind, in order of parent, then bucket id; valid until the next
    /// change.
    [[nodiscard]] std::vector<const sync::BucketCursor*> buckets(BucketKind kind) const;

    /// The readable buckets of a kind below a parent: the channels of a group.
    [[nodiscard]] std::vector<const sync::BucketCursor*> children(BucketKind kind, Id parent) const;

    /// Bytes of the database file.
    [[nodiscard]] Result<std::uint64_t> bytes();

    // ------------------------------------------------------------------ rows

    [[nodiscard]] Result<std::optional<Row>> find(RowKey key);

    /// Rows of a kind in a bucket, by id: at most limits::read_rows_max.
    [[nodiscard]] Result<std::vector<Row>> rows(BucketId bucket, RowKind kind);

    /// Shows the rows of a kind in a bucket, by id, those behind `after`, until `visit` returns
    /// false. The row borrows from the database page: valid during the call only.
    [[nodiscard]] Result<> visit(BucketId bucket,
                                 RowKind kind,
                                 Id after,
                                 const std::function<bool(const RowRef&)>& visit);

    /// How many rows of a kind are in a bucket. Cost: a pass over their keys.
    [[nodiscard]] Result<std::uint64_t> count(BucketId bucket, RowKind kind);

    /// The newest rows by (sort, id), newest first.  Cost  where a bucket was asked for lately,
    /// nothing is read.
    [[nodiscard]] Result<std::vector<Row>> newest(BucketId bucket, RowKind kind, std::size_t count);

    /// Rows before a place, nearest first; rows behind it, nearest first. The place itself is in
    /// neither.
    [[nodiscard]] Result<std::vector<Row>> before(BucketId bucket,
                                                  RowKind kind,
                                                  SortKey place,
                                                  std::size_t count);
    [[nodiscard]] Result<std::vector<Row>> after(BucketId bucket,
                                                 RowKind kind,
                                                 SortKey place,
                                                 std::size_t count);

    /// Shows each row behind a place, oldest first, until `visit` returns false. The row borrows
    /// from the database page: valid during the call only.
    [[nodiscard]] Result<> visit_after(BucketId bucket,
                                       RowKind kind,
                                       SortKey place,
                                       const std::function<bool(const RowRef&)>& visit);
    /// The same from the newest row to the oldest.
    [[nodiscard]] Result<> visit_newest(BucketId bucket,
                                        RowKind kind,
                                        const std::function<bool(const RowRef&)>& visit);

private:
    struct Statements;
    struct PageWork;
    /// What stands where a row of a page belongs: nothing, an older row, that row or a newer one.
    enum class Place { empty, older, current };

    explicit Replica(sqlite::Database database);
    [[nodiscard]] static Result<Replica> open_file(const Options& options);
    [[nodiscard]] static Result<Replica> adopt(sqlite::Database database);
    [[nodiscard]] Result<Replica> copy_rows(const Options& options);
    [[nodiscard]] Result<> prepare();
    [[nodiscard]] Result<> load_buckets();
    [[nodiscard]] Result<> mark_revoked(std::span<const BucketId> buckets);
    [[nodiscard]] Result<> begin_page();
    [[nodiscard]] Result<> write_page(PageWork& work);
    [[nodiscard]] Result<> undo();

    [[nodiscard]] Result<> insert_fresh(PageWork& work, const RowRef& row);
    [[nodiscard]] Result<Place> take_place(PageWork& work, const RowRef& row);
    [[nodiscard]] Result<> merge(PageWork& work, const RowRef& row);
    [[nodiscard]] Result<> erase(PageWork& work, const RowRef& row);
    [[nodiscard]] Result<std::vector<RowKey>> rows_in_range(const PageWork& work);
    [[nodiscard]] Result<> prune(PageWork& work, const std::vector<RowKey>& before);
    [[nodiscard]] Result<> write_cursor(const sync::BucketCursor& cursor);
    [[nodiscard]] Result<> forget_rows(BucketId bucket);
    [[nodiscard]] Result<ReplicaRepair*> repair();
    [[nodiscard]] Result<std::vector<Row>> collect(sqlite::Statement& statement);
    void remember(const sync::BucketCursor& cursor);
    void forget(BucketId bucket);

    // --- owned children: the statements end before their connection
    sqlite::Database database_;
    std::unique_ptr<Statements> statements_;
    std::unique_ptr<ReplicaRepair> repair_;

    sqlite::Journal journal_ = sqlite::Journal::log;
    bool unflushed_ = false;  ///< a transaction with pages is open
    bool undone_ = false;
    bool unmarked_ = false;  ///< forgets_drops()

    // --- what the bucket table holds, in memory
    std::map<BucketId, sync::BucketCursor> buckets_;
    std::map<std::pair<BucketKind, Id>, BucketId> by_owner_;
    std::set<std::tuple<BucketKind, Id, BucketId>> by_parent_;
    std::set<BucketId> revoked_;

    NewestRows newest_;

public:
    Replica(Replica&&) noexcept;
    Replica& operator=(Replica&&) noexcept;
    ~Replica();
};

}  // namespace holdfast::client
