#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::ops {

/// A bucket's record beside what its rows and tombstones come to.
struct BucketAudit {
    storage::BucketRecord record;
    Bucket counted;                   ///< version, rows, bytes and sum as they were recomputed
    std::uint64_t tombstones = 0;     ///< likewise
    std::vector<std::string> faults;  ///< where they differ, in sentences; empty: it is sound
};

/// Recomputes a bucket from all that it holds: its counts, its sum, and that every version stands
/// at most once, the last one being the head; that its tombstones are counted and its horizon is
/// not above it.
/// Cost  reads the bucket's rows and tombstones once, a page at a time.
[[nodiscard]] Result<BucketAudit> audit_bucket(storage::Storage& storage,
                                               const storage::BucketRecord& record);

/// "bucket 212 (timeline of 4294967340)".
[[nodiscard]] std::string describe(const Bucket& bucket);

[[nodiscard]] std::string_view bucket_kind_name(BucketKind kind);
[[nodiscard]] std::string_view row_kind_name(RowKind kind);

/// 32 hexadecimal digits.
[[nodiscard]] std::string print(const Sum& sum);

}  // namespace holdfast::ops
