#include "core/rules/timers.hpp"

#include <algorithm>
#include <utility>

#include "core/model/json.hpp"
#include "core/rules/run_context.hpp"
#include "core/rules/task_facts.hpp"

namespace holdfast {

namespace {

constexpr std::string_view timer_begin = R"({"timer":)";
constexpr std::int64_t minute_ms = 60'000;

struct Limit {
    Id group{};
    Id task{};
    std::string sla{};
    std::string workflow{};
    std::int64_t due = 0;
};

[[nodiscard]] Result<Limit> limit_of(std::string_view context) {
    const json::Value root = json::parse(context);
    const auto timer = root.find("timer");
    if (timer == root.end()) {
        return fail(ErrorCode::storage_corrupt, "the context of a timer");
    }
    Limit limit;
    json::Reader reader = json::Reader::of(*timer);
    reader.read("group", limit.group)
        .read("task", limit.task)
        .read("sla", limit.sla)
        .read("workflow", limit.workflow)
        .read("due", limit.due);
    return json::finish(reader, std::move(limit));
}

/// The next end of a limit that repeats, after now.
WallTime next_end(WallTime due, const workflow::Sla& sla, WallTime now) {
    const std::int64_t span = std::max<std::int64_t>(sla.minutes, 1) * minute_ms;
    const std::int64_t passed = std::max<std::int64_t>(now.ms - due.ms, 0);
    return WallTime{due.ms + (passed / span + 1) * span};
}

QueuedRun run_of(const Occasion& occasion, const Limit& limit, const workflow::Task& task) {
    return {
        .user = occasion.user, .group = limit.group, .task = limit.task, .channel = task.channel};
}

struct Late {
    const Limit& limit;
    const workflow::Task& task;
    const workflow::Sla& sla;
};

/// A run of each routine of the limit.
[[nodiscard]] Result<Effects> late_runs(const World& world,
                                        const Occasion& occasion,
                                        BucketId tasks,
                                        const Late& late) {
    HF_TRY(const auto channel, world.bucket(BucketKind::channel, late.task.channel));
    HF_TRY(const auto timeline, world.bucket(BucketKind::timeline, late.task.channel));
    const rules::RunPlace place{.group = late.limit.group,
                                .tasks = tasks,
                                .channel = channel ? channel->id : BucketId{},
                                .timeline = timeline ? timeline->id : BucketId{}};
    Effects effects;
    for (const std::string& routine : late.sla.routines) {
        const workflow::step::QueueRoutine wanted{.routine = routine,
                                                  .trigger = workflow::Trigger::time_limit,
                                                  .task = late.limit.task,
                                                  .channel = late.task.channel,
                                                  .user = occasion.user,
                                                  .workflow = late.limit.workflow,
                                                  .target = late.limit.sla};
        QueuedRun run = run_of(occasion, late.limit, late.task);
        run.routine = routine;
        HF_TRY(run.context, rules::RunContext(world, {}, occasion).of(wanted, place));
        effects.runs.push_back(std::move(run));
    }
    return effects;
}

}  // namespace

bool is_timer(std::string_view context) {
    return context.starts_with(timer_begin);
}

bool is_schedule_timer(std::string_view context) {
    return context == schedule_timer(false) || is_first(context);
}

std::string schedule_timer(bool first) {
    return first ? R"({"timer":{"first":true,"schedule":true}})" : R"({"timer":{"schedule":true}})";
}

bool is_first(std::string_view context) {
    return context == schedule_timer(true);
}

QueuedRun limit_timer(const workflow::step::SetTimer& timer, Id group) {
    json::Value inside = json::Writer{}
                             .write("due", timer.due.ms)
                             .write("group", group)
                             .write("sla", timer.sla)
                             .write("task", timer.task)
                             .write("workflow", timer.workflow)
                             .take();
    return {.user = timer.user,
            .group = group,
            .task = timer.task,
            .channel = timer.channel,
            .context = json::Writer{}.write("timer", std::move(inside)).text(),
            .due_at = timer.due};
}

Result<QueuedRun> scheduled_run(const World& world,
                                const Occasion& occasion,
                                const std::string& routine) {
    QueuedRun run{.routine = routine, .user = occasion.user};
    HF_TRY(run.context,
           rules::RunContext(world, {}, occasion)
               .of({.trigger = workflow::Trigger::schedule, .user = occasion.user}, {}));
    return run;
}

Result<Effects> end_limit(World& world, const Occasion& occasion, std::string_view context) {
    HF_TRY(const Limit limit, limit_of(context));
    const auto facts = TaskFacts::of(world, occasion, limit.group);
    if (!facts) {
        const bool is_gone = facts.error().code == ErrorCode::access_forbidden;
        return is_gone ? Result<Effects>(Effects{}) : std::unexpected(facts.error());
    }
    HF_TRY(auto task, facts->task(limit.task));
    HF_TRY(const workflow::Workflow* workflow, facts->workflow(limit.workflow));
    if (!task || !task->active || workflow == nullptr) {
        return Effects{};
    }
    const auto active = std::ranges::find(task->slas, limit.sla, &workflow::ActiveSla::code);
    const auto sla = std::ranges::find(workflow->slas, limit.sla, &workflow::Sla::code);
    if (active == task->slas.end() || active->due.ms != limit.due || sla == workflow->slas.end()) {
        return Effects{};
    }
    HF_TRY(Effects effects, late_runs(world, occasion, facts->tasks(), {limit, *task, *sla}));
    if (sla->repeat) {
        active->due = next_end(active->due, *sla, occasion.now);
        effects.runs.push_back(limit_timer({.task = limit.task,
                                            .channel = task->channel,
                                            .user = occasion.user,
                                            .workflow = limit.workflow,
                                            .sla = limit.sla,
                                            .due = active->due},
                                           limit.group));
        effects.rows.push_back({.key = {facts->tasks(), RowKind::task, limit.task},
                                .sort = task->serial,
                                .body = workflow::encode(*task)});
    }
    return effects;
}

}  // namespace holdfast
