#pragma once

#include <cstdint>
#include <vector>

#include "client/replica/replica.hpp"

namespace holdfast::client {

/// What a repair asks of SQLite, prepared when the first one begins. Inside client/replica only.
class ReplicaRepair {
public:
    [[nodiscard]] static Result<ReplicaRepair> open(sqlite::Database& database);

    /// Cost  O(rows of the range): each is read and hashed.
    [[nodiscard]] Result<RangeSum> sum(BucketId bucket, const KeyRange& range);

    /// Inside a transaction of the caller. Keeps the cursor's count and sum.
    [[nodiscard]] Result<Replica::ReplacedRange> replace(const wire::Page& page,
                                                         sync::BucketCursor& cursor);

private:
    struct Held {
        RowPlace place;
        std::uint64_t version = 0;
        Sum sum{};
    };

    template <class Visit>
    [[nodiscard]] Result<> each(BucketId bucket, const KeyRange& range, Visit visit);
    static void count_out(const Held& row, sync::BucketCursor& cursor);
    [[nodiscard]] Result<> write(BucketId bucket, const RowRef& row);

    sqlite::Statement range_;
    sqlite::Statement write_;
    sqlite::Statement erase_;
};

}  // namespace holdfast::client
