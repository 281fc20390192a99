// OM27 OM32 OM33: random workflows, random people, random actions. Never two actions wait upon one
// task; the device and the server answer alike on equal facts; no answer is lost; each stage of a
// routine runs once, however often it is cut.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/workflow/limits.hpp"
#include "tests/scenarios/workflow/executor.hpp"
#include "tests/scenarios/workflow/world.hpp"

namespace holdfast::workflow::scenario {
namespace {

constexpr Id ana{11}, bruno{12}, rita{13};
constexpr Id task_id{100};

std::string nth(const char* prefix, int index) {
    return prefix + std::to_string(index);
}

int pick(int below) {
    return *rc::gen::inRange(0, below);
}
bool chance(int one_in) {
    return pick(one_in) == 0;
}

/// A routine of stages in a row, with a choice, a loop, and a change of state.
Routine any_routine(const std::string& code, int states) {
    Routine routine{.code = code, .start = "a"};
    routine.stages = {
        {.key = "a",
         .kind = StageKind::if_else,
         .inputs = {{"condition", chance(2) ? "true" : ".answer.fields.x"}},
         .next = {{"IF", "b"}, {"ELSE", "c"}}},
        {.key = "b",
         .kind = StageKind::for_each,
         .inputs = {{"items", "[1,2,3]"}},
         .next = {{"STEP", "mail"}, {"DONE", "c"}, {"ERROR", "c"}}},
        {.key = "mail",
         .kind = StageKind::email,
         .inputs = {{"to", "\"x\""}, {"subject", "\"x\""}, {"text", ".item"}},
         .next = {{"SUCCESS", "b"}, {"ERROR", "b"}}},
        {.key = "c",
         .kind = StageKind::change_state,
         .inputs = {{"state", "\"" + nth("s", pick(states)) + "\""}},
         .next = {{"SUCCESS", "d"}}},
        {.key = "d", .kind = StageKind::post_message, .inputs = {{"text", "\"done\""}}},
    };
    return routine;
}

std::vector<std::string> maybe_routine() {
    return chance(3) ? std::vector<std::string>{nth("r", pick(2))} : std::vector<std::string>{};
}
Permits maybe_permits() {
    return chance(4) ? Permits{"p"} : Permits{};
}

/// Two to five states: the first new, the last closed.
Bundle any_bundle() {
    const int states = 2 + pick(4);
    Bundle bundle;
    bundle.group = {.code = "g", .flow = chance(5) ? Flow::free : Flow::state_machine};
    Workflow workflow{.code = "w", .collection = "c", .initial = "s0"};
    workflow.start_form = StartForm{.form = "f0", .routines = {"make"}};
    for (int i = 0; i < states; ++i) {
        State state{.code = nth("s", i), .name = nth("S", i)};
        state.kind = i == 0            ? StateKind::fresh
                     : i + 1 == states ? StateKind::closed
                                       : StateKind::in_progress;
        for (int target = 0; target < states; ++target) {
            if (target != i && !chance(3)) {
                const auto change = static_cast<Change>(1 + pick(3));
                state.next.push_back({.target = nth("s", target),
                                      .change = change,
                                      .form = change == Change::form ? nth("f", pick(3)) : "",
                                      .permissions = maybe_permits(),
                                      .routines = maybe_routine()});
            }
        }
        if (chance(2)) {
            state.survey_triggers = {{.form = "f2", .routines = {nth("r", pick(2))}}};
        }
        if (chance(3)) {
            state.subtask = SubtaskRule{"w"};
        }
        workflow.states.push_back(std::move(state));
    }
    bundle.workflows.emplace("w", std::move(workflow));
    bundle.routines.emplace("r0", any_routine("r0", states));
    bundle.routines.emplace("r1", any_routine("r1", states));
    bundle.routines.emplace(
        "make",
        Routine{.code = "make",
                .start = "a",
                .stages = {{.key = "a",
                            .kind = StageKind::create_task,
                            .inputs = {{"name", chance(4) ? "\"\"" : "\"task\""}}}}});
    for (int i = 0; i < 3; ++i) {
        bundle.forms[nth("f", i)] = {};
    }
    return bundle;
}

World any_world() {
    World world(any_bundle());
    world.people[ana] = {.id = ana, .name = "Ana", .permissions = {"p"}};
    world.people[bruno] = {.id = bruno, .name = "Bruno"};
    world.people[rita] = {.id = rita, .name = "Rita", .read_only = true};
    world.tasks[task_id] = {.name = "task",
                            .serial = 1,
                            .group = World::group_id,
                            .workflow = "w",
                            .state = "s0",
                            .channel = task_id,
                            .assignee = ana};
    if (chance(3)) {
        world.tasks[task_id].followers = {bruno};
    }
    world.answers[Id{77}] = {.answer = Id{77}, .task = task_id, .data = R"({"x":true})"};
    world.forms_of_channels[task_id] = {"f1"};
    if (chance(2)) {
        world.form_access["f1"] = {.offered = true, .has_routine = chance(2), .title = "f1"};
    }
    return world;
}

Id any_person() {
    return *rc::gen::element(ana, bruno, rita);
}

/// Anything that a device might ask for, sensible or not.
Action any_action(const World& world, Id task) {
    const auto kind = *rc::gen::element(ActionKind::manual_change,
                                        ActionKind::state_form,
                                        ActionKind::survey_trigger,
                                        ActionKind::plain_form,
                                        ActionKind::routine_form,
                                        ActionKind::subtask_form,
                                        ActionKind::late_evidence);
    Action action{.kind = kind, .task = task, .target = nth("s", pick(6)), .offline = chance(2)};
    if (rule_of(kind).has_form) {
        action.form = kind == ActionKind::subtask_form ? "f0" : nth("f", pick(3));
    }
    if (kind == ActionKind::subtask_form) {
        action.workflow = "w";
    }
    if (kind == ActionKind::late_evidence) {
        action.answer = Id{77};
    }
    if (const auto known = world.tasks.find(task); known != world.tasks.end()) {
        action.base_state = known->second.state;
        action.base_version = known->second.state_version;
    }
    return action;
}

/// An action that is offered to the person, or any.
Action some_action(const World& world, Id task, Id user) {
    Action action = any_action(world, task);
    const auto offers = possible_actions(world.subject(task, user), world);
    if (!offers || offers->empty() || chance(4)) {
        return action;
    }
    const Offer& offer =
        (*offers)[static_cast<std::size_t>(pick(static_cast<int>(offers->size())))];
    action.kind = offer.kind;
    action.target = offer.target;
    action.form = offer.form;
    action.workflow = offer.workflow;
    return action;
}

Submission submission_for(const Action& action, Id intent) {
    Submission out{.answer = intent, .form = action.form, .data = R"({"x":true})"};
    out.parts.assign(static_cast<std::size_t>(1 + pick(3)), "{}");
    return out;
}

/// A server with a counter for each of two devices.
struct Server {
    World world;
    std::uint32_t counters[2] = {1, 1};
    std::int64_t now = 1000;
    std::size_t submitted = 0;
    std::size_t on_device = 0;

    Id next_id(int device) {
        const Id id = Id::make(static_cast<DeviceNumber>(5000 + device), counters[device]);
        counters[device] += 20;
        return id;
    }

    Decision meet(const Action& action, Id user, int device) {
        const Id intent = next_id(device);
        const Submission submission = submission_for(action, intent);
        const bool has_form = rule_of(action.kind).has_form;
        now += 10;
        const Arrival arrival{.action = &action,
                              .submission = has_form ? &submission : nullptr,
                              .cause = {.intent = intent,
                                        .user = user,
                                        .name = world.people.at(user).name,
                                        .now = {now},
                                        .done_at = {now - pick(40)},
                                        .offline = action.offline}};
        const auto decision = decide(arrival,
                                     world.subject(action.task, user, ""),
                                     world.history[action.task],
                                     {.quarantine_forbidden = !chance(3)},
                                     world);
        RC_ASSERT(decision.has_value());
        world.apply(decision->effects);
        if (has_form) {
            ++submitted;
            on_device += decision->verdict.keep == Keep::on_device ? 1U : 0U;
        }
        return *decision;
    }

    void run_queue() {
        Executor executor(world);
        for (const step::QueueRoutine& queued : std::exchange(world.queue, {})) {
            executor.run(queued, {now});
        }
    }
};

RC_GTEST_PROP(WorkflowProperties, never_do_two_actions_wait_upon_one_task, ()) {
    World device = any_world();
    device.is_offline = true;
    std::vector<Id> tasks{task_id};
    for (int i = 0; i < 12; ++i) {
        const Id task = tasks[static_cast<std::size_t>(pick(static_cast<int>(tasks.size())))];
        const Id user = ana;
        const Id intent = Id::make(5000, static_cast<std::uint32_t>(1 + 20 * i));
        const bool known = device.tasks.contains(task);
        const Action action = known ? some_action(device, task, user) : any_action(device, task);
        const Subject subject = device.subject(task, user, known ? "" : "w");
        const auto before = project_waiting(subject, device.waiting_actions, device);
        RC_ASSERT(before.has_value());
        Subject as_shown = subject;
        as_shown.task = before->waiting ? &before->task : subject.task;
        if (!may_act(as_shown, action, device)) {
            continue;
        }
        RC_ASSERT(!rule_of(action.kind).counts || !device.waiting(task)->has_value());
        device.waiting_actions.push_back({intent, action, submission_for(action, intent), {1}});
        if (action.kind == ActionKind::subtask_form) {
            tasks.push_back(intent);
        }
        const auto shown = project_waiting(subject, device.waiting_actions, device);
        RC_ASSERT(shown.has_value());
        RC_ASSERT(!shown->doubtful.has_value());
    }
    for (const Id task : tasks) {
        const auto counted = std::ranges::count_if(device.waiting_actions, [&](const auto& each) {
            return is_upon(each, task) && rule_of(each.action.kind).counts;
        });
        RC_ASSERT(counted <= 1);
    }
}

RC_GTEST_PROP(WorkflowProperties, device_and_server_agree_on_equal_facts, ()) {
    World device = any_world();
    const std::vector<State>& states = device.find_workflow("w")->states;
    device.tasks[task_id].state =
        states[static_cast<std::size_t>(pick(static_cast<int>(states.size())))].code;
    const Id user = any_person();
    Action action = some_action(device, task_id, user);
    action.offline = false;
    const Subject subject = device.subject(task_id, user);
    const Result<> allowed = may_act(subject, action, device);
    Server server{.world = device};
    const Decision decision = server.meet(action, user, 0);
    RC_ASSERT(allowed.has_value() == (decision.verdict.status == OutcomeStatus::applied));
    if (!allowed) {
        RC_ASSERT(allowed.error().code == decision.verdict.code);
        RC_ASSERT(server.world.tasks == device.tasks);
    }
}

RC_GTEST_PROP(WorkflowProperties, no_answer_is_lost_and_no_id_is_given_twice, ()) {
    Server server{.world = any_world()};
    std::vector<Action> delayed;
    for (int i = 0; i < 15; ++i) {
        std::vector<Id> tasks;
        for (const auto& [id, task] : server.world.tasks) {
            tasks.push_back(id);
        }
        const Id task = tasks[static_cast<std::size_t>(pick(static_cast<int>(tasks.size())))];
        const Id user = any_person();
        Action action = some_action(server.world, task, user);
        if (!delayed.empty() && chance(3)) {
            action = delayed.back();  // what somebody asked for a while ago
        } else if (chance(3)) {
            delayed.push_back(action);
        }
        const bool was_closed = server.world.tasks.at(action.task).closed_at.ms != 0;
        server.meet(action, user, pick(2));
        if (chance(2)) {
            server.run_queue();
        }
        if (!was_closed && chance(20)) {
            server.world.tasks.at(action.task).active = false;
        }
        for (const auto& [id, each] : server.world.tasks) {
            const State* state = find_state(*server.world.find_workflow("w"), each.state);
            RC_ASSERT(state != nullptr);
            RC_ASSERT((state->kind == StateKind::closed) == (each.closed_at.ms != 0));
        }
    }
    RC_ASSERT(server.world.answers.size() - 1 + server.on_device == server.submitted);
    RC_ASSERT(server.world.broken.empty());
}

RC_GTEST_PROP(WorkflowProperties, a_run_that_is_cut_does_each_stage_once, ()) {
    World world = any_world();
    const step::QueueRoutine queued{.run = Id{55},
                                    .routine = nth("r", pick(2)),
                                    .task = task_id,
                                    .channel = task_id,
                                    .answer = Id{77},
                                    .user = ana,
                                    .workflow = "w"};
    World cut = world;
    const RunLog whole = Executor(world).run(queued, {1000});
    int left = 30;
    const RunLog with_cuts =
        Executor(cut).run(queued, {1000}, [&] { return left-- > 0 && chance(2); });
    RC_ASSERT(whole.journal == with_cuts.journal);
    RC_ASSERT(whole.outside == with_cuts.outside);
    RC_ASSERT(whole.messages == with_cuts.messages);
    RC_ASSERT(world.tasks.at(task_id).state == cut.tasks.at(task_id).state);
    RC_ASSERT(world.tasks.at(task_id).state_version == cut.tasks.at(task_id).state_version);
    RC_ASSERT(world.broken.empty() && cut.broken.empty());
}

}  // namespace
}  // namespace holdfast::workflow::scenario
