#include <utility>

#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/model/text.hpp"

namespace holdfast::rules {

namespace {

RowChange deletion(RowKey key) {
    return {.key = key};
}

/// The author first, then the others without repetitions.
std::vector<Id> all_members(Id author, const std::vector<Id>& others) {
    std::vector<Id> members{author};
    for (const Id id : others) {
        if (!includes(members, id)) {
            members.push_back(id);
        }
    }
    return members;
}

/// Opens a private channel to a user.
/// Errors  intent_gone where the world holds no bucket of the user.
[[nodiscard]] Result<RowChange> grant_channel(const World& world, Id user, Id channel) {
    HF_TRY(const BucketId own, facts::bucket_of(world, BucketKind::user, user));
    return RowChange{.key = {own, RowKind::grant, channel},
                     .body = body::encode(body::Grant{.channel = true})};
}

/// The active user whom a person wants to add.  Errors  intent_gone.
[[nodiscard]] Result<facts::Known<body::User>> other_user(const World& world, Id id) {
    HF_TRY(auto found, facts::user(world, id));
    if (!found || !found->value.active) {
        return fail(ErrorCode::intent_gone, "user " + to_string(id));
    }
    return *std::move(found);
}

/// Errors  intent_id_conflict where the id is a channel's already.
[[nodiscard]] Result<> ensure_new_channel(const World& world, Id id) {
    for (const BucketKind kind : {BucketKind::channel, BucketKind::timeline}) {
        HF_TRY(const auto existing, world.bucket(kind, id));
        if (existing) {
            return fail(ErrorCode::intent_id_conflict, "channel " + to_string(id));
        }
    }
    return {};
}

[[nodiscard]] Result<> add_members(const World& world,
                                   const std::vector<Id>& members,
                                   const RowKey& channel,
                                   bool is_private,
                                   Effects& effects) {
    for (const Id id : members) {
        HF_CHECK(other_user(world, id));
        const body::Member member{.admin = id == members.front()};
        effects.rows.push_back(
            {.key = {channel.bucket, RowKind::member, id}, .body = body::encode(member)});
        if (is_private) {
            HF_TRY(RowChange grant, grant_channel(world, id, channel.id));
            effects.rows.push_back(std::move(grant));
        }
    }
    return {};
}

/// What add_member and remove_member start from.
struct Membership {
    facts::Known<body::Channel> channel;
    BucketId timeline;
    std::string by;   ///< name of the person who acts
    std::string who;  ///< name of the person it is about; empty for one who is not there any more
    bool is_member = false;
    bool is_granted = false;
};

[[nodiscard]] Result<Membership> look_up(const World& world,
                                         Id acting,
                                         const args::ChannelMember& wanted) {
    HF_TRY(const auto actor, facts::active_user(world, acting));
    HF_TRY(auto channel, facts::readable_channel(world, acting, wanted.channel));
    HF_TRY(const BucketId timeline, facts::bucket_of(world, BucketKind::timeline, wanted.channel));
    HF_TRY(const auto user, facts::user(world, wanted.user));
    HF_TRY(const auto member, facts::member(world, wanted.channel, wanted.user));
    HF_TRY(const bool granted, facts::has_grant(world, wanted.user, wanted.channel, true));
    return Membership{.channel = std::move(channel),
                      .timeline = timeline,
                      .by = facts::full_name(actor.value),
                      .who = user ? facts::full_name(user->value) : std::string{},
                      .is_member = member.has_value(),
                      .is_granted = granted};
}

std::map<std::string, std::string> params_of(const Membership& known, Id user) {
    return {{"by", known.by}, {"who", known.who}, {"who_id", to_string(user)}};
}

}  // namespace

Result<Effects> create_channel(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(args::ChannelCreate wanted, args::parse_channel_create(intent.args));
    HF_CHECK(may_create_channel(world, occasion.user, wanted.group));
    return make_channel(world, occasion, intent.id, std::move(wanted));
}

Result<Effects> make_channel(World& world,
                             const Occasion& occasion,
                             Id id,
                             const args::ChannelCreate& wanted) {
    HF_TRY(std::string name, take_text(wanted.name, limits::name_bytes_max));
    if (wanted.members.size() > limits::members_per_intent_max) {
        return too_long(limits::members_per_intent_max);
    }
    HF_CHECK(ensure_new_channel(world, id));
    HF_TRY(const auto author, facts::active_user(world, occasion.user));
    const std::string by = facts::full_name(author.value);
    HF_TRY(const BucketId bucket, world.mint_bucket());
    HF_TRY(const BucketId timeline, world.mint_bucket());

    Effects effects;
    const bool open = !wanted.is_private;
    effects.buckets = {
        {bucket, BucketKind::channel, id, wanted.group, open},
        {timeline, BucketKind::timeline, id, wanted.group, open},
    };
    const RowKey key{bucket, RowKind::channel, id};
    const body::Channel channel{
        .name = name, .group = wanted.group, .is_private = wanted.is_private};
    effects.rows.push_back({.key = key, .body = body::encode(channel)});
    HF_CHECK(add_members(
        world, all_members(occasion.user, wanted.members), key, wanted.is_private, effects));
    effects.rows.push_back(write(occasion,
                                 {.timeline = timeline,
                                  .id = id,
                                  .key = "channel_created",
                                  .params = {{"by", by}, {"name", name}},
                                  .text = by + " created the channel " + name + "."}));
    return effects;
}

Result<Effects> rename_channel(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ChannelRename wanted, args::parse_channel_rename(intent.args));
    HF_CHECK(may_manage(world, occasion.user, wanted.channel));
    HF_TRY(std::string name, take_text(wanted.name, limits::name_bytes_max));
    HF_TRY(auto channel, facts::readable_channel(world, occasion.user, wanted.channel));
    if (channel.value.name == name) {
        return Effects{};
    }
    HF_TRY(const BucketId timeline, facts::bucket_of(world, BucketKind::timeline, wanted.channel));
    HF_CHECK(ensure_new_message(world, timeline, intent.id));
    HF_TRY(const auto author, facts::active_user(world, occasion.user));
    const std::string by = facts::full_name(author.value);
    const std::string from = std::exchange(channel.value.name, name);

    Effects effects;
    effects.rows.push_back(
        {.key = channel.key, .sort = channel.sort, .body = body::encode(channel.value)});
    effects.rows.push_back(write(occasion,
                                 {.timeline = timeline,
                                  .id = intent.id,
                                  .key = "channel_renamed",
                                  .params = {{"by", by}, {"from", from}, {"to", name}},
                                  .text = by + " renamed the channel to " + name + "."}));
    return effects;
}

Result<Effects> add_member(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ChannelMember wanted, args::parse_channel_member(intent.args));
    HF_CHECK(may_manage(world, occasion.user, wanted.channel));
    HF_CHECK(other_user(world, wanted.user));
    HF_TRY(const Membership known, look_up(world, occasion.user, wanted));
    const bool needs_grant = known.channel.value.is_private && !known.is_granted;
    if (known.is_member && !needs_grant) {
        return Effects{};
    }
    HF_CHECK(ensure_new_message(world, known.timeline, intent.id));

    Effects effects;
    if (!known.is_member) {
        effects.rows.push_back({.key = {known.channel.key.bucket, RowKind::member, wanted.user},
                                .body = body::encode(body::Member{})});
    }
    if (needs_grant) {
        HF_TRY(RowChange grant, grant_channel(world, wanted.user, wanted.channel));
        effects.rows.push_back(std::move(grant));
    }
    effects.rows.push_back(write(occasion,
                                 {.timeline = known.timeline,
                                  .id = intent.id,
                                  .key = "member_added",
                                  .params = params_of(known, wanted.user),
                                  .text = known.by + " added " + known.who + "."}));
    return effects;
}

Result<Effects> remove_member(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ChannelMember wanted, args::parse_channel_member(intent.args));
    const bool leaves = wanted.user == occasion.user;
    if (!leaves) {
        HF_CHECK(may_manage(world, occasion.user, wanted.channel));
    }
    HF_TRY(const Membership known, look_up(world, occasion.user, wanted));
    if (!known.is_member && !known.is_granted) {
        return Effects{};
    }
    HF_CHECK(ensure_new_message(world, known.timeline, intent.id));

    Effects effects;
    if (known.is_member) {
        effects.rows.push_back(deletion({known.channel.key.bucket, RowKind::member, wanted.user}));
    }
    if (known.is_granted) {
        HF_TRY(const BucketId own, facts::bucket_of(world, BucketKind::user, wanted.user));
        effects.rows.push_back(deletion({own, RowKind::grant, wanted.channel}));
    }
    effects.rows.push_back(
        write(occasion,
              {.timeline = known.timeline,
               .id = intent.id,
               .key = leaves ? "member_left" : "member_removed",
               .params = params_of(known, wanted.user),
               .text = leaves ? known.by + " left." : known.by + " removed " + known.who + "."}));
    return effects;
}

}  // namespace holdfast::rules
