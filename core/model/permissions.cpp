#include <algorithm>

#include "core/model/facts.hpp"
#include "core/model/world.hpp"

namespace holdfast {

namespace {

[[nodiscard]] bool holds(const Permissions& held, std::string_view wanted) {
    return held.contains(wanted) || held.contains(permission::admin);
}

[[nodiscard]] Result<bool> is_channel_admin(const World& world, Id user, Id channel) {
    HF_TRY(const auto member, facts::member(world, channel, user));
    return member && member->value.admin;
}

}  // namespace

bool holds_any(const Permissions& held, const std::vector<std::string>& wanted) {
    return wanted.empty() ||
           std::ranges::any_of(wanted, [&](const auto& one) { return holds(held, one); });
}

Result<Permissions> permissions_of(const World& world, Id user) {
    Permissions held;
    HF_TRY(const auto found, facts::user(world, user));
    if (!found || !found->value.active) {
        return held;
    }
    for (const Id id : found->value.roles) {
        const RowKey key{found->key.bucket, RowKind::role, id};
        HF_TRY(const auto role, facts::find(world, key, body::parse_role));
        if (role) {
            held.insert(role->value.permissions.begin(), role->value.permissions.end());
        }
    }
    return held;
}

Result<bool> may_read_channel(const World& world, Id user, Id channel) {
    const auto readable = facts::readable_channel(world, user, channel);
    if (readable) {
        return true;
    }
    if (readable.error().code == ErrorCode::access_forbidden) {
        return false;
    }
    return std::unexpected(readable.error());
}

Result<> may_write(const World& world, Id user, Id channel) {
    HF_CHECK(facts::writing_user(world, user));
    HF_TRY(const auto target, facts::readable_channel(world, user, channel));
    HF_TRY(const Permissions held, permissions_of(world, user));
    if (!holds(held, permission::message_write)) {
        return fail(ErrorCode::access_forbidden, "lacks message-write");
    }
    if (!target.value.writable) {
        HF_TRY(const bool admin, is_channel_admin(world, user, channel));
        if (!admin) {
            return fail(ErrorCode::access_read_only, "the channel takes no messages");
        }
    }
    return {};
}

Result<> may_manage(const World& world, Id user, Id channel) {
    HF_CHECK(facts::writing_user(world, user));
    HF_CHECK(facts::readable_channel(world, user, channel));
    HF_TRY(const Permissions held, permissions_of(world, user));
    if (holds(held, permission::channel_manage)) {
        return {};
    }
    HF_TRY(const bool admin, is_channel_admin(world, user, channel));
    if (!admin) {
        return fail(ErrorCode::access_forbidden, "not an administrator of the channel");
    }
    return {};
}

Result<> may_create_channel(const World& world, Id user, Id group) {
    HF_CHECK(facts::writing_user(world, user));
    HF_TRY(const bool granted, facts::has_grant(world, user, group, false));
    HF_TRY(const auto target, facts::group(world, group));
    const bool takes_channels =
        target && target->value.active && target->value.kind == body::GroupKind::standard;
    if (!granted || !takes_channels) {
        return fail(ErrorCode::access_forbidden, "no such group that takes channels");
    }
    HF_TRY(const Permissions held, permissions_of(world, user));
    if (held.contains(permission::admin)) {
        return {};
    }
    const std::vector<std::string>& wanted = target->value.create_channels;
    if (!held.contains(permission::channel_create) || wanted.empty() || !holds_any(held, wanted)) {
        return fail(ErrorCode::access_forbidden, "may not create channels in this group");
    }
    return {};
}

}  // namespace holdfast
