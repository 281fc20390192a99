#pragma once

#include <cstddef>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// Brings the group grants of a user in line with roles and groups: one for each active group that
/// asks for no permission, or for one that the user holds; none for a user who is not active.
/// Grants of channels follow membership and are left alone.
///
/// Call inside a transaction, after the rows of users, roles and groups are written.
/// @return  number of grants written or deleted.
/// Errors   access_forbidden where the user has no bucket in the organization · those of storage.
/// Cost     O(buckets of the organization).
[[nodiscard]] Result<std::size_t> refresh_grants(storage::Storage& storage,
                                                 Id organization,
                                                 Id user);

/// The same for every user of the organization; groups are read once.
[[nodiscard]] Result<std::size_t> refresh_all_grants(storage::Storage& storage, Id organization);

/// Group grants of a user that are not what roles and groups ask for.
struct GrantDifference {
    Id user;
    BucketId own;             ///< the user's bucket
    std::vector<Id> missing;  ///< groups without a grant that should have one
    std::vector<Id> surplus;  ///< groups with a grant that should have none

    [[nodiscard]] bool empty() const { return missing.empty() && surplus.empty(); }
};

/// What refresh_all_grants() would change; users without a difference are left out. Writes nothing.
[[nodiscard]] Result<std::vector<GrantDifference>> compare_all_grants(storage::Storage& storage,
                                                                      Id organization);

}  // namespace holdfast::services
