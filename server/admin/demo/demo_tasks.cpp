#include "server/admin/demo/demo_tasks.hpp"

#include <utility>

#include "core/workflow/definition.hpp"
#include "core/workflow/task.hpp"

namespace holdfast::admin {
namespace {

constexpr std::int64_t hour_ms = 60LL * 60 * 1000;
constexpr std::uint64_t seed = 20'260'102;

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
                        .serial = tasks.last_serial + 1 + static_cast<std::int64_t>(index),
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

}  // namespace

Result<> make_demo_tasks(Founder& founder,
                         storage::Storage& storage,
                         const DemoTasks& tasks,
                         const workflow::Workflow& workflow,
                         WallTime now) {
    HF_TRY(const auto bucket, storage.find_bucket(BucketKind::tasks, tasks.group));
    Dice dice(seed);
    for (std::size_t i = 0; i < tasks.channels.size(); ++i) {
        const auto hours = static_cast<std::int64_t>(2 + dice.below(21 * 24));
        workflow::Task task = new_task(tasks, workflow, i, WallTime{now.ms - hours * hour_ms});
        Story story(founder, storage, tasks.channels[i]);
        HF_CHECK(tell(story, workflow, task, dice, now));
        HF_CHECK(founder.put(bucket->bucket.id,
                             RowKind::task,
                             tasks.channels[i].place.channel,
                             workflow::encode(task),
                             task.serial));
    }
    return {};
}

}  // namespace holdfast::admin
