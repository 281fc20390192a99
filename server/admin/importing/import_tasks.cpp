#include "server/admin/importing/import_tasks.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::admin {
namespace {

[[nodiscard]] std::unexpected<Error> no(std::string reason) {
    return fail(ErrorCode::import_invalid, std::move(reason));
}

/// What the rules say against a row is the row's fault; what the storage says is not.
template <class T>
[[nodiscard]] Result<T> as_reason(Result<T> result) {
    if (result || error_name(result.error().code).starts_with("storage.")) {
        return result;
    }
    const Error& error = result.error();
    const ErrorEntry* entry = find_error(error.code);
    std::string reason(entry == nullptr ? error_name(error.code) : entry->sentence);
    reason += error.params.empty() ? "" : " " + error.params;
    reason += error.detail.empty() ? "" : " (" + error.detail + ")";
    return no(std::move(reason));
}

std::int64_t last_moment(const ImportRow& row) {
    std::int64_t last = row.task->created;
    for (const ImportRow::Step& step : row.task->steps) {
        last = std::max(last, step.at);
    }
    for (const ImportRow::Message& message : row.messages) {
        last = std::max(last, message.at);
    }
    return last;
}

}  // namespace

Result<TaskImporter::Place> TaskImporter::place_of(const std::string& group_code) const {
    const auto known = std::ranges::find_if(state_.groups, [&](const auto& entry) {
        return address_of(entry.first, entry.second.body.code) == group_code;
    });
    const auto tasks =
        known == state_.groups.end() ? state_.tasks.end() : state_.tasks.find(known->first);
    if (tasks == state_.tasks.end()) {
        return no("there is no workflow group " + quote(group_code));
    }
    const auto& workflows = tasks->second.workflows;
    const auto workflow = std::ranges::find_if(workflows, [&](const auto& entry) {
        return map_.task->workflow.empty() || entry.second.code == map_.task->workflow;
    });
    if (workflow == workflows.end()) {
        return no("the group " + quote(group_code) + " has no workflow " +
                  quote(map_.task->workflow));
    }
    if (map_.task->workflow.empty() && workflows.size() > 1) {
        return no("the group " + quote(group_code) + " has several workflows: name one");
    }
    return Place{known->first, &tasks->second.settings, &workflow->second};
}

Result<const forms::Definition*> TaskImporter::definition(const std::string& code) const {
    if (const auto known = definitions_.find(code); known != definitions_.end()) {
        return &known->second;
    }
    const auto id = find_form_of(state_, code);
    if (!id) {
        return no("there is no form " + quote(code));
    }
    HF_TRY(forms::Definition read, forms::parse_definition(state_.forms.at(*id).definition));
    return &definitions_.emplace(code, std::move(read)).first->second;
}

Result<std::optional<PastAnswer>> TaskImporter::answer(const std::string& form,
                                                       const ImportRow::Answers& answers,
                                                       std::int64_t at) const {
    if (!answers) {
        return std::nullopt;
    }
    HF_TRY(const forms::Definition* definition, this->definition(form));
    HF_TRY(std::string json, answers_.read(definition->form, *answers));
    return PastAnswer{.answers = std::move(json),
                      .offset_minutes = map_.zone.offset_at(at / 1000) / 60};
}

Result<workflow::TaskPatch> TaskImporter::patch(const Place& place,
                                                const ImportRow::Task& task) const {
    workflow::TaskPatch patch{.name = task.name};
    if (task.due != 0) {
        patch.end_date = WallTime{task.due};
    }
    if (!task.assignee.empty()) {
        HF_TRY(patch.assignee, answers_.person(task.assignee));
    }
    for (std::size_t i = 0; i < task.statuses.size(); ++i) {
        if (task.statuses[i].empty()) {
            continue;
        }
        if (i >= place.workflow->statuses.size()) {
            return no("the workflow has no status " + std::to_string(i + 1));
        }
        const std::string& collection = place.workflow->statuses[i].collection;
        HF_TRY(const Id element, answers_.element(collection, task.statuses[i]));
        patch.statuses["status" + std::to_string(i + 1)] = answers_.code_of(collection, element);
    }
    return patch;
}

Result<TaskImporter::Plan> TaskImporter::plan(const ImportRow& row) const {
    const ImportRow::Task& task = *row.task;
    HF_TRY(const Place place, place_of(row.group_code));
    const workflow::Workflow& workflow = *place.workflow;
    Plan plan{.task = {.group = place.group, .workflow = workflow.code}};
    HF_TRY(plan.task.patch, patch(place, task));
    if (task.answers && !workflow.start_form) {
        return no("the workflow " + quote(workflow.code) + " has no start form");
    }
    plan.form = workflow.start_form ? workflow.start_form->form : "";
    HF_TRY(plan.task.form, answer(plan.form, task.answers, task.created));
    const workflow::State* state = workflow::find_state(workflow, workflow.initial);
    for (const ImportRow::Step& step : task.steps) {
        const workflow::State* next = workflow::find_state(workflow, step.state);
        const workflow::Transition* along =
            state == nullptr ? nullptr : workflow::find_transition(*state, step.state);
        if (next == nullptr) {
            return no("the workflow has no state " + quote(step.state));
        }
        if (along == nullptr && place.settings->flow != workflow::Flow::free) {
            return no("no change leads from " + quote(state->code) + " to " + quote(step.state));
        }
        if (step.answers && (along == nullptr || along->form.empty())) {
            return no("no form leads to " + quote(step.state));
        }
        Plan::Move move{.move = {.group = place.group, .target = step.state},
                        .form = along == nullptr ? "" : along->form};
        HF_TRY(move.move.form, answer(move.form, step.answers, step.at));
        plan.moves.push_back(std::move(move));
        state = next;
    }
    return plan;
}

Result<> TaskImporter::check(const ImportRow& row) {
    HF_TRY(const Plan plan, this->plan(row));
    const auto judge = [&](const std::string& form,
                           const std::optional<PastAnswer>& answer,
                           std::int64_t at) -> Result<> {
        return answer ? as_reason(writer_.check(plan.task.group, form, *answer, at)) : Result<>{};
    };
    HF_CHECK(judge(plan.form, plan.task.form, row.task->created));
    for (std::size_t i = 0; i < plan.moves.size(); ++i) {
        HF_CHECK(judge(plan.moves[i].form, plan.moves[i].move.form, row.task->steps[i].at));
    }
    return {};
}

Result<> TaskImporter::write(const ImportRow& row, Id author, const std::string& code) {
    HF_TRY(Plan plan, this->plan(row));
    const Id group = plan.task.group;
    std::int64_t entered = row.task->created;
    const PastWriter::Mark mark{.code = code, .read_until = last_moment(row)};
    HF_TRY(const Id task,
           as_reason(writer_.task(std::move(plan.task), author, row.task->created, mark)));
    for (std::size_t i = 0; i < plan.moves.size(); ++i) {
        PastMove& move = plan.moves[i].move;
        move.task = task;
        entered = row.task->steps[i].at;
        HF_CHECK(as_reason(writer_.move(std::move(move), author, entered)));
    }
    HF_CHECK(as_reason(writer_.time(group, task, author, entered)));
    std::vector<PastWriter::Said> messages;
    for (const ImportRow::Message& message : row.messages) {
        messages.push_back({.author = author, .text = message.text, .at = message.at});
    }
    return writer_.say(task, messages);
}

}  // namespace holdfast::admin
