#include "server/admin/org_export.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "server/admin/guarded.hpp"
#include "server/admin/org_export_forms.hpp"
#include "server/admin/org_export_workflow.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {
namespace {

/// Writes what differs from the default.
class Writer {
public:
    explicit Writer(YAML::Emitter& out) : out_(out) {}

    Writer& write(const char* key, const std::string& value, const std::string& otherwise = {}) {
        if (value != otherwise) {
            out_ << YAML::Key << key << YAML::Value << value;
        }
        return *this;
    }
    Writer& write(const char* key, bool value, bool otherwise) {
        if (value != otherwise) {
            out_ << YAML::Key << key << YAML::Value << value;
        }
        return *this;
    }
    Writer& write(const char* key, std::int64_t value) {
        if (value != 0) {
            out_ << YAML::Key << key << YAML::Value << value;
        }
        return *this;
    }
    Writer& write(const char* key, const std::vector<std::string>& values) {
        if (!values.empty()) {
            out_ << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
            for (const std::string& value : values) {
                out_ << value;
            }
            out_ << YAML::EndSeq;
        }
        return *this;
    }

private:
    YAML::Emitter& out_;
};

/// Values of a map ordered as people like to read them.
template <class T, class Order>
std::vector<std::pair<Id, const T*>> sorted(const std::map<Id, T>& from, Order order) {
    std::vector<std::pair<Id, const T*>> items;
    for (const auto& [id, item] : from) {
        items.emplace_back(id, &item);
    }
    std::ranges::stable_sort(items, {}, [&](const auto& item) { return order(*item.second); });
    return items;
}

void write_organization(YAML::Emitter& out, const OrgState& state) {
    const body::Organization& value = state.organization;
    out << YAML::Key << "organization" << YAML::Value << YAML::BeginMap;
    Writer(out).write("code", state.code).write("name", value.name);
    out << YAML::Key << "language" << YAML::Value << value.language;
    out << YAML::Key << "offline" << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "granted" << YAML::Value << state.entitlement.is_granted();
    out << YAML::Key << "automatic" << YAML::Value << state.entitlement.automatic;
    out << YAML::Key << "allow_messages" << YAML::Value << state.entitlement.allow_messages;
    out << YAML::EndMap << YAML::EndMap;
}

void write_roles(YAML::Emitter& out, const OrgState& state) {
    out << YAML::Key << "roles" << YAML::Value << YAML::BeginSeq;
    for (const auto& [id, role] : state.roles) {
        out << YAML::BeginMap;
        Writer(out).write("name", role.name).write("permissions", role.permissions);
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
}

/// What a user or a channel carries, as files name it.
std::vector<std::string> addresses_of(const std::vector<body::HeldElement>& elements) {
    std::vector<std::string> addresses;
    for (const body::HeldElement& element : elements) {
        addresses.push_back(element.collection + "/" + element.code);
    }
    return addresses;
}

void write_users(YAML::Emitter& out, const OrgState& state) {
    out << YAML::Key << "users" << YAML::Value << YAML::BeginSeq;
    for (const auto& [id, user] : state.users) {
        std::vector<std::string> roles;
        for (const Id role : user.roles) {
            if (const auto found = state.roles.find(role); found != state.roles.end()) {
                roles.push_back(found->second.name);
            }
        }
        std::vector<std::string> bosses;
        for (const Id boss : user.bosses) {
            if (const auto found = state.users.find(boss); found != state.users.end()) {
                bosses.push_back(found->second.email);
            }
        }
        out << YAML::BeginMap;
        Writer(out)
            .write("email", user.email)
            .write("name", user.name)
            .write("last_name", user.last_name)
            .write("phone", user.phone)
            .write("job", user.job)
            .write("roles", roles)
            .write("bosses", bosses)
            .write("elements", addresses_of(user.elements))
            .write("read_only", user.read_only, false)
            .write("active", user.active, true);
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
}

std::string group_address(const OrgState& state, Id id) {
    const auto found = state.groups.find(id);
    return found == state.groups.end() ? std::string{} : address_of(id, found->second.body.code);
}

void write_groups(YAML::Emitter& out, const OrgState& state) {
    out << YAML::Key << "groups" << YAML::Value << YAML::BeginSeq;
    const auto by_weight =
        sorted(state.groups, [](const OrgState::Group& group) { return group.body.weight; });
    for (const auto& [id, known] : by_weight) {
        const body::Group& group = known->body;
        out << YAML::BeginMap;
        Writer(out)
            .write("code", address_of(id, group.code))
            .write("name", group.name)
            .write("kind", std::string(body::group_kind_name(group.kind)), "standard")
            .write("icon", group.icon)
            .write("color", group.color)
            .write("weight", group.weight)
            .write("parent", group_address(state, group.parent))
            .write("category", group_address(state, group.category))
            .write("view", group.view)
            .write("create_channels", group.create_channels)
            .write("url", group.url)
            .write("active", group.active, true);
        write_tasks(out, state, id);
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
}

void write_members(YAML::Emitter& out, const OrgState& state, const OrgState::Channel& channel) {
    if (channel.members.empty()) {
        return;
    }
    out << YAML::Key << "members" << YAML::Value << YAML::BeginSeq;
    for (const auto& [id, member] : channel.members) {
        const auto user = state.users.find(id);
        if (user == state.users.end()) {
            continue;
        }
        if (member.admin) {
            out << YAML::Flow << YAML::BeginMap << YAML::Key << "email" << YAML::Value
                << user->second.email << YAML::Key << "admin" << YAML::Value << true
                << YAML::EndMap;
        } else {
            out << user->second.email;
        }
    }
    out << YAML::EndSeq;
}

/// A task's channel comes and goes with the task, which is no part of the file.
bool is_of_task(const OrgState& state, const body::Channel& channel) {
    const auto group = state.groups.find(channel.group);
    return group != state.groups.end() && group->second.body.kind == body::GroupKind::workflow;
}

void write_channels(YAML::Emitter& out, const OrgState& state) {
    out << YAML::Key << "channels" << YAML::Value << YAML::BeginSeq;
    const auto by_group =
        sorted(state.channels, [](const OrgState::Channel& channel) { return channel.body.group; });
    for (const auto& [id, known] : by_group) {
        const body::Channel& channel = known->body;
        if (is_of_task(state, channel)) {
            continue;
        }
        out << YAML::BeginMap;
        Writer(out)
            .write("code", address_of(id, channel.code))
            .write("group", group_address(state, channel.group))
            .write("name", channel.name)
            .write("private", channel.is_private, false)
            .write("writable", channel.writable, true)
            .write("elements", addresses_of(channel.elements))
            .write("active", channel.active, true);
        write_members(out, state, *known);
        out << YAML::EndMap;
    }
    out << YAML::EndSeq;
}

Result<std::string> only_code(storage::Storage& storage) {
    HF_TRY(const auto organizations, storage.organizations());
    if (organizations.size() == 1) {
        return organizations.front().code;
    }
    std::string codes;
    for (const auto& organization : organizations) {
        codes += (codes.empty() ? "" : ", ") + organization.code;
    }
    return fail(ErrorCode::tool_not_found,
                codes.empty() ? "there is no organization yet" : "which organization? " + codes);
}

Result<std::string> write(const OrgState& state) {
    YAML::Emitter out;
    out << YAML::BeginMap;
    write_organization(out, state);
    write_roles(out, state);
    write_users(out, state);
    write_groups(out, state);
    write_channels(out, state);
    write_collections(out, state);
    write_forms(out, state);
    write_workflows(out, state);
    write_routines(out, state);
    write_bots(out, state);
    out << YAML::EndMap;
    if (!out.good()) {
        return fail(ErrorCode::storage_failed, out.GetLastError());
    }
    return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace

Result<std::string> export_organization(storage::Storage& storage, std::string_view code) {
    std::string wanted(code);
    if (wanted.empty()) {
        HF_TRY(wanted, only_code(storage));
    }
    HF_TRY(const auto state, load_organization(storage, wanted));
    if (!state) {
        return fail(ErrorCode::tool_not_found, "there is no organization " + wanted);
    }
    return guarded([&] { return write(*state); });
}

}  // namespace holdfast::admin
