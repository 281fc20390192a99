#include "core/rules/task_views.hpp"

#include <optional>
#include <string>
#include <utility>

#include "core/model/args.hpp"
#include "core/model/body_workflow.hpp"
#include "core/model/facts.hpp"
#include "core/model/text.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/task_list.hpp"

namespace holdfast::rules {

namespace {

/// Where views of a group stand that a person sees.
struct Shelves {
    BucketId own{};
    BucketId shared{};
};

[[nodiscard]] Result<Shelves> shelves_of(const World& world, Id user, Id group) {
    HF_CHECK(facts::active_user(world, user));
    HF_TRY(const bool reads, facts::has_grant(world, user, group, false));
    if (!reads) {
        return fail(ErrorCode::access_forbidden, "no grant for the group");
    }
    HF_TRY(const BucketId own, facts::bucket_of(world, BucketKind::user, user));
    HF_TRY(const BucketId shared, facts::bucket_of(world, BucketKind::group, group));
    HF_TRY(const auto tasks, world.find({shared, RowKind::task_group, group}));
    if (!tasks) {
        return fail(ErrorCode::access_forbidden, "no such group of tasks");
    }
    return Shelves{own, shared};
}

struct Saved {
    bool is_shared = false;
    RowKey key{};
    body::TaskView view{};
};

[[nodiscard]] Result<std::optional<Saved>> find_view(const World& world,
                                                     const Shelves& shelves,
                                                     Id group,
                                                     Id view) {
    for (const bool is_shared : {false, true}) {
        const RowKey key{is_shared ? shelves.shared : shelves.own, RowKind::task_view, view};
        HF_TRY(auto found, facts::find(world, key, body::parse_task_view));
        if (found && found->value.group == group) {
            return Saved{is_shared, key, std::move(found->value)};
        }
    }
    return std::nullopt;
}

[[nodiscard]] Result<> may_take_back(const World& world, Id user, const Saved& saved) {
    if (!saved.is_shared || saved.view.author == user) {
        return {};
    }
    return may_share_views(world, user);
}

/// The definition as it is stored: read and written by us.
[[nodiscard]] Result<std::string> take_definition(const std::string& text) {
    HF_TRY(workflow::View view, workflow::parse_view(text));
    HF_TRY(view.name, take_text(view.name, workflow::limits::view_name_bytes_max));
    std::string definition = workflow::encode(view);
    if (definition.size() > workflow::limits::view_bytes_max) {
        return too_long(workflow::limits::view_bytes_max);
    }
    return definition;
}

/// Only the server counts: a device may not hold all.
[[nodiscard]] Result<> leave_room(const World& world, BucketId shelf) {
    constexpr std::size_t limit = workflow::limits::views_max;
    if (!world.is_final()) {
        return {};
    }
    HF_TRY(const auto held, world.newest(shelf, RowKind::task_view, limit));
    return held.size() < limit ? Result<>{} : fail_at_limit(ErrorCode::view_too_many, limit);
}

}  // namespace

Result<> may_share_views(const World& world, Id user) {
    HF_CHECK(facts::writing_user(world, user));
    HF_TRY(const Permissions held, permissions_of(world, user));
    return holds_any(held, {std::string(permission::channel_manage)})
               ? Result<>{}
               : fail(ErrorCode::access_forbidden, "may not share views");
}

Result<Effects> save_view(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ViewSave wanted, args::parse_view_save(intent.args));
    HF_TRY(const Shelves shelves, shelves_of(world, occasion.user, wanted.group));
    HF_TRY(const auto before, find_view(world, shelves, wanted.group, wanted.view));
    if (wanted.view && !before) {
        return fail(ErrorCode::intent_gone, "view " + to_string(wanted.view));
    }
    if (wanted.shared) {
        HF_CHECK(may_share_views(world, occasion.user));
    } else if (before) {
        HF_CHECK(may_take_back(world, occasion.user, *before));
    }
    HF_TRY(std::string definition, take_definition(wanted.definition));
    const RowKey key{wanted.shared ? shelves.shared : shelves.own,
                     RowKind::task_view,
                     before ? wanted.view : intent.id};
    Effects effects;
    if (!before || before->key != key) {
        HF_CHECK(leave_room(world, key.bucket));
    }
    if (before && before->key != key) {
        effects.rows.push_back({.key = before->key, .sort = 0, .body = {}});
    }
    const body::TaskView view{
        .group = wanted.group, .author = occasion.user, .definition = std::move(definition)};
    effects.rows.push_back({.key = key, .sort = occasion.now.ms, .body = body::encode(view)});
    return effects;
}

Result<Effects> delete_view(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(const args::ViewDelete wanted, args::parse_view_delete(intent.args));
    HF_TRY(const Shelves shelves, shelves_of(world, occasion.user, wanted.group));
    HF_TRY(const auto before, find_view(world, shelves, wanted.group, wanted.view));
    Effects effects;
    if (before) {
        HF_CHECK(may_take_back(world, occasion.user, *before));
        effects.rows.push_back({.key = before->key, .sort = 0, .body = {}});
    }
    return effects;
}

}  // namespace holdfast::rules
