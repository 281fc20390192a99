#pragma once

#include <cstdint>

#include "core/model/bucket.hpp"
#include "core/model/row.hpp"

namespace holdfast::sync {

/// Where the device stands in a bucket, complete or not. Persisted with the rows, in one
/// transaction.
struct BucketCursor {
    Bucket head;  ///< the server's, as last told; version, rows and sum are the server's
    std::uint64_t version = 0;  ///< delta cursor: exact up to here once `snapshot` is over
    bool complete = false;      ///< the snapshot is over: from now on deltas
    std::uint64_t snapshot_as_of = 0;
    RowKind after_kind{};
    Id after_id;
    bool tail_done = false;  ///< its newest rows are here
    std::uint64_t rows = 0;  ///< on this device
    Sum sum{};               ///< of the rows on this device

    /// Nothing is missing up to the head that the server told.
    [[nodiscard]] bool exact() const {
        return head.version == 0 || (complete && version >= head.version);
    }
};

}  // namespace holdfast::sync
