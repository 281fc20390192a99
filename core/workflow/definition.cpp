#include "core/workflow/definition.hpp"

#include <algorithm>

#include "core/workflow/layouts.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow {

namespace {

constexpr Names<StateKind, 3> state_kinds{{
    {StateKind::fresh, "new"},
    {StateKind::in_progress, "in_progress"},
    {StateKind::closed, "closed"},
}};
constexpr Names<Change, 3> changes{{
    {Change::none, "none"},
    {Change::form, "form"},
    {Change::manual, "manual"},
}};
constexpr Names<Flow, 2> flows{{{Flow::state_machine, "state-machine"}, {Flow::free, "free"}}};
constexpr Names<SlaBase, 4> sla_bases{{
    {SlaBase::entry, "entry"},
    {SlaBase::start_date, "start_date"},
    {SlaBase::end_date, "end_date"},
    {SlaBase::resolution_date, "resolution_date"},
}};

// ------------------------------------------------------------------------------------- reading

void read_element(Place& place, Element& out) {
    place.read("collection", out.collection).read("code", out.code);
}

void read_element_access(Place& place, TaskGroup::ElementAccess& out) {
    place.object("element", out.element, read_element)
        .read("editor", out.editor)
        .read("follower", out.follower);
}

void read_conflicts(Place& place, ConflictPolicy& out) {
    place.read("accept_before_reassignment", out.accept_before_reassignment)
        .read("quarantine_forbidden", out.quarantine_forbidden);
}

void read_task_group(Place& place, TaskGroup& out) {
    place.read("code", out.code)
        .read("name", out.name)
        .read("flow", out.flow, flows)
        .read("initial_workflow", out.initial_workflow)
        .read("read", out.read)
        .read("write", out.write)
        .read("editor", out.editor)
        .read("follower", out.follower)
        .each("element_access", out.element_access, read_element_access)
        .read("view", out.view, layouts)
        .read("views", out.views, layouts)
        .read("opens_in_tasks", out.opens_in_tasks)
        .read("hide_closed_after", out.hide_closed_after)
        .object("conflicts", out.conflicts, read_conflicts)
        .read("bot", out.bot);
}

/// Each run of a list takes an id of its intent's span, so that a longer list is never read.
void read_routines(Place& place, const char* name, std::vector<std::string>& out) {
    place.read(name, out);
    if (out.size() > limits::routines_max) {
        place.refuse(name);
    }
}

void read_transition(Place& place, Transition& out) {
    place.read("target", out.target)
        .read("change", out.change, changes)
        .read("form", out.form)
        .read("permissions", out.permissions);
    read_routines(place, "routines", out.routines);
}

void read_survey_trigger(Place& place, SurveyTrigger& out) {
    place.read("form", out.form).read("permissions", out.permissions);
    read_routines(place, "routines", out.routines);
}

void read_state(Place& place, State& out) {
    place.read("code", out.code)
        .read("name", out.name)
        .read("kind", out.kind, state_kinds)
        .read("color", out.color)
        .each("next", out.next, read_transition)
        .each("survey_triggers", out.survey_triggers, read_survey_trigger);
    if (place.has("subtask")) {
        out.subtask.emplace();
        place.object("subtask", *out.subtask, [](Place& inner, SubtaskRule& rule) {
            inner.read("workflow", rule.workflow);
        });
    }
}

void read_start_form(Place& place, StartForm& out) {
    place.read("form", out.form).read("permissions", out.permissions);
    if (place.has("task")) {
        out.task.emplace();
        place.object("task", *out.task, [](Place& inner, FirstTask& task) {
            inner.read("name", task.name);
        });
    }
    read_routines(place, "routines", out.routines);
}

void read_status(Place& place, StatusColumn& out) {
    place.read("collection", out.collection).read("name", out.name).read("active", out.active);
}

void read_state_set(Place& place, StateSet& out) {
    place.read("states", out.states).read("kinds", out.kinds, state_kinds);
}

void read_sla(Place& place, Sla& out) {
    place.read("code", out.code)
        .read("name", out.name)
        .object("start", out.start, read_state_set)
        .object("end", out.end, read_state_set)
        .read("base", out.base, sla_bases)
        .read("minutes", out.minutes)
        .read("reset", out.reset)
        .read("repeat", out.repeat);
    read_routines(place, "routines", out.routines);
}

void read_workflow(Place& place, Workflow& out) {
    place.read("code", out.code)
        .read("name", out.name)
        .read("group", out.group)
        .read("collection", out.collection)
        .read("initial", out.initial)
        .read("assets", out.assets)
        .each("statuses", out.statuses, read_status)
        .read("extensions", out.extensions)
        .each("states", out.states, read_state)
        .each("slas", out.slas, read_sla)
        .read("active", out.active);
    read_routines(place, "on_create", out.on_create);
    if (place.has("start_form")) {
        out.start_form.emplace();
        place.object("start_form", *out.start_form, read_start_form);
    }
}

// ------------------------------------------------------------------------------------- writing

template <class Enum, std::size_t N>
std::string unless(Enum value, Enum otherwise, const Names<Enum, N>& names) {
    return value == otherwise ? std::string{} : std::string(name_in(names, value));
}

template <class Enum, std::size_t N>
std::vector<std::string> all_names(const std::vector<Enum>& values, const Names<Enum, N>& names) {
    std::vector<std::string> texts;
    for (const Enum value : values) {
        texts.emplace_back(name_in(names, value));
    }
    return texts;
}

template <class T, class Write>
json::Value array_of(const std::vector<T>& items, Write write) {
    json::Value array = json::Value::array();
    for (const T& item : items) {
        array.push_back(write(item));
    }
    return array;
}

json::Value write_element(const Element& value) {
    return json::Writer{}.write("collection", value.collection).write("code", value.code).take();
}

json::Value write_element_access(const TaskGroup::ElementAccess& value) {
    return json::Writer{}
        .write("element", write_element(value.element))
        .write("editor", value.editor)
        .write("follower", value.follower)
        .take();
}

json::Value write_conflicts(const ConflictPolicy& value) {
    return json::Writer{}
        .write("accept_before_reassignment", value.accept_before_reassignment, true)
        .write("quarantine_forbidden", value.quarantine_forbidden, true)
        .take();
}

json::Value write_transition(const Transition& value) {
    return json::Writer{}
        .write("target", value.target)
        .write("change", unless(value.change, Change::manual, changes))
        .write("form", value.form)
        .write("permissions", value.permissions)
        .write("routines", value.routines)
        .take();
}

template <class FormLike>
json::Value write_form(const FormLike& value) {
    return json::Writer{}
        .write("form", value.form)
        .write("permissions", value.permissions)
        .write("routines", value.routines)
        .take();
}

json::Value write_state(const State& value) {
    json::Writer writer;
    writer.write("code", value.code)
        .write("name", value.name)
        .write("kind", unless(value.kind, StateKind::in_progress, state_kinds))
        .write("color", value.color)
        .write("next", array_of(value.next, write_transition))
        .write("survey_triggers", array_of(value.survey_triggers, write_form<SurveyTrigger>));
    json::Value out = writer.take();
    if (value.subtask) {
        out["subtask"] = json::Writer{}.write("workflow", value.subtask->workflow).take();
    }
    return out;
}

json::Value write_status(const StatusColumn& value) {
    return json::Writer{}
        .write("collection", value.collection)
        .write("name", value.name)
        .write("active", value.active, true)
        .take();
}

json::Value write_state_set(const StateSet& value) {
    return json::Writer{}
        .write("states", value.states)
        .write("kinds", all_names(value.kinds, state_kinds))
        .take();
}

json::Value write_sla(const Sla& value) {
    return json::Writer{}
        .write("code", value.code)
        .write("name", value.name)
        .write("start", write_state_set(value.start))
        .write("end", write_state_set(value.end))
        .write("base", unless(value.base, SlaBase::entry, sla_bases))
        .write("minutes", value.minutes)
        .write("reset", value.reset, false)
        .write("repeat", value.repeat, false)
        .write("routines", value.routines)
        .take();
}

}  // namespace

std::string encode(const TaskGroup& value) {
    json::Writer writer;
    writer.write("code", value.code)
        .write("name", value.name)
        .write("flow", unless(value.flow, Flow::state_machine, flows))
        .write("initial_workflow", value.initial_workflow)
        .write("read", value.read)
        .write("write", value.write)
        .write("editor", value.editor)
        .write("follower", value.follower)
        .write("element_access", array_of(value.element_access, write_element_access))
        .write("view", unless(value.view, Layout::list, layouts))
        .write("views", all_names(value.views, layouts))
        .write("opens_in_tasks", value.opens_in_tasks, true)
        .write("conflicts", write_conflicts(value.conflicts))
        .write("bot", value.bot);
    json::Value out = writer.take();
    if (value.hide_closed_after != TaskGroup{}.hide_closed_after) {
        out["hide_closed_after"] = value.hide_closed_after;
    }
    return json::dump(out);
}

std::string encode(const Workflow& value) {
    json::Writer writer;
    writer.write("code", value.code)
        .write("name", value.name)
        .write("group", value.group)
        .write("collection", value.collection)
        .write("initial", value.initial)
        .write("assets", value.assets)
        .write("statuses", array_of(value.statuses, write_status))
        .write("extensions", value.extensions)
        .write("on_create", value.on_create)
        .write("states", array_of(value.states, write_state))
        .write("slas", array_of(value.slas, write_sla))
        .write("active", value.active, true);
    json::Value out = writer.take();
    if (value.start_form) {
        out["start_form"] = write_form(*value.start_form);
        if (value.start_form->task) {
            out["start_form"]["task"] =
                json::Writer{}.write("name", value.start_form->task->name).take();
        }
    }
    return json::dump(out);
}

Result<TaskGroup> parse_task_group(std::string_view text) {
    return parse_with<TaskGroup>(text, ErrorCode::workflow_malformed, read_task_group);
}

Result<Workflow> parse_workflow(std::string_view text) {
    return parse_with<Workflow>(text, ErrorCode::workflow_malformed, read_workflow);
}

const State* find_state(const Workflow& workflow, std::string_view code) {
    const auto found = std::ranges::find(workflow.states, code, &State::code);
    return found == workflow.states.end() ? nullptr : &*found;
}

const Transition* find_transition(const State& from, std::string_view target) {
    const auto found = std::ranges::find(from.next, target, &Transition::target);
    return found == from.next.end() ? nullptr : &*found;
}

bool includes(const StateSet& set, const State& state) {
    return std::ranges::find(set.states, state.code) != set.states.end() ||
           std::ranges::find(set.kinds, state.kind) != set.kinds.end();
}

bool is_code(std::string_view text) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !text.empty() && text.size() <= limits::code_bytes_max && lower(text.front()) &&
           std::ranges::all_of(
               text, [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string_view to_string(StateKind value) {
    return name_in(state_kinds, value);
}
std::string_view to_string(Change value) {
    return name_in(changes, value);
}
std::string_view to_string(Flow value) {
    return name_in(flows, value);
}
std::string_view to_string(Layout value) {
    return name_in(layouts, value);
}
std::string_view to_string(SlaBase value) {
    return name_in(sla_bases, value);
}

}  // namespace holdfast::workflow
