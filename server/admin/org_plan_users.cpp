#include <algorithm>
#include <utility>

#include "server/admin/org_plan.hpp"

namespace holdfast::admin {
Result<> Planner::users() {
    if (prunes(file_.roles.has_value())) {
        // Roles that the file does not name go away: nobody keeps them.
        std::set<Id> kept;
        for (const RoleEntry& entry : *file_.roles) {
            kept.insert(names_.roles.at(entry.name.value));
        }
        for (auto& [id, user] : state_.users) {
            body::User wanted = user;
            std::erase_if(wanted.roles, [&](Id role) { return !kept.contains(role); });
            HF_CHECK(change_user(id, std::move(wanted)));
        }
    }
    if (!file_.users) {
        return {};
    }
    std::set<Id> named;
    for (const UserEntry& entry : *file_.users) {
        HF_CHECK(user(entry));
        named.insert(names_.users.at(entry.email.value));
    }
    for (const UserEntry& entry : *file_.users) {  // a boss may stand further down
        HF_CHECK(bosses(entry));
    }
    if (prunes(true)) {
        for (auto& [id, known] : state_.users) {
            if (!named.contains(id)) {
                body::User wanted = known;
                wanted.active = false;
                HF_CHECK(change_user(id, std::move(wanted)));
            }
        }
    }
    return {};
}

Result<> Planner::user(const UserEntry& entry) {
    const auto known = find_name(names_.users, entry.email.value);
    body::User wanted;
    if (known) {
        wanted = state_.users.at(*known);
    } else {
        wanted.email = entry.email.value;
    }
    take(entry.name, wanted.name);
    take(entry.last_name, wanted.last_name);
    take(entry.phone, wanted.phone);
    take(entry.job, wanted.job);
    take(entry.read_only, wanted.read_only);
    take(entry.active, wanted.active);
    if (entry.roles) {
        wanted.roles.clear();
        for (const Text& role : *entry.roles) {
            const Id id = names_.roles.at(role.value);
            if (std::ranges::find(wanted.roles, id) == wanted.roles.end()) {
                wanted.roles.push_back(id);
            }
        }
    }
    if (!known) {
        return create_user(entry, wanted);
    }
    HF_CHECK(change_user(*known, std::move(wanted)));
    return account(*known, entry);
}

Result<> Planner::bosses(const UserEntry& entry) {
    if (!entry.bosses) {
        return {};
    }
    const Id id = names_.users.at(entry.email.value);
    body::User wanted = state_.users.at(id);
    wanted.bosses.clear();
    for (const Text& boss : *entry.bosses) {
        const Id found = names_.users.at(boss.value);
        if (std::ranges::find(wanted.bosses, found) == wanted.bosses.end()) {
            wanted.bosses.push_back(found);
        }
    }
    return change_user(id, std::move(wanted));
}

Result<> Planner::create_user(const UserEntry& entry, const body::User& wanted) {
    plan_.push_back("create user " + wanted.email);
    const auto hash = hashes_.find(entry.email.value);
    HF_TRY(const Id id, founder_.user(wanted, hash == hashes_.end() ? no_password : hash->second));
    state_.users[id] = wanted;
    names_.users[entry.email.value] = id;
    if (wanted.active) {
        return {};
    }
    HF_TRY(auto account, storage_.find_account(id));
    account->active = false;
    return storage_.put_account(*account);
}

Result<> Planner::change_user(Id id, body::User wanted) {
    body::User& known = state_.users.at(id);
    if (wanted == known) {
        return {};
    }
    Differences differences;
    differences.compare("name", wanted.name, known.name)
        .compare("last_name", wanted.last_name, known.last_name)
        .compare("phone", wanted.phone, known.phone)
        .compare("job", wanted.job, known.job)
        .compare("roles", wanted.roles, known.roles)
        .compare("bosses", wanted.bosses, known.bosses)
        .compare("elements", wanted.elements, known.elements)
        .compare("read_only", wanted.read_only, known.read_only);
    plan_.push_back(change_line("user " + known.email, differences, {known.active, wanted.active}));
    if (wanted.active != known.active) {
        HF_TRY(auto account, storage_.find_account(id));
        if (account) {
            account->active = wanted.active;
            HF_CHECK(storage_.put_account(*account));
        }
    }
    known = std::move(wanted);
    return founder_.put(state_.directory, RowKind::user, id, body::encode(known));
}

/// The first password of an account that was made without one.
Result<> Planner::account(Id id, const UserEntry& entry) {
    HF_TRY(auto account, storage_.find_account(id));
    if (!account || account->password_hash != no_password || !entry.password) {
        return {};
    }
    plan_.push_back("give user " + entry.email.value + " the password of the file");
    const auto hash = hashes_.find(entry.email.value);
    if (hash == hashes_.end()) {
        return {};
    }
    account->password_hash = hash->second;
    return storage_.put_account(*account);
}

}  // namespace holdfast::admin
