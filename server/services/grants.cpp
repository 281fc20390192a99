#include "server/services/grants.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "core/model/body.hpp"
#include "core/model/world.hpp"
#include "server/services/server_world.hpp"

namespace holdfast::services {
namespace {

/// The active groups of an organization, and the permissions any of which shows each.
struct VisibleGroup {
    Id id;
    std::vector<std::string> view;
};

Result<std::vector<VisibleGroup>> read_groups(storage::Storage& storage, Id organization) {
    HF_TRY(const auto buckets, storage.buckets_of(organization));
    std::vector<VisibleGroup> groups;
    for (const storage::BucketRecord& record : buckets) {
        if (record.bucket.kind != BucketKind::group) {
            continue;
        }
        const Id id = record.bucket.owner;
        HF_TRY(const auto row, storage.find_row({record.bucket.id, RowKind::group, id}));
        if (!row) {
            continue;
        }
        auto group = body::parse_group(row->body);
        if (!group) {
            return fail(ErrorCode::storage_corrupt, "group " + to_string(id));
        }
        if (group->active) {
            groups.push_back({id, std::move(group->view)});
        }
    }
    return groups;
}

/// Groups that the user holds a grant for.
Result<std::set<Id>> read_granted(storage::Storage& storage, BucketId own) {
    std::set<Id> granted;
    Id after;
    for (bool more = true; more;) {
        HF_TRY(const auto page, storage.rows_after_key(own, RowKind::grant, after, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            if (row.kind != RowKind::grant) {
                more = false;
                break;
            }
            const auto grant = body::parse_grant(row.body);
            if (!grant) {
                return fail(ErrorCode::storage_corrupt, "grant " + to_string(row.id));
            }
            if (!grant->channel) {
                granted.insert(row.id);
            }
            after = row.id;
        }
    }
    return granted;
}

Result<bool> is_active(const World& world, Id user) {
    HF_TRY(const BucketId directory, world.directory());
    HF_TRY(const auto row, world.find({directory, RowKind::user, user}));
    if (!row) {
        return false;
    }
    const auto value = body::parse_user(row->body);
    if (!value) {
        return fail(ErrorCode::storage_corrupt, "user " + to_string(user));
    }
    return value->active;
}

Result<GrantDifference> compare(storage::Storage& storage,
                                Id organization,
                                Id user,
                                const std::vector<VisibleGroup>& groups) {
    const ServerWorld world(storage, organization);
    HF_TRY(const auto own, world.bucket(BucketKind::user, user));
    if (!own) {
        return fail(ErrorCode::access_forbidden, "no user " + to_string(user));
    }
    std::set<Id> wanted;
    HF_TRY(const bool active, is_active(world, user));
    if (active) {
        HF_TRY(const Permissions held, permissions_of(world, user));
        for (const VisibleGroup& group : groups) {
            if (holds_any(held, group.view)) {
                wanted.insert(group.id);
            }
        }
    }
    HF_TRY(const std::set<Id> granted, read_granted(storage, own->id));
    GrantDifference difference{.user = user, .own = own->id, .missing = {}, .surplus = {}};
    std::ranges::set_difference(wanted, granted, std::back_inserter(difference.missing));
    std::ranges::set_difference(granted, wanted, std::back_inserter(difference.surplus));
    return difference;
}

Result<std::size_t> refresh(storage::Storage& storage,
                            Id organization,
                            Id user,
                            const std::vector<VisibleGroup>& groups) {
    HF_TRY(const GrantDifference difference, compare(storage, organization, user, groups));
    std::vector<RowChange> changes;
    for (const Id id : difference.missing) {
        changes.push_back({.key = {difference.own, RowKind::grant, id},
                           .body = body::encode(body::Grant{.channel = false})});
    }
    for (const Id id : difference.surplus) {
        changes.push_back({.key = {difference.own, RowKind::grant, id}, .sort = 0, .body = {}});
    }
    if (!changes.empty()) {
        HF_CHECK(storage.write_rows(changes));
    }
    return changes.size();
}

/// Calls `visit` for each user of the organization.
Result<> visit_users(storage::Storage& storage,
                     Id organization,
                     const std::function<Result<>(Id user)>& visit) {
    HF_TRY(const auto buckets, storage.buckets_of(organization));
    for (const storage::BucketRecord& record : buckets) {
        if (record.bucket.kind == BucketKind::user) {
            HF_CHECK(visit(record.bucket.owner));
        }
    }
    return {};
}

}  // namespace

Result<std::size_t> refresh_grants(storage::Storage& storage, Id organization, Id user) {
    HF_TRY(const auto groups, read_groups(storage, organization));
    return refresh(storage, organization, user, groups);
}

Result<std::size_t> refresh_all_grants(storage::Storage& storage, Id organization) {
    HF_TRY(const auto groups, read_groups(storage, organization));
    std::size_t changes = 0;
    HF_CHECK(visit_users(storage, organization, [&](Id user) -> Result<> {
        HF_TRY(const std::size_t count, refresh(storage, organization, user, groups));
        changes += count;
        return {};
    }));
    return changes;
}

Result<std::vector<GrantDifference>> compare_all_grants(storage::Storage& storage,
                                                        Id organization) {
    HF_TRY(const auto groups, read_groups(storage, organization));
    std::vector<GrantDifference> differences;
    HF_CHECK(visit_users(storage, organization, [&](Id user) -> Result<> {
        HF_TRY(GrantDifference difference, compare(storage, organization, user, groups));
        if (!difference.empty()) {
            differences.push_back(std::move(difference));
        }
        return {};
    }));
    return differences;
}

}  // namespace holdfast::services
