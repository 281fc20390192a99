#pragma once

#include <cstdint>

#include "core/base/id.hpp"
#include "core/base/sum.hpp"

namespace holdfast::sync {

/// A cursor or head as it counts in the digest of a short greeting. Digests add up like row sums;
/// two sides with the same digest hold the same buckets at the same place.
///
/// It is the hash of a row of kind 0 whose id is the bucket, whose sort is the epoch, and whose
/// body is the sum, low half first, little-endian.
[[nodiscard]] Sum digest_of(BucketId bucket, std::uint32_t epoch, std::uint64_t version, Sum sum);

}  // namespace holdfast::sync
