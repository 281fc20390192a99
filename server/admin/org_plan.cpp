#include "server/admin/org_plan.hpp"

#include <algorithm>

namespace holdfast::admin {
std::string change_line(std::string_view what,
                        const Differences& differences,
                        std::pair<bool, bool> active) {
    const auto [before, after] = active;
    std::string line = before == after ? "change " : (after ? "activate " : "deactivate ");
    line += what;
    return differences.none() ? line : line + ": " + differences.names();
}

Planner::Planner(storage::Storage& storage,
                 const OrgFile& file,
                 OrgState& state,
                 const PasswordHashes& hashes)
    : storage_(storage),
      file_(file),
      state_(state),
      hashes_(hashes),
      founder_(storage, state.id, state.directory),
      names_(names_of(state)) {}

Result<std::size_t> Planner::run() {
    HF_CHECK(organization());
    HF_CHECK(entitlement());
    HF_CHECK(roles());
    HF_CHECK(users());
    HF_CHECK(prune_roles());
    HF_CHECK(groups());
    HF_CHECK(channels());
    HF_CHECK(collections());
    HF_CHECK(held());
    HF_CHECK(forms());
    HF_CHECK(routines());
    HF_CHECK(workflows());
    HF_CHECK(task_groups());
    HF_CHECK(bots());
    return founder_.finish();
}

Result<> Planner::organization() {
    const OrganizationEntry& entry = file_.organization;
    body::Organization wanted = state_.organization;
    take(entry.name, wanted.name);
    take(entry.language, wanted.language);
    if (!state_.id) {
        plan_.push_back("create organization " + entry.code.value);
        HF_TRY(state_.id, founder_.organization(entry.code.value, wanted));
        state_.directory = founder_.directory();
        is_new_ = true;
    } else if (!(wanted == state_.organization)) {
        Differences differences;
        differences.compare("name", wanted.name, state_.organization.name)
            .compare("language", wanted.language, state_.organization.language);
        plan_.push_back(change_line("organization " + entry.code.value, differences, {true, true}));
        HF_CHECK(
            founder_.put(state_.directory, RowKind::organization, state_.id, body::encode(wanted)));
    }
    state_.organization = wanted;
    return {};
}

/// An organization file is the operator's: it grants and withdraws too (OM14).
Result<> Planner::entitlement() {
    const OrganizationEntry& entry = file_.organization;
    body::Entitlement wanted = state_.entitlement;
    if (entry.granted && *entry.granted != wanted.is_granted()) {
        wanted.state =
            *entry.granted ? body::EntitlementState::granted : body::EntitlementState::withdrawn;
    }
    take(entry.automatic, wanted.automatic);
    take(entry.allow_messages, wanted.allow_messages);
    if (wanted == state_.entitlement) {
        return {};
    }
    if (!is_new_) {
        plan_.push_back("change organization " + entry.code.value + ": offline");
    }
    state_.entitlement = wanted;
    return founder_.entitlement(wanted);
}

Result<> Planner::roles() {
    for (const RoleEntry& entry : file_.roles.value_or(std::vector<RoleEntry>{})) {
        HF_CHECK(role(entry));
    }
    return {};
}

Result<> Planner::role(const RoleEntry& entry) {
    const auto known = find_name(names_.roles, entry.name.value);
    if (!known) {
        const body::Role made{
            .name = entry.name.value,
            .permissions = entry.permissions.value_or(std::vector<std::string>{})};
        plan_.push_back("create role " + made.name);
        HF_TRY(const Id id, founder_.role(made));
        state_.roles[id] = made;
        names_.roles[made.name] = id;
        return {};
    }
    body::Role& role = state_.roles.at(*known);
    if (!entry.permissions || *entry.permissions == role.permissions) {
        return {};
    }
    role.permissions = *entry.permissions;
    plan_.push_back("change role " + role.name + ": permissions");
    return founder_.put(state_.directory, RowKind::role, *known, body::encode(role));
}

/// After the users: their lists of roles no longer name what is removed here.
Result<> Planner::prune_roles() {
    if (!prunes(file_.roles.has_value())) {
        return {};
    }
    for (const auto& [id, role] : state_.roles) {
        if (std::ranges::none_of(*file_.roles, [&](const RoleEntry& entry) {
                return entry.name.value == role.name;
            })) {
            plan_.push_back("remove role " + role.name);
            HF_CHECK(founder_.put(state_.directory, RowKind::role, id, {}));
        }
    }
    return {};
}

Result<> Planner::groups() {
    if (!file_.groups) {
        return {};
    }
    // Ids first: a parent may stand below in the file.
    for (const GroupEntry& entry : *file_.groups) {
        if (!find_name(names_.groups, entry.code.value)) {
            HF_TRY(names_.groups[entry.code.value], storage_.mint_id());
        }
    }
    std::set<Id> named;
    for (const GroupEntry& entry : *file_.groups) {
        HF_CHECK(group(entry));
        named.insert(names_.groups.at(entry.code.value));
    }
    if (prunes(true)) {
        const auto groups = state_.groups;
        for (const auto& [id, known] : groups) {
            if (!named.contains(id)) {
                body::Group wanted = known.body;
                wanted.active = false;
                HF_CHECK(change_group(id, std::move(wanted)));
            }
        }
    }
    return {};
}

Result<> Planner::group(const GroupEntry& entry) {
    const Id id = names_.groups.at(entry.code.value);
    const auto known = state_.groups.find(id);
    body::Group wanted;
    if (known != state_.groups.end()) {
        wanted = known->second.body;
    } else {
        wanted.code = entry.code.value;
    }
    take(entry.name, wanted.name);
    take(entry.kind, wanted.kind);
    take(entry.icon, wanted.icon);
    take(entry.color, wanted.color);
    take(entry.weight, wanted.weight);
    take(entry.view, wanted.view);
    take(entry.create_channels, wanted.create_channels);
    take(entry.url, wanted.url);
    take(entry.active, wanted.active);
    if (entry.parent) {
        wanted.parent = find_name(names_.groups, entry.parent->value).value_or(Id{});
    }
    if (entry.category) {
        wanted.category = find_name(names_.groups, entry.category->value).value_or(Id{});
    }
    if (known != state_.groups.end()) {
        return change_group(id, std::move(wanted));
    }
    plan_.push_back("create " + std::string(body::group_kind_name(wanted.kind)) + " group " +
                    entry.code.value);
    HF_CHECK(founder_.group(id, wanted));
    HF_TRY(const auto made, storage_.find_bucket(BucketKind::group, id));
    state_.groups[id] = {.bucket = made->bucket.id, .body = std::move(wanted)};
    return {};
}

Result<> Planner::change_group(Id id, body::Group wanted) {
    OrgState::Group& known = state_.groups.at(id);
    const body::Group& before = known.body;
    if (wanted == before) {
        return {};
    }
    Differences differences;
    differences.compare("name", wanted.name, before.name)
        .compare("kind", wanted.kind, before.kind)
        .compare("icon", wanted.icon, before.icon)
        .compare("color", wanted.color, before.color)
        .compare("weight", wanted.weight, before.weight)
        .compare("parent", wanted.parent, before.parent)
        .compare("category", wanted.category, before.category)
        .compare("view", wanted.view, before.view)
        .compare("create_channels", wanted.create_channels, before.create_channels)
        .compare("url", wanted.url, before.url);
    plan_.push_back(change_line(
        "group " + address_of(id, before.code), differences, {before.active, wanted.active}));
    known.body = std::move(wanted);
    return founder_.put(known.bucket, RowKind::group, id, body::encode(known.body));
}

}  // namespace holdfast::admin
