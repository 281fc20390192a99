// How the rows of a page come in.

#include <algorithm>
#include <utility>

#include "client/replica/replica.hpp"
#include "client/replica/statements.hpp"
#include "core/base/broken.hpp"
#include "core/model/row_sum.hpp"

namespace holdfast::client {

/// One page on its way into the tables; the cursor becomes the bucket's when the page is committed.
struct Replica::PageWork {
    const wire::Page& page;
    sync::BucketCursor cursor;
    RowKind from_kind{};  ///< where the page's range begins
    Id from_id;
    std::uint64_t new_rows = 0;
    std::vector<RowKey> removed{};

    void count_in(const RowRef& row) {
        cursor.rows += 1;
        cursor.sum += row_sum(row);
    }
    void count_out(const RowRef& row) {
        cursor.rows -= 1;
        cursor.sum -= row_sum(row);
    }
};

namespace {

/// Whether a row that a reset left behind: it is readable, but not counted.
bool is_aged(const RowRef& row) {
    return row.version == 0;
}

void advance(sync::BucketCursor& cursor, const wire::Page& page) {
    switch (page.mode) {
        case wire::PullMode::tail:
            cursor.tail_done = true;
            break;
        case wire::PullMode::snapshot:
            cursor.snapshot_as_of = page.to;
            cursor.after_kind = page.after_kind;
            cursor.after_id = page.after_id;
            if (!page.after_id) {  // nothing is behind this page
                cursor.complete = true;
                cursor.version = page.to;
            }
            break;
        case wire::PullMode::delta:
            if (cursor.complete && page.from <= cursor.version) {
                cursor.version = std::max(cursor.version, page.to);
            }
            break;
        case wire::PullMode::sums:
        case wire::PullMode::range:
            break;  // of a repair: repair.cpp
    }
}

}  // namespace

Result<Replica::StoredPage> Replica::store_page(const wire::Page& page) {
    PageWork work{.page = page, .cursor = {}, .from_id = {}};
    if (const auto known = buckets_.find(page.head.id); known != buckets_.end()) {
        work.cursor = known->second;
    } else {
        work.cursor.head = page.head;
    }
    if (page.head.version >= work.cursor.head.version) {
        work.cursor.head = page.head;
    }
    work.from_kind = work.cursor.after_kind;
    work.from_id = work.cursor.after_id;
    if (HF_BROKEN(cursor_before_rows) && page.complete) {
        sync::BucketCursor early = work.cursor;
        advance(early, page);
        early.rows = page.head.rows;
        early.sum = page.head.sum;
        HF_CHECK(flush());
        HF_CHECK(write_cursor(early));  // no transaction is open: durable before the rows
    }

    HF_CHECK(begin_page());
    if (auto written = write_page(work); !written) {
        HF_CHECK(undo());
        return std::unexpected(std::move(written).error());
    }
    forget(page.head.id);
    remember(work.cursor);
    return StoredPage{
        .cursor = work.cursor, .new_rows = work.new_rows, .removed = std::move(work.removed)};
}

Result<> Replica::begin_page() {
    if (!unflushed_) {
        HF_CHECK(database_.begin());
        unflushed_ = true;
    } else if (!database_.in_transaction()) {
        // SQLite undoes a transaction by itself after some errors, those of a read among them.
        HF_CHECK(undo());
        return fail(ErrorCode::storage_failed, "the pages before this one were undone");
    }
    return {};
}

Result<> Replica::flush() {
    if (!unflushed_ || HF_BROKEN(shown_before_kept)) {
        return {};
    }
    auto kept = database_.in_transaction()
                    ? database_.commit()
                    : fail(ErrorCode::storage_failed, "the pages were undone");
    if (!kept) {
        HF_CHECK(undo());
        return kept;
    }
    unflushed_ = false;
    return {};
}

Result<> Replica::use_journal(sqlite::Journal journal) {
    if (journal == journal_) {
        return {};
    }
    HF_CHECK(flush());
    HF_CHECK(database_.use_journal(journal));
    journal_ = journal;
    return {};
}

/// Back to what the file has.
Result<> Replica::undo() {
    database_.rollback();
    unflushed_ = false;
    undone_ = true;
    buckets_.clear();
    by_owner_.clear();
    by_parent_.clear();
    newest_.clear();
    if (auto loaded = load_buckets(); !loaded) {
        return fail(ErrorCode::storage_corrupt, std::move(loaded).error().detail);
    }
    return {};
}

Result<> Replica::write_page(PageWork& work) {
    const wire::Page& page = work.page;
    std::vector<RowKey> before;
    const bool is_snapshot = page.mode == wire::PullMode::snapshot && !work.cursor.complete;
    if (is_snapshot) {
        HF_TRY(before, rows_in_range(work));
    }
    sqlite::Statement& insert = statements_->insert;
    insert.reset().bind(1, page.head.id.value);
    for (const RowRef& row : page.rows) {
        HF_CHECK(row.deleted() ? erase(work, row) : insert_fresh(work, row));
    }
    if (!before.empty()) {
        HF_CHECK(prune(work, before));
    }
    advance(work.cursor, page);
    return write_cursor(work.cursor);
}

Result<> Replica::insert_fresh(PageWork& work, const RowRef& row) {
    // Of a cold bucket nothing is here: one statement a row, whose first binding stays.
    HF_CHECK(statements_->insert.bind(2, static_cast<int>(row.kind))
                 .bind(3, row.id.value)
                 .bind(4, row.version)
                 .bind(5, row.sort)
                 .bind(6, row.body)
                 .run());
    if (database_.changes() == 0) {
        return merge(work, row);
    }
    newest_.wrote(work.page.head.id, row);
    work.count_in(row);
    work.new_rows += 1;
    return {};
}

/// Looks at what stands where `row` belongs, and counts it out if `row` is newer.
Result<Replica::Place> Replica::take_place(PageWork& work, const RowRef& row) {
    sqlite::Statement& read = statements_->read;
    read.reset()
        .bind(1, work.page.head.id.value)
        .bind(2, static_cast<int>(row.kind))
        .bind(3, row.id.value);
    HF_TRY(const bool found, read.step());
    if (!found) {
        return Place::empty;
    }
    const RowRef old = borrow_row(read);
    const bool newer = row.version > old.version;
    if (newer && !is_aged(old)) {
        work.count_out(old);
    }
    read.reset();
    return newer ? Place::older : Place::current;
}

Result<> Replica::merge(PageWork& work, const RowRef& row) {
    HF_TRY(const Place place, take_place(work, row));
    if (place == Place::empty) {
        return fail(ErrorCode::storage_corrupt, "a row is there and is not");
    }
    if (place == Place::current) {
        return {};
    }
    HF_CHECK(statements_->update.reset()
                 .bind(1, work.page.head.id.value)
                 .bind(2, static_cast<int>(row.kind))
                 .bind(3, row.id.value)
                 .bind(4, row.version)
                 .bind(5, row.sort)
                 .bind(6, row.body)
                 .run());
    newest_.wrote(work.page.head.id, row);
    work.count_in(row);
    work.new_rows += 1;
    return {};
}

Result<> Replica::erase(PageWork& work, const RowRef& row) {
    HF_TRY(const Place place, take_place(work, row));
    if (place != Place::older) {
        return {};
    }
    work.new_rows += 1;
    newest_.erased({work.page.head.id, row.kind, row.id});
    return statements_->erase.reset()
        .bind(1, work.page.head.id.value)
        .bind(2, static_cast<int>(row.kind))
        .bind(3, row.id.value)
        .run();
}

/// The rows that are here already in the range of a page of a snapshot: those of a tail, or of a
/// history that is gone. None in a first download, for the price of one look per page.
Result<std::vector<RowKey>> Replica::rows_in_range(const PageWork& work) {
    const wire::Page& page = work.page;
    sqlite::Statement& range = page.after_id ? statements_->range_closed : statements_->range_open;
    range.reset()
        .bind(1, page.head.id.value)
        .bind(2, static_cast<int>(work.from_kind))
        .bind(3, work.from_id.value);
    if (page.after_id) {
        range.bind(4, static_cast<int>(page.after_kind)).bind(5, page.after_id.value);
    }
    std::vector<RowKey> keys;
    for (;;) {
        HF_TRY(const bool row, range.step());
        if (!row) {
            return keys;
        }
        keys.push_back(
            {page.head.id, static_cast<RowKind>(range.integer(0)), Id{range.unsigned_integer(1)}});
    }
}

/// Removes rows that were here and that the snapshot, which covers their place, does not have.
Result<> Replica::prune(PageWork& work, const std::vector<RowKey>& before) {
    const auto order = [](const RowRef& row) { return std::pair(row.kind, row.id); };
    std::vector<std::pair<RowKind, Id>> present;
    present.reserve(work.page.rows.size());
    std::ranges::transform(work.page.rows, std::back_inserter(present), order);
    std::ranges::sort(present);
    for (const RowKey& key : before) {
        if (std::ranges::binary_search(present, std::pair(key.kind, key.id))) {
            continue;
        }
        work.removed.push_back(key);
        // What changed after the snapshot was taken is left to the delta behind it.
        HF_CHECK(erase(work,
                       RowRef{.kind = key.kind,
                              .id = key.id,
                              .version = work.page.to + 1,
                              .sort = 0,
                              .body = {}}));
    }
    return {};
}

}  // namespace holdfast::client
