#include "core/workflow/task.hpp"

#include <algorithm>

#include "core/workflow/reading.hpp"
#include "core/workflow/task_scan.hpp"

namespace holdfast::workflow {

namespace {

constexpr Names<Event, 8> events{{
    {Event::created, "created"},
    {Event::state_changed, "state_changed"},
    {Event::updated, "updated"},
    {Event::people_changed, "people_changed"},
    {Event::evidence_added, "evidence_added"},
    {Event::subtask_added, "subtask_added"},
    {Event::cancelled, "cancelled"},
    {Event::asked, "asked"},
}};
constexpr Names<Role, 5> roles{{
    {Role::none, "none"},
    {Role::visibility, "visibility"},
    {Role::follower, "follower"},
    {Role::editor, "editor"},
    {Role::assignee, "assignee"},
}};

constexpr std::array<const char*, 5> status_names{
    "status1", "status2", "status3", "status4", "status5"};

bool holds(const std::vector<Id>& people, Id user) {
    return std::ranges::find(people, user) != people.end();
}

void read_sla(Place& place, ActiveSla& out) {
    place.read("code", out.code).read("due", out.due.ms);
}

void read_task(Place& place, Task& out) {
    place.read("name", out.name)
        .read("info", out.info)
        .read("serial", out.serial)
        .read("group", out.group)
        .read("workflow", out.workflow)
        .read("state", out.state)
        .read("asset", out.asset)
        .read("channel", out.channel)
        .read("answers", out.answers)
        .read("assignee", out.assignee)
        .read("created_by", out.created_by)
        .read("owner", out.owner)
        .read("editors", out.editors)
        .read("followers", out.followers)
        .read("visibility", out.visibility)
        .read("start_date", out.start_date.ms)
        .read("end_date", out.end_date.ms)
        .read("closed_at", out.closed_at.ms)
        .read("resolution_at", out.resolution_at.ms)
        .read("state_at", out.state_at.ms)
        .read("state_by", out.state_by)
        .read("state_version", out.state_version)
        .read("estimated_days", out.estimated_days)
        .each("slas", out.slas, read_sla)
        .read("fields", out.fields)
        .read("parent", out.parent)
        .read("children", out.children)
        .read("weight", out.weight)
        .read("active", out.active);
    for (std::size_t i = 0; i < status_names.size(); ++i) {
        place.read(status_names[i], out.statuses[i]);
    }
}

void read_history(Place& place, History& out) {
    place.read("task", out.task)
        .read("event", out.event, events)
        .read("at", out.at.ms)
        .read("done_at", out.done_at.ms)
        .read("by", out.by)
        .read("intent", out.intent)
        .read("offline", out.offline)
        .read("from", out.from)
        .read("to", out.to)
        .read("version", out.version)
        .read("answer", out.answer)
        .read("people", out.people)
        .read("changes", out.changes);
}

json::Value write_slas(const std::vector<ActiveSla>& slas) {
    json::Value array = json::Value::array();
    for (const ActiveSla& sla : slas) {
        array.push_back(json::Writer{}.write("code", sla.code).write("due", sla.due.ms).take());
    }
    return array;
}

}  // namespace

Role role_in(const Task& task, Id user) {
    if (!user) {
        return Role::none;
    }
    if (task.assignee == user) {
        return Role::assignee;
    }
    if (holds(task.editors, user)) {
        return Role::editor;
    }
    if (holds(task.followers, user)) {
        return Role::follower;
    }
    return holds(task.visibility, user) ? Role::visibility : Role::none;
}

std::vector<Element> mirrored_elements(const Task& task, const Workflow& workflow) {
    std::vector<Element> elements;
    if (!task.state.empty()) {
        elements.push_back({workflow.collection, task.state});
    }
    for (std::size_t i = 0; i < workflow.statuses.size() && i < task.statuses.size(); ++i) {
        if (workflow.statuses[i].active && !task.statuses[i].empty()) {
            elements.push_back({workflow.statuses[i].collection, task.statuses[i]});
        }
    }
    if (!task.asset.empty() && !workflow.assets.empty()) {
        elements.push_back({workflow.assets, task.asset});
    }
    return elements;
}

std::vector<Id> people_of(const Task& task) {
    std::vector<Id> people;
    const auto add = [&](Id user) {
        if (user && !holds(people, user)) {
            people.push_back(user);
        }
    };
    add(task.assignee);
    for (const auto* list : {&task.editors, &task.followers, &task.visibility}) {
        std::ranges::for_each(*list, add);
    }
    return people;
}

Result<Task> parse_task(std::string_view text) {
    if (auto scanned = scan_task(text)) {
        return *std::move(scanned);
    }
    return parse_with<Task>(text, ErrorCode::intent_malformed, read_task);
}

Result<History> parse_history(std::string_view text) {
    return parse_with<History>(text, ErrorCode::intent_malformed, read_history);
}

std::string encode(const Task& value) {
    json::Writer writer;
    writer.write("name", value.name)
        .write("info", value.info)
        .write("serial", value.serial)
        .write("group", value.group)
        .write("workflow", value.workflow)
        .write("state", value.state)
        .write("asset", value.asset)
        .write("channel", value.channel)
        .write("answers", value.answers)
        .write("assignee", value.assignee)
        .write("created_by", value.created_by)
        .write("owner", value.owner)
        .write("editors", value.editors)
        .write("followers", value.followers)
        .write("visibility", value.visibility)
        .write("start_date", value.start_date.ms)
        .write("end_date", value.end_date.ms)
        .write("closed_at", value.closed_at.ms)
        .write("resolution_at", value.resolution_at.ms)
        .write("state_at", value.state_at.ms)
        .write("state_by", value.state_by)
        .write("state_version", static_cast<std::int64_t>(value.state_version))
        .write("estimated_days", value.estimated_days)
        .write("slas", write_slas(value.slas))
        .write("fields", value.fields)
        .write("parent", value.parent)
        .write("children", value.children)
        .write("weight", value.weight)
        .write("active", value.active, true);
    for (std::size_t i = 0; i < status_names.size(); ++i) {
        writer.write(status_names[i], value.statuses[i]);
    }
    return writer.text();
}

std::string encode(const History& value) {
    return json::Writer{}
        .write("task", value.task)
        .write("event", std::string(to_string(value.event)))
        .write("at", value.at.ms)
        .write("done_at", value.done_at.ms)
        .write("by", value.by)
        .write("intent", value.intent)
        .write("offline", value.offline, false)
        .write("from", value.from)
        .write("to", value.to)
        .write("version", static_cast<std::int64_t>(value.version))
        .write("answer", value.answer)
        .write("people", value.people)
        .write("changes", value.changes)
        .text();
}

std::string_view to_string(Event value) {
    return name_in(events, value);
}
std::string_view to_string(Role value) {
    return name_in(roles, value);
}

}  // namespace holdfast::workflow
