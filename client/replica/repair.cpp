// How a bucket that differs from the server's is compared and mended, range by range.

#include "client/replica/repair.hpp"

#include <algorithm>
#include <utility>

#include "client/replica/replica.hpp"
#include "core/base/sum.hpp"
#include "core/model/row_sum.hpp"

namespace holdfast::client {

Result<ReplicaRepair> ReplicaRepair::open(sqlite::Database& database) {
    ReplicaRepair repair;
    HF_TRY(repair.range_,
           database.prepare("SELECT kind, id, version, sort, body FROM row WHERE bucket = ?1 AND "
                            "(kind, id) > (?2, ?3) AND (kind, id) <= (?4, ?5)"));
    HF_TRY(repair.write_,
           database.prepare("INSERT OR REPLACE INTO row VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
    HF_TRY(repair.erase_,
           database.prepare("DELETE FROM row WHERE bucket = ?1 AND kind = ?2 AND id = ?3"));
    return repair;
}

/// Visits the rows of a range in key order.
template <class Visit>
Result<> ReplicaRepair::each(BucketId bucket, const KeyRange& range, Visit visit) {
    constexpr int behind_all_kinds = 256;  // kinds take one byte
    range_.reset()
        .bind(1, bucket.value)
        .bind(2, static_cast<int>(range.after.kind))
        .bind(3, range.after.id.value)
        .bind(4, range.to.is_open() ? behind_all_kinds : static_cast<int>(range.to.kind))
        .bind(5, range.to.id.value);
    for (;;) {
        HF_TRY(const bool row, range_.step());
        if (!row) {
            range_.reset();
            return {};
        }
        const auto kind = static_cast<std::uint8_t>(range_.integer(0));
        const Id id{range_.unsigned_integer(1)};
        const std::uint64_t version = range_.unsigned_integer(2);
        visit(Held{.place = {static_cast<RowKind>(kind), id},
                   .version = version,
                   .sum = row_sum(kind, id, version, range_.integer(3), range_.text(4))});
    }
}

Result<RangeSum> ReplicaRepair::sum(BucketId bucket, const KeyRange& range) {
    RangeSum sum{.to = range.to};
    HF_CHECK(each(bucket, range, [&](const Held& row) {
        sum.rows += 1;
        sum.sum += row.sum;
    }));
    return sum;
}

Result<Replica::ReplacedRange> ReplicaRepair::replace(const wire::Page& page,
                                                      sync::BucketCursor& cursor) {
    std::vector<Held> before;
    HF_CHECK(each(page.head.id, page.range, [&](const Held& row) { before.push_back(row); }));
    Replica::ReplacedRange done;
    auto old = before.begin();
    const auto remove_until = [&](const RowPlace* place) -> Result<> {
        for (; old != before.end() && (place == nullptr || old->place < *place); ++old) {
            HF_CHECK(erase_.reset()
                         .bind(1, page.head.id.value)
                         .bind(2, static_cast<int>(old->place.kind))
                         .bind(3, old->place.id.value)
                         .run());
            count_out(*old, cursor);
            done.removed.push_back({page.head.id, old->place.kind, old->place.id});
        }
        return {};
    };
    for (const RowRef& row : page.rows) {
        const RowPlace place{row.kind, row.id};
        HF_CHECK(remove_until(&place));
        const Sum sum = row_sum(row);
        const bool here = old != before.end() && old->place == place;
        if (here && old->sum == sum) {
            ++old;
            continue;
        }
        HF_CHECK(write(page.head.id, row));
        if (here) {
            count_out(*old++, cursor);
        }
        cursor.rows += 1;
        cursor.sum += sum;
        (here ? done.changed : done.added) += 1;
    }
    HF_CHECK(remove_until(nullptr));
    return done;
}

/// Rows that a reset has left behind are not counted: their version is 0.
void ReplicaRepair::count_out(const Held& row, sync::BucketCursor& cursor) {
    if (row.version != 0) {
        cursor.rows -= 1;
        cursor.sum -= row.sum;
    }
}

Result<> ReplicaRepair::write(BucketId bucket, const RowRef& row) {
    return write_.reset()
        .bind(1, bucket.value)
        .bind(2, static_cast<int>(row.kind))
        .bind(3, row.id.value)
        .bind(4, row.version)
        .bind(5, row.sort)
        .bind(6, row.body)
        .run();
}

// ---------------------------------------------------------------------------- the replica's door

Result<ReplicaRepair*> Replica::repair() {
    if (repair_ == nullptr) {
        HF_TRY(ReplicaRepair opened, ReplicaRepair::open(database_));
        repair_ = std::make_unique<ReplicaRepair>(std::move(opened));
    }
    return repair_.get();
}

Result<std::vector<RangeSum>> Replica::sum_ranges(BucketId bucket,
                                                  std::span<const KeyRange> ranges) {
    HF_TRY(ReplicaRepair * repair, this->repair());
    std::vector<RangeSum> sums;
    sums.reserve(ranges.size());
    for (const KeyRange& range : ranges) {
        HF_TRY(const RangeSum sum, repair->sum(bucket, range));
        sums.push_back(sum);
    }
    return sums;
}

Result<Replica::ReplacedRange> Replica::replace_range(const wire::Page& page) {
    const auto known = buckets_.find(page.head.id);
    if (known == buckets_.end()) {
        return ReplacedRange{};  // access was lost meanwhile
    }
    HF_TRY(ReplicaRepair * repair, this->repair());
    HF_CHECK(flush());
    newest_.forget(page.head.id);
    sync::BucketCursor cursor = known->second;
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    HF_TRY(auto done, repair->replace(page, cursor));
    HF_CHECK(write_cursor(cursor));
    HF_CHECK(transaction.commit());
    known->second = cursor;
    done.rows = cursor.rows;
    done.sum = cursor.sum;
    return done;
}

Result<> Replica::end_repair(const sync::BucketCursor& cursor) {
    if (!buckets_.contains(cursor.head.id)) {
        return {};
    }
    HF_CHECK(flush());
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    HF_CHECK(write_cursor(cursor));
    HF_CHECK(transaction.commit());
    forget(cursor.head.id);
    remember(cursor);
    return {};
}

}  // namespace holdfast::client
