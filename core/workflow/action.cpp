#include "core/workflow/action.hpp"

#include "core/workflow/reading.hpp"

namespace holdfast::workflow {

namespace {

constexpr Names<ActionKind, action_rules.size()> action_names = [] {
    Names<ActionKind, action_rules.size()> names{};
    for (std::size_t i = 0; i < action_rules.size(); ++i) {
        names[i] = {action_rules[i].kind, action_rules[i].name};
    }
    return names;
}();

/// Reads a member that may be absent.
template <class T>
void read_present(Place& place, const char* name, std::optional<T>& out) {
    if (place.has(name)) {
        place.read(name, out.emplace());
    }
}
void read_time(Place& place, const char* name, std::optional<WallTime>& out) {
    if (place.has(name)) {
        place.read(name, out.emplace().ms);
    }
}

void read_patch(Place& place, TaskPatch& out) {
    read_present(place, "name", out.name);
    read_present(place, "info", out.info);
    read_present(place, "assignee", out.assignee);
    read_present(place, "editors", out.editors);
    read_present(place, "followers", out.followers);
    read_present(place, "visibility", out.visibility);
    read_time(place, "start_date", out.start_date);
    read_time(place, "end_date", out.end_date);
    read_time(place, "resolution_at", out.resolution_at);
    read_present(place, "estimated_days", out.estimated_days);
    place.read("statuses", out.statuses).read("fields", out.fields);
    read_present(place, "active", out.active);
}

void read_action(Place& place, Action& out) {
    if (!place.has("kind")) {
        place.refuse("kind");
    }
    place.read("kind", out.kind, action_names)
        .read("task", out.task)
        .read("workflow", out.workflow)
        .read("target", out.target)
        .read("base_state", out.base_state)
        .read("base_version", out.base_version)
        .read("form", out.form)
        .read("answer", out.answer)
        .read("offline", out.offline)
        .object("patch", out.patch, read_patch);
    const bool begins = out.kind == ActionKind::start_form;
    if (place.good() && begins == static_cast<bool>(out.task)) {
        place.refuse("task");
    }
    if (place.good() && rule_of(out.kind).has_form && out.form.empty()) {
        place.refuse("form");
    }
}

json::Value array_of(const std::vector<Id>& ids) {
    json::Value array = json::Value::array();
    for (const Id id : ids) {
        array.push_back(to_string(id));
    }
    return array;
}

json::Value write_patch(const TaskPatch& value) {
    json::Value out = json::Value::object();
    const auto put = [&](const char* name, const auto& member, auto write) {
        if (member) {
            out[name] = write(*member);
        }
    };
    const auto same = [](const auto& plain) { return json::Value(plain); };
    const auto time = [](WallTime at) { return json::Value(at.ms); };
    const auto id = [](Id one) { return json::Value(to_string(one)); };
    put("name", value.name, same);
    put("info", value.info, same);
    put("assignee", value.assignee, id);
    put("editors", value.editors, array_of);
    put("followers", value.followers, array_of);
    put("visibility", value.visibility, array_of);
    put("start_date", value.start_date, time);
    put("end_date", value.end_date, time);
    put("resolution_at", value.resolution_at, time);
    put("estimated_days", value.estimated_days, same);
    put("active", value.active, same);
    if (!value.statuses.empty()) {
        out["statuses"] = value.statuses;
    }
    if (!value.fields.empty()) {
        out["fields"] = value.fields;
    }
    return out;
}

}  // namespace

std::optional<ActionKind> parse_action_kind(std::string_view name) {
    for (const ActionRule& rule : action_rules) {
        if (rule.name == name) {
            return rule.kind;
        }
    }
    return std::nullopt;
}

Result<TaskPatch> parse_task_patch(std::string_view text) {
    return parse_with<TaskPatch>(text, ErrorCode::intent_malformed, read_patch);
}

std::string encode(const TaskPatch& value) {
    return json::dump(write_patch(value));
}

Result<Action> parse_action(std::string_view text) {
    return parse_with<Action>(text, ErrorCode::intent_malformed, read_action);
}

std::string encode(const Action& value) {
    return json::Writer{}
        .write("kind", std::string(rule_of(value.kind).name))
        .write("task", value.task)
        .write("workflow", value.workflow)
        .write("target", value.target)
        .write("base_state", value.base_state)
        .write("base_version", static_cast<std::int64_t>(value.base_version))
        .write("form", value.form)
        .write("answer", value.answer)
        .write("offline", value.offline, false)
        .write("patch", write_patch(value.patch))
        .text();
}

}  // namespace holdfast::workflow
