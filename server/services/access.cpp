#include "server/services/access.hpp"

#include <algorithm>
#include <utility>

#include "server/services/limits.hpp"
#include "server/services/policy.hpp"

namespace holdfast::services {

bool Keys::holds(Id id) const {
    return std::ranges::binary_search(ids, id);
}

bool Keys::opens(const BucketRecord& record) const {
    return record.organization == organization && reaches(reach, record.bucket.kind) &&
           std::ranges::any_of(openers_of(record),
                               [&](Id opener) { return opener && holds(opener); });
}

Result<std::shared_ptr<const Keys>> Access::keys(Id user, Reach reach) {
    const auto place = static_cast<std::size_t>(reach);
    if (const auto cached = cached_.find(user);
        cached != cached_.end() && cached->second[place] != nullptr) {
        return cached->second[place];
    }
    HF_TRY(Keys read, read_keys(user));
    read.reach = reach;
    if (reach == Reach::phone) {
        HF_CHECK(leave_granted_groups(read));
    }
    if (cached_.size() >= limits::users_cached_max) {
        cached_.clear();
    }
    auto keys = std::make_shared<const Keys>(std::move(read));
    cached_[user][place] = keys;
    return keys;
}

Result<bool> Access::may_read(Id user, BucketId bucket) {
    HF_TRY(const auto held, keys(user));
    HF_TRY(const auto record, storage_.find_bucket(bucket));
    return record && held->opens(*record);
}

Result<std::vector<BucketId>> Access::readable_ids(Id user, Reach reach) {
    HF_TRY(const auto held, keys(user, reach));
    HF_CHECK(index_.ensure(held->organization));
    std::vector<BucketId> ids;
    for (const Id key : held->ids) {
        const auto& opened = index_.opened_by(key);
        ids.insert(ids.end(), opened.begin(), opened.end());
    }
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
    std::erase_if(ids, [&](BucketId id) {
        const BucketRecord* record = index_.find(id);
        return record == nullptr || record->organization != held->organization ||
               !reaches(reach, record->bucket.kind);
    });
    return ids;
}

Result<std::vector<Bucket>> Access::readable(Id user, Reach reach) {
    HF_TRY(const auto ids, readable_ids(user, reach));
    std::vector<Bucket> buckets;
    buckets.reserve(ids.size());
    for (const BucketId id : ids) {
        buckets.push_back(index_.find(id)->bucket);
    }
    return buckets;
}

Result<Sum> Access::digest(Id user, Reach reach) {
    HF_TRY(const auto ids, readable_ids(user, reach));
    Sum digest;
    for (const BucketId id : ids) {
        digest += index_.digest_of(id);
    }
    return digest;
}

void Access::keep_only(const std::set<Id>& organizations) {
    forget_where([&](Id organization) { return !organizations.contains(organization); });
}

void Access::forget_organization(Id organization) {
    forget_where([&](Id other) { return other == organization; });
}

void Access::forget_where(const std::function<bool(Id organization)>& gone) {
    std::erase_if(cached_, [&](const auto& entry) {
        return std::ranges::any_of(entry.second, [&](const auto& keys) {
            return keys != nullptr && gone(keys->organization);
        });
    });
}

/// Takes out the groups that the entitlement does not name, and the private channels in them.
Result<> Access::leave_granted_groups(Keys& keys) {
    HF_TRY(const auto entitlement, read_entitlement(storage_, keys.organization));
    if (!entitlement.is_granted() || entitlement.groups.empty()) {
        return {};
    }
    std::vector<Id> left;
    for (const Id id : keys.ids) {
        HF_TRY(const auto channel, storage_.find_bucket(BucketKind::channel, id));
        HF_TRY(const auto group, storage_.find_bucket(BucketKind::group, id));
        const Id place = channel ? channel->bucket.parent : (group ? id : Id{});
        const bool named = std::ranges::find(entitlement.groups, place) != entitlement.groups.end();
        if (!place || named) {
            left.push_back(id);
        }
    }
    keys.ids = std::move(left);
    return {};
}

Result<Keys> Access::read_keys(Id user) {
    HF_TRY(const auto own, storage_.find_bucket(BucketKind::user, user));
    if (!own) {
        return fail(ErrorCode::access_forbidden, "no user " + to_string(user));
    }
    Keys keys{.organization = own->organization, .ids = {user, own->organization}};
    Id after;
    for (bool more = true; more;) {
        HF_TRY(const auto page, storage_.rows_after_key(own->bucket.id, RowKind::grant, after, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            if (row.kind != RowKind::grant) {
                more = false;
                break;
            }
            keys.ids.push_back(row.id);
            after = row.id;
        }
    }
    std::ranges::sort(keys.ids);
    return keys;
}

}  // namespace holdfast::services
