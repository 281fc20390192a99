#include "server/ops/explain_access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/model/world.hpp"
#include "server/services/access.hpp"
#include "server/services/bucket_index.hpp"
#include "server/services/server_world.hpp"

namespace holdfast::ops {
namespace {

using storage::BucketRecord;
using storage::Storage;

constexpr const char* inconsistent =
    " That does not fit together: run `holdfast doctor`, then apply the organization file again.";

/// A row of the bucket of this kind and owner, read by `parse`.
template <class T>
Result<std::optional<T>> read(Storage& storage,
                              std::pair<BucketKind, Id> bucket,
                              std::pair<RowKind, Id> row,
                              Result<T> (*parse)(std::string_view)) {
    HF_TRY(const auto record, storage.find_bucket(bucket.first, bucket.second));
    if (!record) {
        return std::nullopt;
    }
    HF_TRY(const auto found, storage.find_row({record->bucket.id, row.first, row.second}));
    if (!found) {
        return std::nullopt;
    }
    auto value = parse(found->body);
    if (!value) {
        return fail(ErrorCode::storage_corrupt,
                    fmt::format("row {} of bucket {}", row.second.value, record->bucket.id.value));
    }
    return *std::move(value);
}

/// Explains one user's access, step by step.
class Explainer {
public:
    Explainer(Storage& storage, Id user, Id organization, Explanation& explanation)
        : storage_(storage),
          world_(storage, organization),
          user_(user),
          organization_(organization),
          explanation_(explanation) {}

    Result<> explain(const BucketRecord& record) {
        services::BucketIndex index(storage_);
        services::Access access(storage_, index);
        HF_TRY(keys_, access.keys(user_));
        if (record.organization != keys_->organization) {
            no("other_organization", "It belongs to another organization than the user.");
            return finish();
        }
        HF_CHECK(explain_bucket(record));
        HF_TRY(const auto on_phones, access.keys(user_, services::Reach::phone));
        if (keys_->opens(record) && record.bucket.kind == BucketKind::archive) {
            yes("not_on_phones",
                "Only on a computer: it is older than the history window, and phones are not "
                "served "
                "that (see `holdfast entitlement show`).");
        } else if (keys_->opens(record) && !on_phones->opens(record)) {
            yes("not_on_phones",
                "Only on a computer: by the terms of Offline Mode phones are not served its group "
                "(see `holdfast entitlement show`).");
        }
        HF_CHECK(explain_account());
        return finish();
    }

private:
    Result<> explain_bucket(const BucketRecord& record) {
        const Id owner = record.bucket.owner;
        switch (record.bucket.kind) {
            case BucketKind::user:
                if (owner == user_) {
                    yes("own", "It is one of the user's own rows, which only this user sees.");
                } else {
                    no("not_own",
                       fmt::format("It is one of the own rows of user {}, which nobody else sees.",
                                   owner.value));
                }
                return {};
            case BucketKind::directory:
                yes("directory", "Everybody in the organization sees its directory.");
                return {};
            case BucketKind::forms:
            case BucketKind::collection:
                yes("forms", "Everybody in the organization sees its forms and collections.");
                return {};
            case BucketKind::group:
            case BucketKind::tasks:
                return explain_group(owner);
            case BucketKind::channel:
            case BucketKind::timeline:
            case BucketKind::archive:
                return explain_channel(record);
        }
        no("unknown_bucket", "The bucket is of a kind that this program does not know.");
        return {};
    }

    Result<> explain_channel(const BucketRecord& record) {
        const Id id = record.bucket.owner;
        HF_TRY(
            const auto channel,
            read(storage_, {BucketKind::channel, id}, {RowKind::channel, id}, body::parse_channel));
        if (!channel) {
            no("no_channel",
               fmt::format("The row of channel {} is missing.{}", id.value, inconsistent));
            return {};
        }
        const std::string name = fmt::format("channel \"{}\" ({})", channel->name, id.value);
        if (!channel->active) {
            no("channel_inactive",
               fmt::format("The {} is not active: nobody is shown what is in it.", name));
        }
        if (channel->is_private == record.open) {
            no("channel_openness",
               fmt::format("The {} is {}, and its bucket is not.{}",
                           name,
                           channel->is_private ? "private" : "open",
                           inconsistent));
        }
        if (keys_->holds(id)) {
            yes("channel_grant", fmt::format("The user has a grant for the {}.", name));
            return {};
        }
        if (record.open) {
            yes("channel_open",
                fmt::format("The {} is open: whoever sees its group sees it.", name));
            return explain_group(record.bucket.parent);
        }
        return explain_private(name, id);
    }

    Result<> explain_private(const std::string& name, Id channel) {
        HF_TRY(const auto member,
               read(storage_,
                    {BucketKind::channel, channel},
                    {RowKind::member, user_},
                    body::parse_member));
        if (member) {
            no("no_channel_grant",
               fmt::format("The {} is private. The user is a member of it and has no grant for "
                           "it.{}",
                           name,
                           inconsistent));
        } else {
            no("no_member",
               fmt::format("The {} is private, and the user is not a member of it: one of its "
                           "administrators can add the user.",
                           name));
        }
        return {};
    }

    Result<> explain_group(Id id) {
        HF_TRY(const auto group,
               read(storage_, {BucketKind::group, id}, {RowKind::group, id}, body::parse_group));
        if (!group) {
            no("no_group",
               fmt::format("The row of group {} is missing.{}", id.value, inconsistent));
            return {};
        }
        HF_TRY(const Permissions held, permissions_of(world_, user_));
        HF_TRY(const auto user, read_user());
        const std::string name = fmt::format("group \"{}\" ({})", group->name, id.value);
        const bool granted = keys_->holds(id);
        const bool entitled = user && user->active && group->active && holds_any(held, group->view);
        if (!group->active) {
            no("group_inactive",
               fmt::format("The {} is not active: nobody has a grant for it.", name));
        }
        if (!user || !user->active) {
            no("user_inactive", "The user is not active, and so has no grants for groups.");
        }
        HF_CHECK(explain_permissions(name, *group, held));
        if (granted) {
            yes("group_grant", fmt::format("The user has a grant for the {}.", name));
        } else {
            no("no_group_grant", fmt::format("The user has no grant for the {}.", name));
        }
        if (granted != entitled) {
            no("grant_differs",
               fmt::format("By roles and permissions there should be {} grant.{}",
                           entitled ? "a" : "no",
                           inconsistent));
        }
        return {};
    }

    Result<> explain_permissions(const std::string& name,
                                 const body::Group& group,
                                 const Permissions& held) {
        if (group.view.empty()) {
            yes("group_for_all", fmt::format("The {} asks for no permission.", name));
            return {};
        }
        const std::string wanted =
            fmt::format("The {} asks for one of: {}.", name, fmt::join(group.view, ", "));
        HF_TRY(const std::string roles, list_roles());
        const std::string holding =
            fmt::format(" The user holds: {}; by the roles: {}.",
                        held.empty() ? "nothing" : fmt::format("{}", fmt::join(held, ", ")),
                        roles);
        if (holds_any(held, group.view)) {
            yes("permission", wanted + holding);
        } else {
            no("no_permission", wanted + holding);
        }
        return {};
    }

    Result<> explain_account() {
        HF_TRY(const auto account, storage_.find_account(user_));
        if (!account || !account->active) {
            no("account_inactive", "The account is not active: the user cannot sign in.");
            return {};
        }
        HF_TRY(const auto sessions, storage_.sessions_of(user_));
        const auto is_live = [](const auto& session) { return !session.revoked; };
        if (std::ranges::none_of(sessions, is_live)) {
            yes("no_device", "The user is signed in on no device now.");
        }
        return {};
    }

    Result<std::optional<body::User>> read_user() {
        return read(storage_,
                    {BucketKind::directory, organization_},
                    {RowKind::user, user_},
                    body::parse_user);
    }

    Result<std::string> list_roles() {
        HF_TRY(const auto user, read_user());
        std::vector<std::string> names;
        for (const Id id : user ? user->roles : std::vector<Id>{}) {
            HF_TRY(const auto role,
                   read(storage_,
                        {BucketKind::directory, organization_},
                        {RowKind::role, id},
                        body::parse_role));
            names.push_back(role ? role->name : fmt::format("{}, which is not there", id.value));
        }
        return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
    }

    Result<> finish() {
        const bool sees = std::ranges::all_of(explanation_.steps, &Step::holds);
        explanation_.verdict = sees ? Verdict::sees : Verdict::hidden;
        return {};
    }
    void yes(const char* code, std::string text) {
        explanation_.steps.push_back({true, code, std::move(text)});
    }
    void no(const char* code, std::string text) {
        explanation_.steps.push_back({false, code, std::move(text)});
    }

    Storage& storage_;
    services::ServerWorld world_;
    Id user_;
    Id organization_;
    Explanation& explanation_;
    std::shared_ptr<const services::Keys> keys_;
};

}  // namespace

Result<std::optional<Name>> name_of(Storage& storage, const BucketRecord& record) {
    const Id owner = record.bucket.owner;
    if (record.bucket.kind == BucketKind::group) {
        HF_TRY(const auto row, storage.find_row({record.bucket.id, RowKind::group, owner}));
        const auto group = row ? body::parse_group(row->body) : fail(ErrorCode::none);
        return group ? std::optional(Name{group->name, group->code}) : std::nullopt;
    }
    if (record.bucket.kind == BucketKind::channel) {
        HF_TRY(const auto row, storage.find_row({record.bucket.id, RowKind::channel, owner}));
        const auto channel = row ? body::parse_channel(row->body) : fail(ErrorCode::none);
        return channel ? std::optional(Name{channel->name, channel->code}) : std::nullopt;
    }
    return std::nullopt;
}

Result<> explain_access(Storage& storage,
                        Id user,
                        const BucketRecord& record,
                        Explanation& explanation) {
    HF_TRY(const auto account, storage.find_account(user));
    if (!account) {
        return fail(ErrorCode::tool_not_found, "no account of user " + to_string(user));
    }
    return Explainer(storage, user, account->organization, explanation).explain(record);
}

}  // namespace holdfast::ops
