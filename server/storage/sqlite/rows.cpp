#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/sum.hpp"
#include "core/model/row_sum.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {
namespace {

/// The columns that every statement of rows returns; the body borrows from the statement.
RowRef read_ref(const sqlite::Statement& row) {
    return {.kind = static_cast<RowKind>(row.integer(0)),
            .id = Id{row.unsigned_integer(1)},
            .version = row.unsigned_integer(2),
            .sort = row.integer(3),
            .body = row.blob(4)};
}

Row to_row(const RowRef& ref) {
    return {.kind = ref.kind,
            .id = ref.id,
            .version = ref.version,
            .sort = ref.sort,
            .body = std::string(ref.body)};
}

Row read_row(const sqlite::Statement& row) {
    return to_row(read_ref(row));
}

/// The row as it will be when `change` has the version.
RowRef changed_to(const RowChange& change, std::uint64_t version) {
    return {.kind = change.key.kind,
            .id = change.key.id,
            .version = version,
            .sort = change.sort,
            .body = change.body};
}

void bind_key(Query& query, int position, const RowKey& key) {
    query->bind(position, key.bucket.value)
        .bind(position + 1, static_cast<int>(key.kind))
        .bind(position + 2, key.id.value);
}

void bind_range(Query& query, BucketId bucket, const KeyRange& range) {
    constexpr int behind_all_kinds = 256;  // kinds take one byte
    query->bind(1, bucket.value)
        .bind(2, static_cast<int>(range.after.kind))
        .bind(3, range.after.id.value)
        .bind(4, range.to.is_open() ? behind_all_kinds : static_cast<int>(range.to.kind))
        .bind(5, range.to.id.value);
}

/// One row more than the page may hold, which says whether there is more.
std::int64_t rows_to_read(const PageLimits& limits) {
    HF_ASSERT(limits.rows > 0);
    constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max() - 1;
    return limits.rows > static_cast<std::uint64_t>(max)
               ? max
               : static_cast<std::int64_t>(limits.rows) + 1;
}

/// Fills a page up to its limits; the first row comes however large it is.
Result<RowPage> read_page(Query& query, const PageLimits& limits) {
    RowPage page;
    std::size_t bytes = 0;
    for (;;) {
        HF_TRY(const bool row, query->step());
        if (!row) {
            return page;
        }
        const RowRef ref = read_ref(*query.operator->());
        bytes += ref.body.size();
        const bool full = page.rows.size() == limits.rows || bytes > limits.body_bytes;
        if (full && !page.rows.empty()) {
            page.more = true;
            return page;
        }
        page.rows.push_back(to_row(ref));
    }
}

}  // namespace

Result<std::optional<Row>> SqliteStorage::find_row(RowKey key) {
    Query find = query(Sql::row_find);
    bind_key(find, 1, key);
    return find.find(&read_row);
}

Result<RowPage> SqliteStorage::rows_after_key(BucketId bucket,
                                              RowKind kind,
                                              Id id,
                                              PageLimits limits) {
    Query rows = query(Sql::rows_after_key);
    bind_key(rows, 1, {.bucket = bucket, .kind = kind, .id = id});
    rows->bind(4, rows_to_read(limits));
    return read_page(rows, limits);
}

Result<RowPage> SqliteStorage::rows_in_range(BucketId bucket, KeyRange range, PageLimits limits) {
    Query rows = query(Sql::rows_in_range);
    bind_range(rows, bucket, range);
    rows->bind(6, rows_to_read(limits));
    return read_page(rows, limits);
}

Result<RangeTotal> SqliteStorage::sum_range(BucketId bucket, KeyRange range, std::size_t rows_max) {
    Query rows = query(Sql::rows_in_range);
    bind_range(rows, bucket, range);
    rows->bind(6, rows_to_read({.rows = rows_max}));
    RangeTotal counted;
    for (;;) {
        HF_TRY(const bool row, rows->step());
        if (!row) {
            return counted;
        }
        if (counted.total.rows == rows_max) {
            counted.more = true;
            return counted;
        }
        const RowRef ref = read_ref(*rows.operator->());
        counted.total.rows += 1;
        counted.total.sum += row_sum(ref);
        counted.total.to = {ref.kind, ref.id};
    }
}

Result<RowPage> SqliteStorage::rows_after_version(BucketId bucket,
                                                  std::uint64_t version,
                                                  PageLimits limits) {
    Query rows = query(Sql::rows_after_version);
    rows->bind(1, bucket.value).bind(2, version).bind(3, rows_to_read(limits));
    return read_page(rows, limits);
}

Result<std::vector<Row>> SqliteStorage::newest_rows(BucketId bucket,
                                                    RowKind kind,
                                                    std::size_t limit) {
    Query rows = query(Sql::rows_newest);
    rows->bind(1, bucket.value)
        .bind(2, static_cast<int>(kind))
        .bind(3, static_cast<std::int64_t>(limit));
    return rows.list(&read_row);
}

Result<std::vector<Row>> SqliteStorage::rows_before(BucketId bucket,
                                                    RowKind kind,
                                                    SortKey place,
                                                    std::size_t limit) {
    Query rows = query(Sql::rows_before);
    rows->bind(1, bucket.value)
        .bind(2, static_cast<int>(kind))
        .bind(3, place.sort)
        .bind(4, place.id.value)
        .bind(5, static_cast<std::int64_t>(limit));
    return rows.list(&read_row);
}

Result<std::vector<Row>> SqliteStorage::oldest_rows(BucketId bucket,
                                                    RowKind kind,
                                                    std::int64_t below,
                                                    std::size_t limit) {
    Query rows = query(Sql::rows_oldest);
    rows->bind(1, bucket.value)
        .bind(2, static_cast<int>(kind))
        .bind(3, below)
        .bind(4, static_cast<std::int64_t>(limit));
    return rows.list(&read_row);
}

Result<std::vector<Position>> SqliteStorage::write_rows(std::span<const RowChange> changes) {
    HF_CHECK(writable());
    std::vector<const RowChange*> ordered;
    ordered.reserve(changes.size());
    for (const RowChange& change : changes) {
        ordered.push_back(&change);
    }
    // Ascending buckets, so that two writers never wait for each other; within one, as they came:
    // a change's address says its place in the span.
    const auto bucket_of = [](const RowChange* change) { return change->key.bucket; };
    std::ranges::sort(
        ordered, {}, [](const RowChange* change) { return std::pair(change->key.bucket, change); });

    std::vector<Position> positions;
    for (std::span<const RowChange* const> rest = ordered; !rest.empty();) {
        const auto end = std::ranges::upper_bound(rest, bucket_of(rest.front()), {}, bucket_of);
        const auto count = static_cast<std::size_t>(end - rest.begin());
        HF_TRY(const auto position, write_bucket(rest.first(count)));
        if (position) {
            positions.push_back(*position);
        }
        rest = rest.subspan(count);
    }
    return positions;
}

Result<std::optional<Position>> SqliteStorage::write_bucket(
    std::span<const RowChange* const> changes) {
    const BucketId id = changes.front()->key.bucket;
    HF_TRY(const auto record, find_bucket(id));
    if (!record) {
        return fail(ErrorCode::storage_failed, "no bucket " + std::to_string(id.value));
    }
    BucketRecord written = *record;
    Bucket& head = written.bucket;
    for (const RowChange* change : changes) {
        if (change->deletes()) {
            HF_CHECK(remove_row(*change, written));
        } else {
            HF_CHECK(write_row(*change, written));
        }
    }
    if (head.version == record->bucket.version) {
        return std::nullopt;
    }
    HF_CHECK(prune_tombstones(written));
    Query advance = query(Sql::bucket_advance);
    advance->bind(1, head.version)
        .bind(2, head.rows)
        .bind(3, head.bytes)
        .bind(4, head.sum.low)
        .bind(5, head.sum.high)
        .bind(6, head.horizon)
        .bind(7, written.tombstones)
        .bind(8, id.value);
    HF_CHECK(advance->run());
    heads_.insert_or_assign(id, written);
    return Position{.bucket = id, .version = head.version};
}

Result<> SqliteStorage::prune_tombstones(BucketRecord& record) {
    Bucket& head = record.bucket;
    const std::uint64_t kept_max = std::max(tombstones_kept_min, head.rows / tombstones_kept_share);
    if (record.tombstones <= kept_max) {
        return {};
    }
    const std::uint64_t kept = kept_max / 2;
    Query limit = query(Sql::tombstone_limit);
    limit->bind(1, head.id.value).bind(2, kept);
    HF_TRY(const bool found, limit->step());
    if (!found) {
        return fail(ErrorCode::storage_corrupt, "tombstones that were counted are not there");
    }
    head.horizon = limit->unsigned_integer(0);
    limit->reset();
    record.tombstones = kept;
    Query prune = query(Sql::tombstone_prune);
    prune->bind(1, head.id.value).bind(2, head.horizon);
    return prune->run();
}

Result<> SqliteStorage::write_row(const RowChange& change, BucketRecord& record) {
    Bucket& head = record.bucket;
    const RowRef written = changed_to(change, head.version + 1);
    Query find = query(Sql::row_find);
    bind_key(find, 1, change.key);
    HF_TRY(const bool exists, find->step());
    if (exists) {
        const RowRef old = read_ref(*find.operator->());
        if (old.sort == written.sort && old.body == written.body) {
            return {};
        }
        head.sum -= row_sum(old);
        head.bytes -= old.body.size();
        find->reset();
        Query update = query(Sql::row_update);
        update->bind(1, written.version).bind(2, written.sort).bind_blob(3, written.body);
        bind_key(update, 4, change.key);
        HF_CHECK(update->run());
    } else {
        Query drop = query(Sql::tombstone_drop);
        bind_key(drop, 1, change.key);
        HF_CHECK(drop->run());
        record.tombstones -= database_.changes() == 0 ? 0 : 1;
        Query insert = query(Sql::row_insert);
        bind_key(insert, 1, change.key);
        insert->bind(4, written.version).bind(5, written.sort).bind_blob(6, written.body);
        HF_CHECK(insert->run());
        ++head.rows;
    }
    head.version = written.version;
    head.bytes += written.body.size();
    head.sum += row_sum(written);
    return {};
}

Result<> SqliteStorage::remove_row(const RowChange& change, BucketRecord& record) {
    Bucket& head = record.bucket;
    Query find = query(Sql::row_find);
    bind_key(find, 1, change.key);
    HF_TRY(const bool exists, find->step());
    if (!exists) {
        return {};
    }
    const RowRef old = read_ref(*find.operator->());
    head.sum -= row_sum(old);
    head.bytes -= old.body.size();
    --head.rows;
    ++head.version;
    ++record.tombstones;
    find->reset();

    Query remove = query(Sql::row_delete);
    bind_key(remove, 1, change.key);
    HF_CHECK(remove->run());
    Query put = query(Sql::tombstone_put);
    bind_key(put, 1, change.key);
    put->bind(4, head.version);
    return put->run();
}

}  // namespace holdfast::storage
