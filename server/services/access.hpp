#pragma once

#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/bucket.hpp"
#include "server/services/bucket_index.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// What opens buckets to a user: the own id, the organization's and those of the grants; ascending.
struct Keys {
    Id organization;
    std::vector<Id> ids;
    [[nodiscard]] bool holds(Id id) const;
    [[nodiscard]] bool opens(const BucketRecord& record) const;
    bool operator==(const Keys&) const = default;
};

/// What a user may read (OM5). Derived from the grant rows of the user's own bucket and cached
/// until told that they have changed. Buckets that come or go need no telling: keys are of their
/// owners.
class Access {
public:
    Access(storage::Storage& storage, BucketIndex& index) : storage_(storage), index_(index) {}

    /// The user's keys.  Errors  access_forbidden where there is no such user · those of storage.
    [[nodiscard]] Result<std::shared_ptr<const Keys>> keys(Id user);

    [[nodiscard]] Result<bool> may_read(Id user, BucketId bucket);

    /// Every bucket that the user may read at its head, ascending.  Cost  O(what it returns).
    [[nodiscard]] Result<std::vector<Bucket>> readable(Id user);

    /// The digest of the heads that readable() gives.  Cost  one addition for each.
    [[nodiscard]] Result<Sum> digest(Id user);

    /// The user's grants have changed.
    void forget(Id user) { cached_.erase(user); }
    void keep_only(const std::set<Id>& organizations);

private:
    [[nodiscard]] Result<Keys> read_keys(Id user);
    [[nodiscard]] Result<std::vector<BucketId>> readable_ids(Id user);

    storage::Storage& storage_;
    BucketIndex& index_;
    std::unordered_map<Id, std::shared_ptr<const Keys>> cached_;
};

}  // namespace holdfast::services
