#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/bucket.hpp"
#include "core/wire/frame.hpp"
#include "server/services/bucket_index.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// For whom a user's keys are: a phone is served no archives, and where its organization's
/// entitlement names groups, these alone (OM14).
enum class Reach : std::uint8_t { all = 0, phone = 1 };

/// What opens buckets to a user: the own id, the organization's and those of the grants; ascending.
struct Keys {
    Id organization;
    std::vector<Id> ids;
    Reach reach = Reach::all;
    [[nodiscard]] bool holds(Id id) const;
    [[nodiscard]] bool opens(const BucketRecord& record) const;
    bool operator==(const Keys&) const = default;
};

/// Whether what is of this kind is for the reach at all.
[[nodiscard]] constexpr bool reaches(Reach reach, BucketKind kind) {
    return reach == Reach::all || kind != BucketKind::archive;
}

[[nodiscard]] inline Reach reach_of(wire::DeviceClass device_class) {
    return device_class == wire::DeviceClass::mobile ? Reach::phone : Reach::all;
}

/// What a user may read (OM5). Derived from the grant rows of the user's own bucket and cached
/// until told that they have changed. Buckets that come or go need no telling: keys are of their
/// owners.
class Access {
public:
    Access(storage::Storage& storage, BucketIndex& index) : storage_(storage), index_(index) {}

    /// The user's keys.  Errors  access_forbidden where there is no such user · those of storage.
    [[nodiscard]] Result<std::shared_ptr<const Keys>> keys(Id user, Reach reach = Reach::all);

    [[nodiscard]] Result<bool> may_read(Id user, BucketId bucket);

    /// Every bucket that the user may read at its head, ascending.  Cost  O(what it returns).
    [[nodiscard]] Result<std::vector<Bucket>> readable(Id user, Reach reach = Reach::all);

    /// The digest of the heads that readable() gives.  Cost  one addition for each.
    [[nodiscard]] Result<Sum> digest(Id user, Reach reach = Reach::all);

    /// The user's grants have changed.
    void forget(Id user) { cached_.erase(user); }
    /// The organization's entitlement may have changed.
    void forget_organization(Id organization);
    void keep_only(const std::set<Id>& organizations);

private:
    using Cached = std::array<std::shared_ptr<const Keys>, 2>;  ///< by Reach; null: not read yet
    [[nodiscard]] Result<Keys> read_keys(Id user);
    [[nodiscard]] Result<> leave_granted_groups(Keys& keys);
    [[nodiscard]] Result<std::vector<BucketId>> readable_ids(Id user, Reach reach);
    void forget_where(const std::function<bool(Id organization)>& gone);

    storage::Storage& storage_;
    BucketIndex& index_;
    std::unordered_map<Id, Cached> cached_;
};

}  // namespace holdfast::services
