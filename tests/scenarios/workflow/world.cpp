#include "tests/scenarios/workflow/world.hpp"

#include "core/base/assert.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow::scenario {

namespace {

using CodeSets = std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;

void read_sets(const json::Value& known, const char* name, CodeSets& out) {
    const auto found = known.find(name);
    if (found == known.end() || !found->is_object()) {
        return;
    }
    for (auto item = found->begin(); item != found->end(); ++item) {
        for (const json::Value& code : *item) {
            out[item.key()].insert(code.get<std::string>());
        }
    }
}

template <class T>
[[nodiscard]] Result<> read_list(const json::Value& root,
                                 const char* name,
                                 Result<T> (*parse)(std::string_view),
                                 std::map<std::string, T, std::less<>>& out) {
    for (const json::Value& item : root.value(name, json::Value::array())) {
        HF_TRY(T value, parse(json::dump(item)));
        std::string code = value.code;
        out.emplace(std::move(code), std::move(value));
    }
    return {};
}

template <class Map>
bool lists(const Map& sets, std::string_view name, std::string_view code) {
    const auto found = sets.find(name);
    return found != sets.end() && found->second.contains(code);
}

}  // namespace

Result<Bundle> parse_bundle(std::string_view text) {
    const json::Value root = parse_json(text);
    if (!root.is_object() || !root.contains("group")) {
        return fail(ErrorCode::workflow_malformed, "a bundle is an object with a group");
    }
    Bundle bundle;
    HF_TRY(bundle.group, parse_task_group(json::dump(root["group"])));
    HF_CHECK(read_list(root, "workflows", parse_workflow, bundle.workflows));
    HF_CHECK(read_list(root, "routines", parse_routine, bundle.routines));
    const json::Value known = root.value("known", json::Value::object());
    read_sets(known, "forms", bundle.forms);
    read_sets(known, "collections", bundle.collections);
    for (const json::Value& permission : known.value("permissions", json::Value::array())) {
        bundle.permissions.insert(permission.get<std::string>());
    }
    return bundle;
}

Result<std::optional<Person>> World::person(Id user) const {
    const auto found = people.find(user);
    return found == people.end() ? std::nullopt : std::optional(found->second);
}

Result<const TaskGroup*> World::group(Id group) const {
    return group == group_id ? &bundle_.group : nullptr;
}

Result<const Workflow*> World::workflow(std::string_view code) const {
    return find_workflow(code);
}

Result<FormAccess> World::form(std::string_view code, const FormPlace& /*place*/) const {
    if (const auto found = form_access.find(code); found != form_access.end()) {
        return found->second;
    }
    return FormAccess{.offered = bundle_.forms.contains(code), .title = std::string(code)};
}

Result<std::vector<std::string>> World::channel_forms(Id channel) const {
    const auto found = forms_of_channels.find(channel);
    return found == forms_of_channels.end() ? std::vector<std::string>{} : found->second;
}

Result<std::vector<Subtask>> World::subtasks(Id task) const {
    std::vector<Subtask> out;
    for (const auto& [id, each] : tasks) {
        const Workflow* workflow = find_workflow(each.workflow);
        if (each.parent == task && each.active && workflow != nullptr) {
            const State* state = find_state(*workflow, each.state);
            const bool closed = state != nullptr && state->kind == StateKind::closed;
            out.push_back({id, each.workflow, !closed});
        }
    }
    return out;
}

Result<bool> World::has_answer(Id task, Id answer) const {
    const auto found = answers.find(answer);
    return found != answers.end() && found->second.task == task;
}

Result<std::optional<Waiting>> World::waiting(Id task) const {
    return waiting_of(task, waiting_actions);
}

const Workflow* World::find_workflow(std::string_view code) const {
    const auto found = bundle_.workflows.find(code);
    return found == bundle_.workflows.end() ? nullptr : &found->second;
}

const Routine* World::routine(std::string_view code) const {
    const auto found = bundle_.routines.find(code);
    return found == bundle_.routines.end() ? nullptr : &found->second;
}

bool World::has_form(std::string_view code) const {
    return bundle_.forms.contains(code);
}
bool World::has_field(std::string_view form, std::string_view field) const {
    return lists(bundle_.forms, form, field);
}
bool World::has_collection(std::string_view code) const {
    return bundle_.collections.contains(code);
}
bool World::has_element(const Element& element) const {
    return lists(bundle_.collections, element.collection, element.code);
}
bool World::is_held(std::string_view permission) const {
    return bundle_.permissions.contains(permission);
}

Subject World::subject(Id task, Id user, std::string_view workflow) const {
    const auto found = tasks.find(task);
    const std::string_view code =
        found == tasks.end() || !workflow.empty() ? workflow : found->second.workflow;
    const Workflow* known = find_workflow(code);
    HF_ASSERT(known != nullptr);
    return {.id = task,
            .task = found == tasks.end() ? nullptr : &found->second,
            .workflow = known,
            .group = group_id,
            .user = user};
}

void World::apply(const Effects& effects) {
    for (const Step& step : effects.steps) {
        std::visit([this](const auto& each) { write(each); }, step);
    }
}

void World::add_message(Id channel, Id message) {
    if (!messages[channel].insert(message).second) {
        broken.push_back("message " + to_string(message) + " twice");
    }
}

void World::write(const step::MakeChannel& each) {
    if (!channels.insert(each.channel).second) {
        broken.push_back("channel " + to_string(each.channel) + " twice");
    }
}
void World::write(const step::PostForm& each) {
    for (std::size_t i = 0; i < each.parts.size(); ++i) {
        add_message(
            each.channel,
            Id::make(each.first.device(), each.first.counter() + static_cast<std::uint32_t>(i)));
    }
}
void World::write(const step::StoreAnswer& each) {
    if (!answers.emplace(each.answer, each).second) {
        broken.push_back("answer " + to_string(each.answer) + " twice");
    }
}
void World::write(const step::QueueRoutine& each) {
    queue.push_back(each);
}
void World::write(const step::PutTask& each) {
    tasks[each.id] = each.task;
}
void World::write(const step::SetElements& each) {
    elements[each.channel] = each.elements;
}
void World::write(const step::PostSystem& each) {
    add_message(each.channel, each.message);
}
void World::write(const step::AddHistory& each) {
    history[each.row.task].push_back(each.row);
}

}  // namespace holdfast::workflow::scenario
