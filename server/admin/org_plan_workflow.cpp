// Routines, workflows, and groups that work with tasks.

#include <algorithm>
#include <cctype>

#include "core/rules/timers.hpp"
#include "core/workflow/task.hpp"
#include "server/admin/org_plan.hpp"

namespace holdfast::admin {
namespace {

/// The code that a group of tasks goes by in its own settings: "work-orders" is "work_orders".
std::string task_group_code(const std::string& group) {
    std::string code;
    for (const char letter : group) {
        const auto byte = static_cast<unsigned char>(letter);
        code += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '_';
    }
    return workflow::is_code(code) ? code : "tasks";
}

void add_forms(const workflow::Workflow& workflow, std::set<std::string>& codes) {
    if (workflow.start_form) {
        codes.insert(workflow.start_form->form);
    }
    for (const workflow::State& state : workflow.states) {
        for (const workflow::Transition& transition : state.next) {
            codes.insert(transition.form);
        }
        for (const workflow::SurveyTrigger& trigger : state.survey_triggers) {
            codes.insert(trigger.form);
        }
    }
}

}  // namespace

Result<> Planner::routines() {
    if (!file_.routines) {
        return {};
    }
    for (const RoutineEntry& entry : *file_.routines) {
        HF_CHECK(routine(entry));
    }
    if (!file_.prune) {
        return {};
    }
    const auto known = state_.routines;
    for (const auto& [code, record] : known) {
        const bool named = std::ranges::any_of(
            *file_.routines, [&](const auto& entry) { return entry.code.value == code; });
        if (!named) {
            plan_.push_back("remove routine " + code);
            HF_CHECK(take_out(record));
            state_.routines.erase(code);
        }
    }
    return {};
}

/// Runs that have begun keep the version that they began with.
Result<> Planner::routine(const RoutineEntry& entry) {
    const std::string definition = workflow::encode(*entry.definition);
    const auto known = state_.routines.find(entry.code.value);
    const bool is_new = known == state_.routines.end();
    if (!is_new && known->second.definition == definition) {
        return {};
    }
    plan_.push_back((is_new ? "create routine " : "change routine ") + entry.code.value);
    if (!is_new) {
        HF_CHECK(take_out(known->second));
    }
    storage::RoutineRecord record{
        .organization = state_.id, .code = entry.code.value, .definition = definition};
    HF_TRY(record.id, storage_.mint_id());
    HF_CHECK(storage_.put_routine(record));
    if (entry.definition->schedule) {
        HF_CHECK(begin_schedule(record, entry.definition->schedule->as));
    }
    state_.routines[record.code] = std::move(record);
    return {};
}

/// The timer finds the first moment when a server looks at it.
Result<> Planner::begin_schedule(const storage::RoutineRecord& record, const std::string& as) {
    HF_TRY(const Id id, storage_.mint_id());
    return storage_.queue_run({.id = id,
                               .organization = record.organization,
                               .routine = record.code,
                               .definition = record.id,
                               .user = find_name(names_of(state_).users, as).value_or(Id{}),
                               .context = schedule_timer(true)});
}

Result<> Planner::take_out(const storage::RoutineRecord& record) {
    storage::RoutineRecord former = record;
    former.current = false;
    return storage_.put_routine(former);
}

Result<> Planner::workflows() {
    if (!file_.workflows) {
        return {};
    }
    for (const WorkflowEntry& entry : *file_.workflows) {
        HF_CHECK(workflow(entry));
    }
    return prune_workflows();
}

Result<OrgState::Tasks*> Planner::tasks_of(Id group) {
    if (const auto known = state_.tasks.find(group); known != state_.tasks.end()) {
        return &known->second;
    }
    OrgState::Tasks tasks;
    HF_TRY(tasks.bucket, founder_.tasks(group));
    tasks.settings.code = task_group_code(state_.groups.at(group).body.code);
    return &state_.tasks.emplace(group, std::move(tasks)).first->second;
}

Result<> Planner::workflow(const WorkflowEntry& entry) {
    const Id group = names_.groups.at(entry.group.value);
    HF_TRY(OrgState::Tasks * tasks, tasks_of(group));
    const auto known = tasks->body.workflows.find(entry.code.value);
    if (known == tasks->body.workflows.end()) {
        HF_TRY(const Id row, storage_.mint_id());
        plan_.push_back("create workflow " + entry.code.value);
        return put_workflow(group, row, *entry.definition);
    }
    const workflow::Workflow before = tasks->workflows[known->second];
    if (before == *entry.definition) {
        return {};
    }
    HF_CHECK(ensure_unused(*tasks, before, *entry.definition));
    Differences differences;
    differences.compare("name", before.name, entry.definition->name)
        .compare("start_form", before.start_form, entry.definition->start_form)
        .compare("states", before.states, entry.definition->states);
    plan_.push_back(change_line(
        "workflow " + entry.code.value, differences, {before.active, entry.definition->active}));
    return put_workflow(group, known->second, *entry.definition);
}

Result<> Planner::put_workflow(Id group, Id row, const workflow::Workflow& wanted) {
    OrgState::Tasks& tasks = state_.tasks.at(group);
    tasks.body.workflows[wanted.code] = row;
    tasks.workflows[row] = wanted;
    return founder_.put(state_.groups.at(group).bucket,
                        RowKind::workflow,
                        row,
                        body::encode(body::Workflow{.definition = workflow::encode(wanted)}));
}

/// A state that a task is in stays.
Result<> Planner::ensure_unused(const OrgState::Tasks& tasks,
                                const workflow::Workflow& before,
                                const workflow::Workflow& after) {
    std::set<std::string> removed;
    for (const workflow::State& state : before.states) {
        if (workflow::find_state(after, state.code) == nullptr) {
            removed.insert(state.code);
        }
    }
    Id last;
    for (bool more = !removed.empty(); more;) {
        HF_TRY(const storage::RowPage page,
               storage_.rows_after_key(tasks.bucket, RowKind::task, last, {}));
        for (const Row& row : page.rows) {
            const auto task = workflow::parse_task(row.body);
            last = row.id;
            if (task && task->workflow == before.code && removed.contains(task->state)) {
                return fail(ErrorCode::org_invalid,
                            "workflow " + before.code + ": a task is in the state " + task->state +
                                ", which cannot be taken away");
            }
        }
        more = page.more && !page.rows.empty();
    }
    return {};
}

Result<> Planner::prune_workflows() {
    if (!file_.prune) {
        return {};
    }
    const auto all = state_.tasks;
    for (const auto& [group, tasks] : all) {
        for (const auto& [row, known] : tasks.workflows) {
            const bool named = std::ranges::any_of(
                *file_.workflows,
                [&](const WorkflowEntry& entry) { return entry.code.value == known.code; });
            if (!named && known.active) {
                workflow::Workflow wanted = known;
                wanted.active = false;
                plan_.push_back("deactivate workflow " + known.code);
                HF_CHECK(put_workflow(group, row, wanted));
            }
        }
    }
    return {};
}

std::map<std::string, Id> Planner::forms_of(const OrgState::Tasks& tasks) const {
    std::set<std::string> codes;
    for (const auto& [row, workflow] : tasks.workflows) {
        add_forms(workflow, codes);
    }
    std::map<std::string, Id> forms;
    for (const std::string& code : codes) {
        if (const auto id = find_form_of(state_, code)) {
            forms[code] = *id;
        }
    }
    return forms;
}

/// Last: what they name has its ids by now.
Result<> Planner::task_groups() {
    for (const GroupEntry& entry : file_.groups.value_or(std::vector<GroupEntry>{})) {
        if (!entry.tasks) {
            continue;
        }
        HF_TRY(OrgState::Tasks * tasks, tasks_of(names_.groups.at(entry.code.value)));
        const std::string code = tasks->settings.code;
        const Id bot = tasks->settings.bot;
        tasks->settings = *entry.tasks->definition;
        tasks->settings.code = code;
        tasks->settings.bot = bot;
    }
    for (auto& [group, tasks] : state_.tasks) {
        body::TaskGroup wanted = tasks.body;
        wanted.definition = workflow::encode(tasks.settings);
        wanted.forms = forms_of(tasks);
        const BucketId bucket = state_.groups.at(group).bucket;
        HF_TRY(const auto row, storage_.find_row({bucket, RowKind::task_group, group}));
        std::string body = body::encode(wanted);
        if (row && row->body == body) {
            continue;
        }
        const std::string& code = state_.groups.at(group).body.code;
        plan_.push_back((row ? "change tasks of group " : "create tasks of group ") +
                        address_of(group, code));
        HF_CHECK(founder_.put(bucket, RowKind::task_group, group, std::move(body)));
        tasks.body = std::move(wanted);
    }
    return {};
}

}  // namespace holdfast::admin
