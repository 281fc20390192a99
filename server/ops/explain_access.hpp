#pragma once

#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/model/body.hpp"
#include "server/ops/explain.hpp"
#include "server/storage/common/storage.hpp"

/// Inside server/ops only: the half of explain() that is about access.
namespace holdfast::ops {

/// What people call a group or a channel.
struct Name {
    std::string name;
    std::string code;
};

/// Of the group or channel that a bucket belongs to; nothing for buckets of other kinds (a timeline
/// is its channel's), or where the row is missing or cannot be read.
[[nodiscard]] Result<std::optional<Name>> name_of(storage::Storage& storage,
                                                  const storage::BucketRecord& record);

/// Adds the steps from a bucket to the user, and the verdict: `sees` or `hidden`.
[[nodiscard]] Result<> explain_access(storage::Storage& storage,
                                      Id user,
                                      const storage::BucketRecord& record,
                                      Explanation& explanation);

}  // namespace holdfast::ops
