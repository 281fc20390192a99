#include "server/admin/org_check.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/admin/org_check_bots.hpp"
#include "server/admin/org_check_forms.hpp"
#include "server/admin/org_check_workflow.hpp"

namespace holdfast::admin {
namespace {

/// A group as it will be, by address.
struct Planned {
    body::GroupKind kind = body::GroupKind::standard;
    std::string parent;
    std::string category;
    std::string url;
};

using Names = std::set<std::string, std::less<>>;

class Check {
public:
    Check(const OrgFile& file, const OrgState& state, Problems& problems)
        : file_(file), state_(state), names_(names_of(state)), problems_(problems) {}

    void run() {
        if (!state_.id && !file_.organization.has_name) {
            problem(file_.organization.code.line, "organization: name is missing");
        }
        collect();
        plan_groups();
        users();
        for (const GroupEntry& group : file_.groups.value_or(std::vector<GroupEntry>{})) {
            check_group(group);
        }
        for (const ChannelEntry& channel : file_.channels.value_or(std::vector<ChannelEntry>{})) {
            check_channel(channel);
        }
        check_forms(file_, state_, problems_);
        check_workflows(file_, state_, problems_);
        check_bots(file_, state_, problems_);
    }

private:
    void problem(std::size_t line, std::string text) {
        add_problem(problems_, line, std::move(text));
    }

    static Names keys(const OrgNames::Ids& ids) {
        Names names;
        for (const auto& [name, id] : ids) {
            names.insert(name);
        }
        return names;
    }

    /// Everything that can be referred to. What pruning takes away cannot.
    void collect() {
        if (!(file_.prune && file_.roles)) {
            roles_ = keys(names_.roles);
        }
        users_ = keys(names_.users);
        for (const RoleEntry& role : file_.roles.value_or(std::vector<RoleEntry>{})) {
            roles_.insert(role.name.value);
        }
        for (const UserEntry& user : file_.users.value_or(std::vector<UserEntry>{})) {
            users_.insert(user.email.value);
        }
    }

    void plan_groups() {
        for (const auto& [id, group] : state_.groups) {
            const auto address = [&](Id other) {
                const auto found = state_.groups.find(other);
                return found == state_.groups.end() ? std::string{}
                                                    : address_of(other, found->second.body.code);
            };
            groups_[address_of(id, group.body.code)] = {.kind = group.body.kind,
                                                        .parent = address(group.body.parent),
                                                        .category = address(group.body.category),
                                                        .url = group.body.url};
        }
        for (const GroupEntry& entry : file_.groups.value_or(std::vector<GroupEntry>{})) {
            Planned& group = groups_[entry.code.value];
            group.kind = entry.kind.value_or(group.kind);
            group.parent = entry.parent ? entry.parent->value : group.parent;
            group.category = entry.category ? entry.category->value : group.category;
            group.url = entry.url.value_or(group.url);
        }
    }

    void refer(const Text& text, const Names& names, const char* what) {
        if (text.line != 0 && !names.contains(text.value)) {
            const std::vector<std::string_view> candidates(names.begin(), names.end());
            problem(text.line,
                    "there is no " + std::string(what) + " " + quote(text.value) +
                        suggest(text.value, candidates));
        }
    }

    bool refer_group(const std::optional<Text>& text) {
        if (!text || text->value.empty()) {
            return false;
        }
        if (groups_.contains(text->value)) {
            return true;
        }
        Names names;
        for (const auto& [name, group] : groups_) {
            names.insert(name);
        }
        refer(*text, names, "group");
        return false;
    }

    void users() {
        for (const UserEntry& user : file_.users.value_or(std::vector<UserEntry>{})) {
            if (!user.has_name && !find_name(names_.users, user.email.value)) {
                problem(user.email.line, "user: name is missing");
            }
            for (const Text& role : user.roles.value_or(std::vector<Text>{})) {
                refer(role, roles_, "role");
            }
            for (const Text& boss : user.bosses.value_or(std::vector<Text>{})) {
                refer(boss, users_, "user");
            }
        }
    }

    void check_group(const GroupEntry& entry) {
        const std::size_t line = entry.code.line;
        if (!entry.has_name && !find_name(names_.groups, entry.code.value)) {
            problem(line, "group: name is missing");
        }
        const Planned& group = groups_.at(entry.code.value);
        const std::size_t category_line = entry.category ? entry.category->line : line;
        if (group.kind == body::GroupKind::link && group.url.empty()) {
            problem(line, "group: a link group needs a url");
        }
        if (entry.tasks && group.kind != body::GroupKind::workflow) {
            problem(entry.tasks_line, "group: only a workflow group works with tasks");
        }
        if (group.kind != body::GroupKind::link && !group.url.empty()) {
            problem(line, "group: only a link group has a url");
        }
        if (refer_group(entry.category) &&
            groups_.at(entry.category->value).kind != body::GroupKind::category) {
            problem(category_line, "category: " + quote(entry.category->value) + " is no category");
        }
        if (group.kind == body::GroupKind::category &&
            (!group.category.empty() || !group.parent.empty())) {
            problem(category_line,
                    "group: a category stands in nothing, neither category nor parent");
        } else if (!group.category.empty() && !group.parent.empty()) {
            problem(category_line, "group: a group with a parent cannot be in a category");
        }
        if (refer_group(entry.parent)) {
            check_parent(entry);
        }
    }

    void check_parent(const GroupEntry& entry) {
        const body::GroupKind kind = groups_.at(entry.parent->value).kind;
        if (kind == body::GroupKind::category || kind == body::GroupKind::link) {
            problem(entry.parent->line,
                    "parent: " + quote(entry.parent->value) + " is a " +
                        std::string(body::group_kind_name(kind)) + " group and holds no groups");
        }
        std::string above = entry.parent->value;
        for (std::size_t steps = 0; !above.empty() && steps <= groups_.size(); ++steps) {
            if (above == entry.code.value) {
                problem(entry.parent->line,
                        "parent: " + quote(entry.code.value) + " would stand in itself");
                return;
            }
            const auto found = groups_.find(above);
            above = found == groups_.end() ? std::string{} : found->second.parent;
        }
    }

    void check_channel(const ChannelEntry& entry) {
        const auto known = find_name(names_.channels, entry.code.value);
        if (!known && !entry.has_name) {
            problem(entry.code.line, "channel: name is missing");
        }
        if (!known && (!entry.group || entry.group->value.empty())) {
            problem(entry.code.line, "channel: group is missing");
        }
        if (refer_group(entry.group)) {
            check_place(entry, known);
        }
        for (const MemberEntry& member : entry.members.value_or(std::vector<MemberEntry>{})) {
            refer(member.email, users_, "user");
        }
    }

    void check_place(const ChannelEntry& entry, std::optional<Id> known) {
        const body::GroupKind kind = groups_.at(entry.group->value).kind;
        if (kind != body::GroupKind::standard && kind != body::GroupKind::workflow) {
            problem(entry.group->line,
                    "group: " + quote(entry.group->value) + " is a " +
                        std::string(body::group_kind_name(kind)) + " group and holds no channels");
        }
        const auto wanted = find_name(names_.groups, entry.group->value);
        if (known && state_.channels.at(*known).body.group != wanted.value_or(Id{})) {
            problem(entry.group->line, "group: a channel cannot move to another group");
        }
    }

    const OrgFile& file_;
    const OrgState& state_;
    OrgNames names_;
    Problems& problems_;
    Names roles_;
    Names users_;
    std::map<std::string, Planned, std::less<>> groups_;
};

}  // namespace

void check_org_file(const OrgFile& file, const OrgState& state, Problems& problems) {
    Check(file, state, problems).run();
}

}  // namespace holdfast::admin
