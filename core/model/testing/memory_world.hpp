#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/body.hpp"
#include "core/model/world.hpp"

/// For tests only: a World in memory, and a small organization that lives in it.
namespace holdfast::fixture {

/// Rows and buckets in maps. As a server it holds everything and makes buckets; `become_device`
/// turns it into what one user's device knows.
class MemoryWorld final : public World {
public:
    explicit MemoryWorld(Id organization) {
        directory_ = add_bucket(BucketKind::directory, organization);
    }

    [[nodiscard]] Result<std::optional<Row>> find(RowKey key) const override {
        if (failure) {
            return fail(*failure);
        }
        const auto found = rows_.find(key);
        return found == rows_.end() ? std::nullopt : std::optional(found->second);
    }

    [[nodiscard]] Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const override {
        const auto found = buckets_.find({kind, owner});
        return found == buckets_.end() ? std::nullopt : std::optional(found->second);
    }

    [[nodiscard]] Result<BucketId> directory() const override { return directory_; }

    [[nodiscard]] bool is_final() const override { return !is_device_; }

    [[nodiscard]] Result<std::vector<Row>> newest(BucketId bucket,
                                                  RowKind kind,
                                                  std::size_t count) const override {
        std::vector<Row> found;
        for (const auto& [key, row] : rows_) {
            if (key.bucket == bucket && key.kind == kind) {
                found.push_back(row);
            }
        }
        std::ranges::sort(found, [](const Row& a, const Row& b) {
            return std::pair(a.sort, a.id) > std::pair(b.sort, b.id);
        });
        found.resize(std::min(found.size(), count));
        return found;
    }

    [[nodiscard]] Result<std::optional<Id>> group_of_code(std::string_view code) const override {
        for (const auto& [key, row] : rows_) {
            const auto group = body::parse_group(key.kind == RowKind::group ? row.body : "{}");
            if (key.kind == RowKind::group && group && group->code == code) {
                return key.id;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] Result<std::optional<Id>> row_of_code(BucketId bucket,
                                                        RowKind kind,
                                                        std::string_view code) const override {
        const std::string wanted = R"("code":")" + std::string(code) + '"';
        for (const auto& [key, row] : rows_) {
            if (key.bucket == bucket && key.kind == kind &&
                row.body.find(wanted) != std::string::npos) {
                return key.id;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] Result<std::optional<Id>> collection_of_code(
        std::string_view code) const override {
        for (const auto& [key, bucket] : buckets_) {
            const auto found = key.first == BucketKind::collection
                                   ? row_of_code(bucket.id, RowKind::collection, code)
                                   : Result<std::optional<Id>>();
            if (found && *found) {
                return found;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] const Intent* waiting_upon(Id lane) const override {
        return waiting && waiting->lane == lane ? &*waiting : nullptr;
    }

    [[nodiscard]] Result<BucketId> mint_bucket() override {
        if (is_device_) {
            return fail(ErrorCode::intent_needs_connection);
        }
        return BucketId{next_bucket_++};
    }

    BucketId add_bucket(BucketKind kind, Id owner, Id parent = {}) {
        const BucketId id{next_bucket_++};
        buckets_[{kind, owner}] = Bucket{.id = id, .kind = kind, .owner = owner, .parent = parent};
        return id;
    }

    /// The bucket must be there.
    [[nodiscard]] BucketId bucket_id(BucketKind kind, Id owner) const {
        return buckets_.at({kind, owner}).id;
    }

    void put(RowKey key, std::string body, std::int64_t sort = 0) {
        rows_[key] = Row{
            .kind = key.kind, .id = key.id, .version = 1, .sort = sort, .body = std::move(body)};
    }

    void erase(RowKey key) { rows_.erase(key); }

    /// Writes what an intent does, as storage would.
    void apply(const Effects& effects) {
        for (const Effects::NewBucket& made : effects.buckets) {
            buckets_[{made.kind, made.owner}] = Bucket{
                .id = made.id, .kind = made.kind, .owner = made.owner, .parent = made.parent};
        }
        for (const RowChange& change : effects.rows) {
            if (change.deletes()) {
                rows_.erase(change.key);
            } else {
                put(change.key, change.body, change.sort);
            }
        }
    }

    /// Forgets other people's own buckets, and how to make new ones.
    void become_device(Id user) {
        is_device_ = true;
        std::erase_if(buckets_, [&](const auto& entry) {
            return entry.first.first == BucketKind::user && entry.first.second != user;
        });
    }

    [[nodiscard]] const std::map<RowKey, Row>& rows() const { return rows_; }

    std::optional<Intent> waiting;     ///< of a device
    std::optional<ErrorCode> failure;  ///< of every read of a row

private:
    std::map<RowKey, Row> rows_;
    std::map<std::pair<BucketKind, Id>, Bucket> buckets_;
    BucketId directory_;
    std::uint64_t next_bucket_ = 1;
    bool is_device_ = false;
};

/// Ana and Bruno work in the group Maintenance; Rita only reads; Olga administers; Pablo is of
/// another group; Ivan has left. `pumps` is open, `board` is private (Ana, Bruno), `news` takes
/// messages from Ana only.
struct Organization {
    static constexpr Id organization{1};
    static constexpr Id ana{11}, bruno{12}, rita{13}, olga{14}, pablo{15}, ivan{16};
    static constexpr Id worker{21}, admin{22}, reader{23};
    static constexpr Id maintenance{31}, workflow{32};
    static constexpr Id pumps{41}, board{42}, news{43};
    static constexpr std::int64_t now_ms = 1'700'000'000'000;

    MemoryWorld world{organization};

    Organization() {
        add_role(worker, {"Worker", {"message-write", "channel-create"}});
        add_role(admin, {"Administrator", {"admin"}});
        add_role(reader, {"Reader", {}});
        add_user(ana, {.name = "Ana", .last_name = "Rojas", .roles = {worker}});
        add_user(bruno, {.name = "Bruno", .last_name = "Sosa", .roles = {worker}});
        add_user(rita, {.name = "Rita", .roles = {worker}, .read_only = true});
        add_user(olga, {.name = "Olga", .roles = {reader, admin}});
        add_user(pablo, {.name = "Pablo", .roles = {worker}});
        add_user(ivan, {.name = "Ivan", .roles = {worker}, .active = false});
        add_group(maintenance, {.name = "Maintenance", .create_channels = {"channel-create"}});
        add_group(workflow, {.name = "Work orders", .kind = body::GroupKind::workflow});
        for (const Id user : {ana, bruno, rita, olga, ivan}) {
            grant(user, maintenance, false);
            grant(user, workflow, false);
        }
        add_channel(pumps, {.name = "Pumps", .group = maintenance}, {ana, bruno});
        add_channel(
            board, {.name = "Board", .group = maintenance, .is_private = true}, {ana, bruno});
        add_channel(news, {.name = "News", .group = maintenance, .writable = false}, {ana, bruno});
    }

    void add_user(Id id, const body::User& user) {
        world.add_bucket(BucketKind::user, id);
        put_user(id, user);
    }
    void put_user(Id id, const body::User& user) {
        const BucketId directory = world.bucket_id(BucketKind::directory, organization);
        world.put({directory, RowKind::user, id}, body::encode(user));
    }
    void add_role(Id id, const body::Role& role) {
        const BucketId directory = world.bucket_id(BucketKind::directory, organization);
        world.put({directory, RowKind::role, id}, body::encode(role));
    }
    void add_group(Id id, const body::Group& group) {
        world.add_bucket(BucketKind::group, id);
        put_group(id, group);
    }
    void put_group(Id id, const body::Group& group) {
        world.put({world.bucket_id(BucketKind::group, id), RowKind::group, id},
                  body::encode(group));
    }
    /// The first member is its administrator; members of a private channel get their grants.
    void add_channel(Id id, const body::Channel& channel, const std::vector<Id>& members) {
        world.add_bucket(BucketKind::timeline, id, channel.group);
        const BucketId bucket = world.add_bucket(BucketKind::channel, id, channel.group);
        put_channel(id, channel);
        for (const Id member : members) {
            world.put({bucket, RowKind::member, member},
                      body::encode(body::Member{.admin = member == members.front()}));
            if (channel.is_private) {
                grant(member, id, true);
            }
        }
    }
    void put_channel(Id id, const body::Channel& channel) {
        world.put({world.bucket_id(BucketKind::channel, id), RowKind::channel, id},
                  body::encode(channel));
    }
    void grant(Id user, Id target, bool is_channel) {
        world.put({world.bucket_id(BucketKind::user, user), RowKind::grant, target},
                  body::encode(body::Grant{.channel = is_channel}));
    }
    void revoke(Id user, Id target) {
        world.erase({world.bucket_id(BucketKind::user, user), RowKind::grant, target});
    }
    void add_message(Id channel, Id id, const body::Message& message, std::int64_t sort = now_ms) {
        world.put(message_key(channel, id), body::encode(message), sort);
    }
    [[nodiscard]] RowKey message_key(Id channel, Id id) const {
        return {world.bucket_id(BucketKind::timeline, channel), RowKind::message, id};
    }
    [[nodiscard]] Occasion as(Id user, std::int64_t at_ms = now_ms) const {
        return {.user = user, .organization = organization, .now = {at_ms}};
    }
};

}  // namespace holdfast::fixture
