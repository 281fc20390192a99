// How rows are read. Nothing of a revoked bucket is ever returned.

#include <algorithm>

#include "client/replica/limits.hpp"
#include "client/replica/replica.hpp"
#include "client/replica/statements.hpp"

namespace holdfast::client {
namespace {

Row copy_row(const sqlite::Statement& statement) {
    const RowRef row = borrow_row(statement);
    return {.kind = row.kind,
            .id = row.id,
            .version = row.version,
            .sort = row.sort,
            .body = std::string(row.body)};
}

std::int64_t bounded(std::size_t count) {
    return static_cast<std::int64_t>(std::min(count, limits::read_rows_max));
}

constexpr std::int64_t no_bound = -1;

Result<> visit_all(sqlite::Statement& statement, const std::function<bool(const RowRef&)>& visit) {
    for (;;) {
        HF_TRY(const bool row, statement.step());
        if (!row) {
            return {};
        }
        if (!visit(borrow_row(statement))) {
            statement.reset();
            return {};
        }
    }
}

}  // namespace

Result<std::vector<Row>> Replica::collect(sqlite::Statement& statement) {
    std::vector<Row> rows;
    for (;;) {
        HF_TRY(const bool row, statement.step());
        if (!row) {
            return rows;
        }
        rows.push_back(copy_row(statement));
    }
}

Result<std::optional<Row>> Replica::find(RowKey key) {
    if (!buckets_.contains(key.bucket)) {
        return std::nullopt;
    }
    sqlite::Statement& read = statements_->read;
    read.reset()
        .bind(1, key.bucket.value)
        .bind(2, static_cast<int>(key.kind))
        .bind(3, key.id.value);
    HF_TRY(const bool found, read.step());
    if (!found) {
        return std::nullopt;
    }
    Row row = copy_row(read);
    read.reset();
    return row;
}

Result<std::vector<Row>> Replica::rows(BucketId bucket, RowKind kind) {
    if (!buckets_.contains(bucket)) {
        return std::vector<Row>{};
    }
    return collect(statements_->by_kind.reset()
                       .bind(1, bucket.value)
                       .bind(2, static_cast<int>(kind))
                       .bind(3, Id{}.value)
                       .bind(4, bounded(limits::read_rows_max)));
}

Result<std::uint64_t> Replica::count(BucketId bucket, RowKind kind) {
    if (!buckets_.contains(bucket)) {
        return 0;
    }
    sqlite::Statement& count = statements_->count;
    count.reset().bind(1, bucket.value).bind(2, static_cast<int>(kind));
    HF_TRY(const bool found, count.step());
    const std::uint64_t rows = found ? count.unsigned_integer(0) : 0;
    count.reset();
    return rows;
}

Result<std::vector<Row>> Replica::newest(BucketId bucket, RowKind kind, std::size_t count) {
    if (!buckets_.contains(bucket)) {
        return std::vector<Row>{};
    }
    if (const auto kept = newest_.find(bucket, kind, count); kept.known) {
        return std::vector<Row>(kept.rows.begin(), kept.rows.end());
    }
    HF_TRY(auto rows,
           collect(statements_->newest.reset()
                       .bind(1, bucket.value)
                       .bind(2, static_cast<int>(kind))
                       .bind(3, bounded(count))));
    newest_.put(bucket, kind, count, rows);
    return rows;
}

Result<std::vector<Row>> Replica::before(BucketId bucket,
                                         RowKind kind,
                                         SortKey place,
                                         std::size_t count) {
    if (!buckets_.contains(bucket)) {
        return std::vector<Row>{};
    }
    return collect(statements_->before.reset()
                       .bind(1, bucket.value)
                       .bind(2, static_cast<int>(kind))
                       .bind(3, place.sort)
                       .bind(4, place.id.value)
                       .bind(5, bounded(count)));
}

Result<std::vector<Row>> Replica::after(BucketId bucket,
                                        RowKind kind,
                                        SortKey place,
                                        std::size_t count) {
    if (!buckets_.contains(bucket)) {
        return std::vector<Row>{};
    }
    return collect(statements_->after.reset()
                       .bind(1, bucket.value)
                       .bind(2, static_cast<int>(kind))
                       .bind(3, place.sort)
                       .bind(4, place.id.value)
                       .bind(5, bounded(count)));
}

Result<> Replica::visit(BucketId bucket,
                        RowKind kind,
                        Id after,
                        const std::function<bool(const RowRef&)>& visit) {
    if (!buckets_.contains(bucket)) {
        return {};
    }
    return visit_all(statements_->by_kind.reset()
                         .bind(1, bucket.value)
                         .bind(2, static_cast<int>(kind))
                         .bind(3, after.value)
                         .bind(4, no_bound),
                     visit);
}

Result<> Replica::visit_after(BucketId bucket,
                              RowKind kind,
                              SortKey place,
                              const std::function<bool(const RowRef&)>& visit) {
    if (!buckets_.contains(bucket)) {
        return {};
    }
    return visit_all(statements_->after.reset()
                         .bind(1, bucket.value)
                         .bind(2, static_cast<int>(kind))
                         .bind(3, place.sort)
                         .bind(4, place.id.value)
                         .bind(5, no_bound),
                     visit);
}

Result<> Replica::visit_newest(BucketId bucket,
                               RowKind kind,
                               const std::function<bool(const RowRef&)>& visit) {
    if (!buckets_.contains(bucket)) {
        return {};
    }
    return visit_all(statements_->newest.reset()
                         .bind(1, bucket.value)
                         .bind(2, static_cast<int>(kind))
                         .bind(3, no_bound),
                     visit);
}

}  // namespace holdfast::client
