#include "server/admin/org_file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "core/model/limits.hpp"
#include "core/model/text.hpp"
#include "server/admin/yaml_tree.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t code_bytes_max = 200;
constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t password_bytes_max = 200;
constexpr std::size_t color_bytes = 7;  // #1259c3

/// Checks of single texts. Each says what is wrong with the text of `key`.
class Checks {
public:
    explicit Checks(Problems& problems) : problems_(problems) {}

    void code(const Text& text, std::string_view what) {
        const bool has_controls = std::ranges::any_of(
            text.value, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
        if (text.value.size() > code_bytes_max || has_controls || trim(text.value) != text.value) {
            add_problem(problems_,
                        text.line,
                        std::string(what) +
                            ": one line of at most 200 bytes, without white space at the ends");
        }
    }

    void name(std::optional<std::string>& name, std::string_view key, std::size_t line) {
        if (!name) {
            return;
        }
        name = std::string(trim(*name));
        if (name->empty()) {
            add_problem(problems_, line, std::string(key) + " is empty");
        }
        length(name, key, line);
    }

    void length(const std::optional<std::string>& text, std::string_view key, std::size_t line) {
        if (text && text->size() > limits::name_bytes_max) {
            add_problem(problems_, line, std::string(key) + " is longer than 200 bytes");
        }
    }

    void email(Text& email) {
        std::ranges::transform(email.value, email.value.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        const auto at = email.value.find('@');
        const bool is_email = at != std::string::npos && at > 0 && at + 1 < email.value.size() &&
                              email.value.find('@', at + 1) == std::string::npos &&
                              email.value.size() <= limits::name_bytes_max &&
                              std::ranges::none_of(email.value, [](char letter) {
                                  return static_cast<unsigned char>(letter) <= ' ';
                              });
        if (!is_email && email.line != 0) {
            add_problem(problems_, email.line, quote(email.value) + " is no e-mail address");
        }
    }

    void color(const std::optional<std::string>& color, std::size_t line) {
        if (!color || color->empty()) {
            return;
        }
        const bool is_color = color->size() == color_bytes && color->front() == '#' &&
                              std::ranges::all_of(color->substr(1), [](char letter) {
                                  return std::isxdigit(static_cast<unsigned char>(letter)) != 0;
                              });
        if (!is_color) {
            add_problem(problems_, line, "color: write it as \"#1259c3\"");
        }
    }

    /// Only what a browser opens as a page: never a script.
    void url(const std::optional<std::string>& url, std::size_t line) {
        if (url && !url->empty() && !url->starts_with("https://") && !url->starts_with("http://")) {
            add_problem(problems_, line, "url: begins with https:// or http://");
        }
    }

    void doubles(const Text& key, std::map<std::string, std::size_t>& seen, const char* what) {
        const auto [first, is_new] = seen.try_emplace(key.value, key.line);
        if (!is_new && key.line != 0) {
            add_problem(problems_,
                        key.line,
                        std::string(what) + " " + quote(key.value) + " is in line " +
                            std::to_string(first->second) + " already");
        }
    }

private:
    Problems& problems_;
};

std::size_t line_of(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    return node == nullptr ? map.line() : node->line;
}

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

UserEntry read_user(const YamlNode& node, Problems& problems) {
    UserEntry entry;
    YamlMap map(node, "user", problems);
    map.require("email", entry.email)
        .read("name", entry.name)
        .read("last_name", entry.last_name)
        .read("phone", entry.phone)
        .read("job", entry.job)
        .read("roles", entry.roles)
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
        .read("active", entry.active);
    Checks check(problems);
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
    map.finish();
    return file;
}

}  // namespace holdfast::admin
