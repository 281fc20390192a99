#include "server/admin/org_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "core/model/limits.hpp"
#include "server/admin/org_file_bots.hpp"
#include "server/admin/org_file_checks.hpp"
#include "server/admin/org_file_forms.hpp"
#include "server/admin/org_file_workflow.hpp"
#include "server/admin/yaml/yaml_tree.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t password_bytes_max = 200;
constexpr std::size_t bosses_max = 20;
constexpr std::size_t held_elements_max = 50;  // of a user, of a channel

OrganizationEntry read_organization(const YamlNode& node, Problems& problems) {
    OrganizationEntry entry;
    YamlMap map(node, "organization", problems);
    map.require("code", entry.code).read("name", entry.name).read("language", entry.language);
    if (const YamlNode* offline = map.find("offline", YamlNode::Kind::map)) {
        YamlMap policy(*offline, "offline", problems);
        policy.read("granted", entry.granted)
            .read("automatic", entry.automatic)
            .read("allow_messages", entry.allow_messages)
            .finish();
    }
    Checks check(problems);
    check.code(entry.code, "code");
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    if (entry.language &&
        (entry.language->size() != 2 || !std::ranges::all_of(*entry.language, [](char letter) {
             return letter >= 'a' && letter <= 'z';
         }))) {
        add_problem(problems, line_of(map, "language"), "language: two letters, as in \"en\"");
    }
    map.finish();
    return entry;
}

RoleEntry read_role(const YamlNode& node, Problems& problems) {
    RoleEntry entry;
    YamlMap map(node, "role", problems);
    map.require("name", entry.name).read("permissions", entry.permissions).finish();
    Checks(problems).code(entry.name, "name");
    return entry;
}

void check_bosses(std::vector<Text>& bosses,
                  const Text& email,
                  std::size_t line,
                  Problems& problems) {
    for (Text& boss : bosses) {
        Checks(problems).email(boss);
        if (boss.value == email.value) {
            add_problem(problems, boss.line, "bosses: nobody is their own boss");
        }
    }
    if (bosses.size() > bosses_max) {
        add_problem(problems, line, "bosses: at most " + std::to_string(bosses_max));
    }
}

void check_held(YamlMap& map,
                const std::optional<std::vector<Text>>& elements,
                Problems& problems) {
    if (elements && elements->size() > held_elements_max) {
        add_problem(problems,
                    line_of(map, "elements"),
                    "elements: at most " + std::to_string(held_elements_max));
    }
}

UserEntry read_user(const YamlNode& node, Problems& problems) {
    UserEntry entry;
    YamlMap map(node, "user", problems);
    map.require("email", entry.email)
        .read("name", entry.name)
        .read("last_name", entry.last_name)
        .read("phone", entry.phone)
        .read("job", entry.job)
        .read("roles", entry.roles)
        .read("bosses", entry.bosses)
        .read("elements", entry.elements)
        .read("read_only", entry.read_only)
        .read("active", entry.active)
        .read("password", entry.password);
    Checks check(problems);
    check.email(entry.email);
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    check.length(entry.last_name, "last_name", line_of(map, "last_name"));
    check.length(entry.phone, "phone", line_of(map, "phone"));
    check.length(entry.job, "job", line_of(map, "job"));
    if (entry.bosses) {
        check_bosses(*entry.bosses, entry.email, line_of(map, "bosses"), problems);
    }
    check_held(map, entry.elements, problems);
    if (entry.password && (entry.password->size() < password_bytes_min ||
                           entry.password->size() > password_bytes_max)) {
        add_problem(problems, line_of(map, "password"), "password: from 8 to 200 bytes");
    }
    map.finish();
    return entry;
}

void read_kind(YamlMap& map, std::optional<body::GroupKind>& out, Problems& problems) {
    std::optional<Text> kind;
    map.read("kind", kind);
    if (!kind) {
        return;
    }
    out = body::parse_group_kind(kind->value);
    if (!out) {
        add_problem(problems,
                    kind->line,
                    "kind: " + quote(kind->value) +
                        " is none of standard, workflow, link, category" +
                        suggest(kind->value, {"standard", "workflow", "link", "category"}));
    }
}

GroupEntry read_group(const YamlNode& node, Problems& problems) {
    GroupEntry entry;
    YamlMap map(node, "group", problems);
    map.require("code", entry.code)
        .read("name", entry.name)
        .read("icon", entry.icon)
        .read("color", entry.color)
        .read("weight", entry.weight)
        .read("parent", entry.parent)
        .read("category", entry.category)
        .read("view", entry.view)
        .read("create_channels", entry.create_channels)
        .read("url", entry.url)
        .read("active", entry.active);
    read_kind(map, entry.kind, problems);
    if (const YamlNode* tasks = map.find("tasks", YamlNode::Kind::map)) {
        entry.tasks = read_tasks(*tasks, problems);
        entry.tasks_line = tasks->line;
    }
    Checks check(problems);
    check.code(entry.code, "code");
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    check.length(entry.icon, "icon", line_of(map, "icon"));
    check.color(entry.color, line_of(map, "color"));
    check.url(entry.url, line_of(map, "url"));
    map.finish();
    return entry;
}

MemberEntry read_member(const YamlNode& node, Problems& problems) {
    MemberEntry entry;
    if (node.kind == YamlNode::Kind::scalar) {
        entry.email = {.value = node.text, .line = node.line};
    } else {
        std::optional<bool> admin;
        YamlMap map(node, "member", problems);
        map.require("email", entry.email).read("admin", admin).finish();
        entry.admin = admin.value_or(false);
    }
    Checks(problems).email(entry.email);
    return entry;
}

ChannelEntry read_channel(const YamlNode& node, Problems& problems) {
    ChannelEntry entry;
    YamlMap map(node, "channel", problems);
    map.require("code", entry.code)
        .read("group", entry.group)
        .read("name", entry.name)
        .read("private", entry.is_private)
        .read("writable", entry.writable)
        .read("active", entry.active)
        .read("elements", entry.elements);
    Checks check(problems);
    check_held(map, entry.elements, problems);
    if (const YamlNode* members = map.find("members", YamlNode::Kind::list)) {
        std::map<std::string, std::size_t> seen;
        entry.members.emplace();
        for (const YamlNode& member : members->items) {
            entry.members->push_back(read_member(member, problems));
            check.doubles(entry.members->back().email, seen, "the member");
        }
    }
    check.code(entry.code, "code");
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    map.finish();
    return entry;
}

/// The entries of one section; two of the same key are a problem.
template <class Entry>
void read_section(YamlMap& map,
                  std::pair<std::string_view, const char*> section,
                  std::optional<std::vector<Entry>>& out,
                  std::pair<Entry (*)(const YamlNode&, Problems&), Text Entry::*> how,
                  Problems& problems) {
    const YamlNode* list = map.find(section.first, YamlNode::Kind::list);
    if (list == nullptr) {
        return;
    }
    Checks check(problems);
    std::map<std::string, std::size_t> seen;
    out.emplace();
    for (const YamlNode& item : list->items) {
        out->push_back(how.first(item, problems));
        check.doubles(out->back().*(how.second), seen, section.second);
    }
}

}  // namespace

OrgFile read_org_file(std::string_view text, Problems& problems) {
    OrgFile file;
    const YamlNode root = parse_yaml(text, problems);
    if (!problems.empty() && root.kind == YamlNode::Kind::null) {
        return file;
    }
    YamlMap map(root, "organization file", problems);
    if (const YamlNode* organization = map.find("organization")) {
        file.organization = read_organization(*organization, problems);
    } else if (root.kind == YamlNode::Kind::map) {
        add_problem(problems, root.line, "organization file: organization is missing");
    }
    std::optional<bool> prune;
    map.read("prune", prune);
    file.prune = prune.value_or(false);
    read_section<RoleEntry>(
        map, {"roles", "the role"}, file.roles, {read_role, &RoleEntry::name}, problems);
    read_section<UserEntry>(
        map, {"users", "the user"}, file.users, {read_user, &UserEntry::email}, problems);
    read_section<GroupEntry>(
        map, {"groups", "the group"}, file.groups, {read_group, &GroupEntry::code}, problems);
    read_section<ChannelEntry>(map,
                               {"channels", "the channel"},
                               file.channels,
                               {read_channel, &ChannelEntry::code},
                               problems);
    read_section<CollectionEntry>(map,
                                  {"collections", "the collection"},
                                  file.collections,
                                  {read_collection, &CollectionEntry::code},
                                  problems);
    read_section<FormEntry>(
        map, {"forms", "the form"}, file.forms, {read_form, &FormEntry::code}, problems);
    read_section<WorkflowEntry>(map,
                                {"workflows", "the workflow"},
                                file.workflows,
                                {read_workflow, &WorkflowEntry::code},
                                problems);
    read_section<RoutineEntry>(map,
                               {"routines", "the routine"},
                               file.routines,
                               {read_routine, &RoutineEntry::code},
                               problems);
    read_section<BotEntry>(
        map, {"bots", "the bot"}, file.bots, {read_bot, &BotEntry::code}, problems);
    map.finish();
    return file;
}

}  // namespace holdfast::admin
