#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <vector>

#include "core/model/args.hpp"
#include "core/model/body.hpp"
#include "core/model/intent.hpp"
#include "core/model/row.hpp"
#include "server/services/grants.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::testing {

/// The value, or the end of the test program with the reason.
template <class T>
T must(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().detail;
        std::abort();
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

/// An organization in a storage, made the way an organization file makes one.
///
/// roles: `worker` writes and creates channels, `boss` sees the group `office` too.
/// groups: `yard` for all, `office` for the permission "office".
/// users: ana and ben are workers, eva is worker and boss. Each has one device of that number.
class Company {
public:
    Company(storage::Storage& storage, const std::string& code) : storage_(storage) {
        must(storage_.begin());
        id = must(storage_.mint_id());
        directory = make_bucket(BucketKind::directory, id, {}, false);
        must(storage_.put_organization({.id = id, .code = code, .directory = directory}));
        body::Organization organization{.name = code};
        organization.offline.granted = true;
        put({directory, RowKind::organization, id}, body::encode(organization));
        worker = make_role({"message-write", "channel-create", "yard"});
        boss = make_role({"office"});
        ana = make_user("ana@" + code, {worker});
        ben = make_user("ben@" + code, {worker});
        eva = make_user("eva@" + code, {worker, boss});
        yard = make_group({});
        office = make_group({"office"});
        must(services::refresh_all_grants(storage_, id));
        must(storage_.commit());
    }

    BucketId make_bucket(BucketKind kind, Id owner, Id parent, bool open) {
        storage::BucketRecord record;
        record.bucket.kind = kind;
        record.bucket.owner = owner;
        record.bucket.parent = parent;
        record.organization = id;
        record.open = open;
        return must(storage_.create_bucket(record));
    }

    std::vector<Position> put(RowKey key, std::string body, std::int64_t sort = 0) {
        const RowChange change{.key = key, .sort = sort, .body = std::move(body)};
        return must(storage_.write_rows({&change, 1}));
    }

    Id make_role(std::vector<std::string> permissions) {
        const Id role = must(storage_.mint_id());
        put({directory, RowKind::role, role},
            body::encode(body::Role{.name = "r", .permissions = std::move(permissions)}));
        return role;
    }

    Id make_user(const std::string& email, std::vector<Id> roles) {
        const Id user = must(storage_.mint_id());
        make_bucket(BucketKind::user, user, {}, false);
        put_user(user, email, std::move(roles));
        must(storage_.put_account(
            {.user = user, .organization = id, .email = email, .password_hash = "-"}));
        return user;
    }

    void put_user(Id user, const std::string& email, std::vector<Id> roles, bool active = true) {
        put({directory, RowKind::user, user},
            body::encode(body::User{
                .name = email, .email = email, .roles = std::move(roles), .active = active}));
    }

    Id make_group(std::vector<std::string> view) {
        const Id group = must(storage_.mint_id());
        const BucketId bucket = make_bucket(BucketKind::group, group, {}, false);
        put({bucket, RowKind::group, group},
            body::encode(body::Group{
                .name = "g", .view = std::move(view), .create_channels = {"channel-create"}}));
        return group;
    }

    /// A channel, in a transaction of its own.
    Id make_channel(Id group, bool is_private, const std::vector<Id>& members) {
        must(storage_.begin());
        const Id channel = must(storage_.mint_id());
        const BucketId bucket = make_bucket(BucketKind::channel, channel, group, !is_private);
        make_bucket(BucketKind::timeline, channel, group, !is_private);
        put({bucket, RowKind::channel, channel},
            body::encode(body::Channel{.name = "c", .group = group, .is_private = is_private}));
        for (const Id member : members) {
            put({bucket, RowKind::member, member}, body::encode(body::Member{.admin = true}));
            if (is_private) {
                put({own_bucket(member), RowKind::grant, channel},
                    body::encode(body::Grant{.channel = true}));
            }
        }
        must(storage_.commit());
        return channel;
    }

    BucketId own_bucket(Id user) { return bucket(BucketKind::user, user).id; }
    BucketId timeline(Id channel) { return bucket(BucketKind::timeline, channel).id; }
    Bucket bucket(BucketKind kind, Id owner) {
        return must(storage_.find_bucket(kind, owner))->bucket;
    }

    DeviceNumber make_device(Id user) {
        DeviceNumber number = server_device_limit;
        must(storage_.begin());
        while (!must(storage_.add_device({.number = number, .user = user, .name = "phone"}))) {
            ++number;
        }
        must(storage_.commit());
        return number;
    }

    Id id;
    BucketId directory;
    Id worker, boss;
    Id ana, ben, eva;
    Id yard, office;

private:
    storage::Storage& storage_;
};

inline bool contains(const std::vector<Bucket>& buckets, BucketId id) {
    return std::ranges::find(buckets, id, &Bucket::id) != buckets.end();
}

/// A message that a device posts.
inline Intent post(Id id, Id channel, std::string text) {
    return {.id = id,
            .lane = channel,
            .kind = IntentKind::message_post,
            .args = args::encode(args::MessagePost{.channel = channel, .text = std::move(text)})};
}

}  // namespace holdfast::testing
