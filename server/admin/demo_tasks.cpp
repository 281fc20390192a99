#include "server/admin/demo_tasks.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/body_workflow.hpp"
#include "core/workflow/definition.hpp"
#include "core/workflow/task.hpp"

namespace holdfast::admin {
namespace {

constexpr std::int64_t hour_ms = 60LL * 60 * 1000;
constexpr std::uint64_t seed = 20'260'102;

constexpr const char* work_order = R"json({
  "code": "work_order", "name": "Work order", "group": "work_orders",
  "collection": "work_order_states", "initial": "reported",
  "start_form": {"form": "report_work", "task": {"name": "what"}},
  "states": [
    {"code": "reported", "name": "1. Reported", "kind": "new", "color": "#1259c3", "next": [
      {"target": "pending"},
      {"target": "rejected", "permissions": ["channel-manage"]}]},
    {"code": "pending", "name": "2. Pending", "color": "#b25a00", "next": [
      {"target": "validation", "change": "form", "form": "close_work"},
      {"target": "reported"}]},
    {"code": "validation", "name": "3. Validation", "color": "#6a3fb5", "next": [
      {"target": "closed"}, {"target": "pending"}]},
    {"code": "closed", "name": "4. Closed", "kind": "closed", "color": "#0b6b4c"},
    {"code": "rejected", "name": "5. Rejected", "kind": "closed", "color": "#a8112d"}]})json";

constexpr const char* plan = R"json({
  "code": "task_manager", "name": "Plan", "group": "preventive_plans",
  "collection": "plan_states", "initial": "backlog",
  "start_form": {"form": "plan_work", "task": {"name": "what"}},
  "states": [
    {"code": "backlog", "name": "Backlog", "kind": "new", "color": "#46586b", "next": [
      {"target": "doing"}]},
    {"code": "doing", "name": "Doing", "color": "#1259c3", "next": [
      {"target": "waiting"}, {"target": "ready"}, {"target": "not_implemented"}]},
    {"code": "waiting", "name": "Waiting", "color": "#b25a00", "next": [
      {"target": "doing"}, {"target": "ready"}, {"target": "not_implemented"}]},
    {"code": "ready", "name": "Ready", "kind": "closed", "color": "#0b6b4c"},
    {"code": "not_implemented", "name": "Not implemented", "kind": "closed", "color": "#a8112d",
     "next": [{"target": "backlog"}]}]})json";

/// One task on its way.
class Story {
public:
    Story(Founder& founder, storage::Storage& storage, const DemoChannel& channel)
        : founder_(founder), storage_(storage), channel_(channel) {}

    Result<> created(const workflow::Task& task, const workflow::State& initial) {
        HF_CHECK(say("task_created",
                     {{"name", task.name}, {"state", initial.name}},
                     "The task was created.",
                     task));
        return remember({.event = workflow::Event::created, .to = task.state}, task);
    }

    Result<> moved(const workflow::Task& task,
                   const workflow::State& from,
                   const workflow::State& to) {
        HF_CHECK(say("task_state_changed",
                     {{"from", from.name}, {"to", to.name}},
                     "State was changed from " + from.name + " to " + to.name + ".",
                     task));
        return remember({.event = workflow::Event::state_changed, .from = from.code, .to = to.code},
                        task);
    }

private:
    Result<> say(std::string key,
                 std::map<std::string, std::string> params,
                 std::string text,
                 const workflow::Task& task) {
        const body::Message message{.author = task.state_by,
                                    .text = std::move(text),
                                    .system = std::move(key),
                                    .params = std::move(params)};
        HF_TRY([[maybe_unused]] const Id id,
               founder_.message(channel_.place.timeline, message, task.state_at.ms));
        return {};
    }

    Result<> remember(workflow::History row, const workflow::Task& task) {
        row.task = channel_.place.channel;
        row.at = task.state_at;
        row.by = task.state_by;
        row.version = task.state_version;
        HF_TRY(const Id id, storage_.mint_id());
        return founder_.put(
            channel_.place.timeline, RowKind::history, id, workflow::encode(row), row.at.ms);
    }

    Founder& founder_;
    storage::Storage& storage_;
    const DemoChannel& channel_;
};

workflow::Task new_task(const DemoTasks& tasks,
                        const workflow::Workflow& workflow,
                        std::size_t index,
                        WallTime at) {
    const DemoChannel& channel = tasks.channels[index];
    workflow::Task task{.name = channel.name,
                        .serial = static_cast<std::int64_t>(index) + 1,
                        .group = tasks.group,
                        .workflow = workflow.code,
                        .state = workflow.initial,
                        .channel = channel.place.channel,
                        .assignee = channel.members.front(),
                        .created_by = channel.members.back(),
                        .state_at = at,
                        .state_by = channel.members.back()};
    task.editors.assign(channel.members.begin() + 1, channel.members.end());
    return task;
}

/// Takes a task some steps along its workflow.
Result<> tell(Story& story,
              const workflow::Workflow& workflow,
              workflow::Task& task,
              Dice& dice,
              WallTime now) {
    const workflow::State* state = workflow::find_state(workflow, task.state);
    HF_CHECK(story.created(task, *state));
    for (std::size_t steps = dice.below(4); steps > 0 && !state->next.empty(); --steps) {
        const auto hours = static_cast<std::int64_t>(1 + dice.below(60));
        const WallTime at{task.state_at.ms + hours * hour_ms};
        if (at > now) {
            break;
        }
        const workflow::State* next = workflow::find_state(workflow, dice.pick(state->next).target);
        task.state = next->code;
        task.state_at = at;
        task.state_by = task.assignee;
        task.closed_at = next->kind == workflow::StateKind::closed ? at : WallTime{};
        ++task.state_version;
        HF_CHECK(story.moved(task, *state, *next));
        state = next;
    }
    return {};
}

std::map<std::string, Id> forms_of(const workflow::Workflow& workflow,
                                   const std::map<std::string, Id>& all) {
    std::map<std::string, Id> named{{workflow.start_form->form, all.at(workflow.start_form->form)}};
    for (const workflow::State& state : workflow.states) {
        for (const workflow::Transition& transition : state.next) {
            if (!transition.form.empty()) {
                named[transition.form] = all.at(transition.form);
            }
        }
    }
    return named;
}

}  // namespace

const char* demo_workflow(std::string_view group) {
    return group == "work-orders" ? work_order : group == "preventive-plans" ? plan : nullptr;
}

Result<> make_demo_tasks(Founder& founder,
                         storage::Storage& storage,
                         const DemoTasks& tasks,
                         const std::map<std::string, Id>& forms,
                         WallTime now) {
    const char* definition = demo_workflow(tasks.code);
    HF_ASSERT(definition != nullptr);
    HF_TRY(const workflow::Workflow workflow, workflow::parse_workflow(definition));
    HF_TRY(const auto group, storage.find_bucket(BucketKind::group, tasks.group));
    HF_TRY(const Id row, storage.mint_id());
    const workflow::TaskGroup settings{.code = workflow.group, .initial_workflow = workflow.code};
    const body::TaskGroup known{.definition = workflow::encode(settings),
                                .forms = forms_of(workflow, forms),
                                .workflows = {{workflow.code, row}}};
    HF_CHECK(founder.put(group->bucket.id, RowKind::task_group, tasks.group, body::encode(known)));
    HF_CHECK(founder.put(group->bucket.id,
                         RowKind::workflow,
                         row,
                         body::encode(body::Workflow{.definition = workflow::encode(workflow)})));
    HF_TRY(const BucketId bucket, founder.tasks(tasks.group));
    Dice dice(seed);
    for (std::size_t i = 0; i < tasks.channels.size(); ++i) {
        const auto hours = static_cast<std::int64_t>(2 + dice.below(21 * 24));
        workflow::Task task = new_task(tasks, workflow, i, WallTime{now.ms - hours * hour_ms});
        Story story(founder, storage, tasks.channels[i]);
        HF_CHECK(tell(story, workflow, task, dice, now));
        HF_CHECK(founder.put(bucket,
                             RowKind::task,
                             tasks.channels[i].place.channel,
                             workflow::encode(task),
                             task.serial));
    }
    return {};
}

}  // namespace holdfast::admin
