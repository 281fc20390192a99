#include "core/model/facts.hpp"

namespace holdfast::facts {

Found<body::User> user(const World& world, Id user) {
    HF_TRY(const BucketId directory, world.directory());
    return find(world, RowKey{directory, RowKind::user, user}, body::parse_user);
}

Found<body::Group> group(const World& world, Id group) {
    return find_in(world, {BucketKind::group, group}, {RowKind::group, group}, body::parse_group);
}

Found<body::Channel> channel(const World& world, Id channel) {
    return find_in(
        world, {BucketKind::channel, channel}, {RowKind::channel, channel}, body::parse_channel);
}

Found<body::Member> member(const World& world, Id channel, Id user) {
    return find_in(
        world, {BucketKind::channel, channel}, {RowKind::member, user}, body::parse_member);
}

Found<body::Message> message(const World& world, Id channel, Id message) {
    for (const BucketKind kind : places_of_messages) {
        HF_TRY(auto found,
               find_in(world, {kind, channel}, {RowKind::message, message}, body::parse_message));
        if (found) {
            return found;
        }
    }
    return std::nullopt;
}

Result<std::optional<std::pair<RowKey, Row>>> find_said(const World& world,
                                                        Id channel,
                                                        RowKind kind,
                                                        Id id) {
    for (const BucketKind place : places_of_messages) {
        HF_TRY(const std::optional<Bucket> held, world.bucket(place, channel));
        if (!held) {
            continue;
        }
        const RowKey key{held->id, kind, id};
        HF_TRY(std::optional<Row> row, world.find(key));
        if (row && !row->body.empty()) {
            return std::pair(key, *std::move(row));
        }
    }
    return std::nullopt;
}

Result<bool> has_grant(const World& world, Id user, Id target, bool is_channel) {
    HF_TRY(const auto grant,
           find_in(world, {BucketKind::user, user}, {RowKind::grant, target}, body::parse_grant));
    return grant && grant->value.channel == is_channel;
}

Result<Known<body::User>> active_user(const World& world, Id id) {
    HF_TRY(auto found, user(world, id));
    if (!found || !found->value.active) {
        return fail(ErrorCode::access_forbidden, "no such active user");
    }
    return *std::move(found);
}

Result<Known<body::User>> writing_user(const World& world, Id id) {
    HF_TRY(auto found, active_user(world, id));
    if (found.value.read_only) {
        return fail(ErrorCode::access_read_only, "a read-only user");
    }
    return found;
}

Result<Known<body::Channel>> readable_channel(const World& world, Id user, Id id) {
    HF_TRY(auto found, channel(world, id));
    if (!found || !found->value.active) {
        return fail(ErrorCode::access_forbidden, "no such active channel");
    }
    HF_TRY(const bool invited, has_grant(world, user, id, true));
    if (invited) {
        return *std::move(found);
    }
    if (!found->value.is_private) {
        HF_TRY(const bool in_group, has_grant(world, user, found->value.group, false));
        if (in_group) {
            return *std::move(found);
        }
    }
    return fail(ErrorCode::access_forbidden, "no grant for the channel");
}

Result<BucketId> bucket_of(const World& world, BucketKind kind, Id owner) {
    HF_TRY(const std::optional<Bucket> held, world.bucket(kind, owner));
    if (!held) {
        return fail(ErrorCode::intent_gone, "no bucket of " + to_string(owner));
    }
    return held->id;
}

std::string full_name(const body::User& user) {
    if (user.name.empty() || user.last_name.empty()) {
        return user.name + user.last_name;
    }
    return user.name + " " + user.last_name;
}

}  // namespace holdfast::facts
