#include "core/rules/task_facts.hpp"

#include <algorithm>
#include <utility>

#include "core/model/args.hpp"
#include "core/model/body_workflow.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/form_cache.hpp"

namespace holdfast {

namespace {

/// A definition that is stored was checked before: one that cannot be read is not the intent's
/// fault.
template <class T>
[[nodiscard]] Result<T> stored(Result<T> value, Id row) {
    if (!value) {
        return fail(ErrorCode::storage_corrupt,
                    "row " + to_string(row) + ": " + value.error().detail);
    }
    return value;
}

}  // namespace

Result<TaskFacts> TaskFacts::of(const World& world, Occasion occasion, Id group) {
    HF_TRY(auto row,
           facts::find_in(world,
                          {BucketKind::group, group},
                          {RowKind::task_group, group},
                          body::parse_task_group));
    HF_TRY(const auto tasks, world.bucket(BucketKind::tasks, group));
    if (!row || !tasks) {
        return fail(ErrorCode::access_forbidden, "no such group of tasks");
    }
    TaskFacts facts(world, occasion, group);
    facts.bucket_ = row->key.bucket;
    facts.tasks_ = tasks->id;
    HF_TRY(facts.group_, stored(workflow::parse_task_group(row->value.definition), group));
    facts.forms_ = std::move(row->value.forms);
    facts.workflows_ = std::move(row->value.workflows);
    return facts;
}

Result<std::optional<workflow::Task>> TaskFacts::task(Id id) const {
    HF_TRY(auto row, facts::find(*world_, RowKey{tasks_, RowKind::task, id}, workflow::parse_task));
    return row ? std::optional(std::move(row->value)) : std::nullopt;
}

std::optional<Id> TaskFacts::form_of(std::string_view code) const {
    const auto found = forms_.find(std::string(code));
    return found == forms_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Id> TaskFacts::forms() const {
    std::vector<Id> ids;
    for (const auto& [code, id] : forms_) {
        ids.push_back(id);
    }
    return ids;
}

std::string TaskFacts::code_of(Id form) const {
    const auto found =
        std::ranges::find(forms_, form, [](const auto& entry) { return entry.second; });
    return found == forms_.end() ? std::string() : found->first;
}

Result<forms::Offer> TaskFacts::offer_for(const workflow::Task* task) const {
    HF_TRY(forms::Offer offer, offer_to(*world_, occasion_.user, id_));
    if (task == nullptr) {
        return offer;
    }
    HF_TRY(const workflow::Workflow* workflow, this->workflow(task->workflow));
    if (workflow != nullptr) {
        for (const workflow::Element& each : workflow::mirrored_elements(*task, *workflow)) {
            offer.channel_collections.push_back(each.collection);
            offer.channel_elements.push_back(each.code);
        }
    }
    HF_TRY(const auto channel, facts::channel(*world_, task->channel));
    if (channel) {
        add_elements(channel->value, offer);
    }
    return offer;
}

Result<std::optional<workflow::Person>> TaskFacts::person(Id user) const {
    HF_TRY(const auto found, facts::user(*world_, user));
    if (!found) {
        return std::nullopt;
    }
    HF_TRY(Permissions held, permissions_of(*world_, user));
    HF_TRY(const bool reads, facts::has_grant(*world_, user, id_, false));
    return workflow::Person{.id = user,
                            .name = facts::full_name(found->value),
                            .permissions = std::move(held),
                            .active = found->value.active,
                            .read_only = found->value.read_only,
                            .reads_group = reads};
}

Result<const workflow::TaskGroup*> TaskFacts::group(Id group) const {
    return group == id_ ? &group_ : nullptr;
}

Result<const workflow::Workflow*> TaskFacts::workflow(std::string_view code) const {
    if (const auto known = known_.find(code); known != known_.end()) {
        return known->second.get();
    }
    std::unique_ptr<const workflow::Workflow> read;
    if (const auto named = workflows_.find(std::string(code)); named != workflows_.end()) {
        const Id id = named->second;
        HF_TRY(const auto row,
               facts::find(*world_, RowKey{bucket_, RowKind::workflow, id}, body::parse_workflow));
        if (row) {
            HF_TRY(workflow::Workflow value,
                   stored(workflow::parse_workflow(row->value.definition), id));
            read = std::make_unique<const workflow::Workflow>(std::move(value));
        }
    }
    return known_.emplace(code, std::move(read)).first->second.get();
}

Result<workflow::FormAccess> TaskFacts::form(std::string_view code,
                                             const workflow::FormPlace& place) const {
    const std::optional<Id> id = form_of(code);
    if (!id) {
        return workflow::FormAccess{};
    }
    const Result<Id> version = current_version(*world_, occasion_.organization, *id);
    if (!version && version.error().code == ErrorCode::intent_gone) {
        return workflow::FormAccess{};
    }
    HF_CHECK(version);
    HF_TRY(const auto known, find_form(*world_, occasion_.organization, *version));
    HF_TRY(const std::string language, language_of(*world_, occasion_.organization));
    std::optional<workflow::Task> about;
    if (place.channel) {
        HF_TRY(about, task(place.channel));
    }
    HF_TRY(const forms::Offer offer, offer_for(about ? &*about : nullptr));
    const forms::Definition& definition = known->filled->definition();
    return workflow::FormAccess{.offered = forms::may_fill_in(definition.access, offer).has_value(),
                                .title = text_in(definition.form.title, language)};
}

Result<std::vector<std::string>> TaskFacts::channel_forms(Id /*channel*/) const {
    return std::vector<std::string>{};
}

Result<std::vector<workflow::Subtask>> TaskFacts::subtasks(Id id) const {
    std::vector<workflow::Subtask> found;
    HF_TRY(const auto parent, task(id));
    for (const Id child : parent ? parent->children : std::vector<Id>{}) {
        HF_TRY(const auto inside, task(child));
        if (inside) {
            HF_TRY(const workflow::Workflow* workflow, this->workflow(inside->workflow));
            const workflow::State* state =
                workflow == nullptr ? nullptr : workflow::find_state(*workflow, inside->state);
            const bool closed = state != nullptr && state->kind == workflow::StateKind::closed;
            found.push_back(
                {.task = child, .workflow = inside->workflow, .open = inside->active && !closed});
        }
    }
    return found;
}

Result<bool> TaskFacts::has_answer(Id task, Id answer) const {
    HF_TRY(const auto timeline, world_->bucket(BucketKind::timeline, task));
    if (!timeline) {
        return false;
    }
    HF_TRY(const auto row, world_->find({timeline->id, RowKind::answer, answer}));
    return row.has_value();
}

Result<std::optional<workflow::Waiting>> TaskFacts::waiting(Id task) const {
    const Intent* waiting = occasion_.again ? nullptr : world_->waiting_upon(task);
    if (waiting == nullptr) {
        return std::nullopt;
    }
    workflow::Waiting found{.intent = waiting->id, .at = waiting->claimed_at};
    found.kind = action_kind_of(*waiting).value_or(workflow::ActionKind::routine_form);
    if (waiting->kind == IntentKind::task_change_state) {
        HF_TRY(const auto wanted, args::parse_task_change_state(waiting->args));
        found.target = wanted.target;
    }
    return found;
}

Result<std::optional<workflow::Task>> find_task(const World& world, Id group, Id id) {
    HF_TRY(auto row,
           facts::find_in(
               world, {BucketKind::tasks, group}, {RowKind::task, id}, workflow::parse_task));
    return row ? std::optional(std::move(row->value)) : std::nullopt;
}

Id parent_of(const Intent& intent) {
    if (intent.kind != IntentKind::task_create) {
        return {};
    }
    const auto wanted = args::parse_task_create(intent.args);
    return wanted ? wanted->parent : Id{};
}

std::optional<workflow::ActionKind> action_kind_of(const Intent& intent) {
    switch (intent.kind) {
        case IntentKind::task_create:
            return parent_of(intent) ? workflow::ActionKind::subtask_form
                                     : workflow::ActionKind::start_form;
        case IntentKind::task_change_state: {
            const auto wanted = args::parse_task_change_state(intent.args);
            if (!wanted) {
                return std::nullopt;
            }
            if (wanted->form && wanted->target.empty()) {
                return workflow::ActionKind::survey_trigger;
            }
            return wanted->form ? workflow::ActionKind::state_form
                                : workflow::ActionKind::manual_change;
        }
        case IntentKind::task_edit:
        case IntentKind::task_set_role:
            return workflow::ActionKind::task_update;
        default:
            return std::nullopt;
    }
}

}  // namespace holdfast
