#include "tests/scenarios/workflow/runner.hpp"

#include <algorithm>
#include <utility>

#include "core/workflow/draw.hpp"
#include "tests/scenarios/workflow/values.hpp"

namespace holdfast::workflow::scenario {

namespace {

using json::Value;

const Value& member(const Value& object, const char* name) {
    static const Value absent;
    const auto found = object.find(name);
    return found == object.end() ? absent : *found;
}

std::string text(const Value& object, const char* name) {
    const Value& found = member(object, name);
    return found.is_string() ? found.get<std::string>() : std::string{};
}

std::int64_t number(const Value& object, const char* name) {
    const Value& found = member(object, name);
    return found.is_number_integer() ? found.get<std::int64_t>() : 0;
}

class Scene {
public:
    Scene(World world, Report& report)
        : world_(std::move(world)), executor_(world_), report_(report) {}

    void set(const Value& root) {
        world_.is_offline = member(root, "offline") == Value(true);
        for (const Value& each : member(root, "people")) {
            const Person person = person_of(each);
            world_.people[person.id] = person;
        }
        set_tasks(root);
        set_forms(root);
        for (const Value& each : member(root, "waiting")) {
            wait(each);
        }
        policy_ = policy_of(member(root, "policy"));
    }

    Value play(const Value& step) {
        const std::string verb = text(step, "do");
        if (verb == "offers") {
            return offers(step);
        }
        if (verb == "start_offer") {
            return start(step);
        }
        if (verb == "act") {
            return act(step);
        }
        if (verb == "wait") {
            return wait(member(step, "action"), step);
        }
        if (verb == "project") {
            return project(step);
        }
        if (verb == "run") {
            return run(step);
        }
        if (verb == "task") {
            return Value::parse(encode(world_.tasks[id_in(step, "task")]), nullptr, false);
        }
        if (verb == "check") {
            return check();
        }
        return "no such verb: " + verb;
    }

    [[nodiscard]] const std::vector<std::string>& broken() const { return world_.broken; }

private:
    void set_tasks(const Value& root) {
        const Value& tasks = member(root, "tasks");
        for (auto item = tasks.begin(); tasks.is_object() && item != tasks.end(); ++item) {
            const Id id = parse_id(item.key()).value_or(Id{});
            Result<Task> task = parse_task(json::dump(*item));
            if (!task) {
                report_.failures.push_back("task " + item.key());
                continue;
            }
            task->group = World::group_id;
            world_.tasks[id] = *std::move(task);
        }
        const Value& answers = member(root, "answers");
        for (auto item = answers.begin(); answers.is_object() && item != answers.end(); ++item) {
            const Id id = parse_id(item.key()).value_or(Id{});
            world_.answers[id] = {.answer = id, .task = id_in(answers, item.key().c_str())};
        }
        for (const Value& each : member(root, "history")) {
            Result<History> row = parse_history(json::dump(each));
            if (!row) {
                report_.failures.push_back("history " + json::dump(each));
                continue;
            }
            world_.history[row->task].push_back(*std::move(row));
        }
    }

    void set_forms(const Value& root) {
        const Value& forms = member(root, "forms");
        for (auto item = forms.begin(); forms.is_object() && item != forms.end(); ++item) {
            world_.form_access[item.key()] = {
                .offered = member(*item, "hidden") != Value(true),
                .works_offline = member(*item, "works_offline") != Value(false),
                .has_routine = member(*item, "has_routine") == Value(true),
                .title = item.key()};
        }
        const Value& channels = member(root, "channel_forms");
        for (auto item = channels.begin(); channels.is_object() && item != channels.end(); ++item) {
            for (const Value& form : *item) {
                world_.forms_of_channels[parse_id(item.key()).value_or(Id{})].push_back(
                    form.get<std::string>());
            }
        }
    }

    /// An action as a file writes it, with what the person saw filled in.
    Action action_of(const Value& value) {
        Value full = value;
        const Id task = id_in(value, "task");
        if (const auto known = world_.tasks.find(task); known != world_.tasks.end()) {
            if (!full.contains("base_version")) {
                full["base_version"] = known->second.state_version;
            }
            if (!full.contains("base_state")) {
                full["base_state"] = known->second.state;
            }
        }
        Result<Action> action = parse_action(json::dump(full));
        if (!action) {
            report_.failures.push_back("action " + json::dump(full) + " " + action.error().detail);
            return {};
        }
        return *std::move(action);
    }

    Subject subject_of(const Action& action, Id user) const {
        return world_.subject(action.task, user, workflow_of(action));
    }

    /// The workflow of a task that is not there: of the action that began it, of the one that is to
    /// begin it, or, where it is gone, any.
    [[nodiscard]] std::string workflow_of(const Action& action) const {
        if (world_.tasks.contains(action.task)) {
            return {};
        }
        for (const WaitingAction& each : world_.waiting_actions) {
            if (each.intent == action.task) {
                return each.action.workflow;
            }
        }
        return action.workflow.empty() ? world_.bundle().workflows.begin()->first : action.workflow;
    }

    /// The task as the device shows it, with what waits: what a person acts upon.
    Subject as_shown(Subject subject) {
        if (!subject.id || !world_.is_offline) {
            return subject;
        }
        const auto projected = project_waiting(subject, world_.waiting_actions, world_);
        if (projected && projected->waiting) {
            shown_ = projected->task;
            subject.task = &shown_;
        }
        return subject;
    }

    Value offers(const Value& step) {
        const auto found = possible_actions(
            as_shown(world_.subject(id_in(step, "task"), id_in(step, "user"))), world_);
        Value out = Value::array();
        if (!found) {
            return value_of(found.error());
        }
        for (const Offer& offer : *found) {
            out.push_back(value_of(offer));
        }
        return out;
    }

    Value start(const Value& step) {
        const auto found =
            start_offer(world_.subject({}, id_in(step, "user"), text(step, "workflow")), world_);
        if (!found || !*found) {
            return nullptr;
        }
        return value_of(**found);
    }

    /// The server meets an action: judged, and written.
    Value act(const Value& step) {
        const Id intent = id_in(step, "intent");
        const Action action = action_of(member(step, "action"));
        Submission submission = submission_of(member(step, "submission"), intent);
        submission.form = action.form;
        const auto person = world_.people.find(id_in(step, "user"));
        const Arrival arrival{
            .action = &action,
            .submission = rule_of(action.kind).has_form ? &submission : nullptr,
            .cause = {.intent = intent,
                      .user = id_in(step, "user"),
                      .name = person == world_.people.end() ? "" : person->second.name,
                      .now = {number(step, "now")},
                      .done_at = {number(step, "done_at")},
                      .offline = action.offline}};
        if (!action.task) {
            return begin(arrival);
        }
        const Subject subject = subject_of(action, arrival.cause.user);
        const std::vector<History> history = world_.history[action.task];
        const auto decision = decide(arrival, subject, history, policy_, world_);
        if (!decision) {
            return value_of(decision.error());
        }
        world_.apply(decision->effects);
        Value out = value_of(decision->verdict);
        out["effects"] = value_of(decision->effects);
        return out;
    }

    /// A start form without a parent has nothing to be in conflict with.
    Value begin(const Arrival& arrival) {
        const Subject subject = subject_of(*arrival.action, arrival.cause.user);
        if (const Result<> allowed = may_act(subject, *arrival.action, world_); !allowed) {
            return {{"status", "rejected"},
                    {"code", std::string(error_name(allowed.error().code))}};
        }
        const auto effects =
            apply(subject, *arrival.action, *arrival.submission, arrival.cause, world_);
        if (!effects) {
            return value_of(effects.error());
        }
        world_.apply(*effects);
        return {{"status", "applied"}, {"effects", value_of(*effects)}};
    }

    WaitingAction waiting_of(const Value& action, const Value& about) {
        WaitingAction waiting{.intent = id_in(about, "intent"),
                              .action = action_of(action),
                              .at = {number(about, "at")}};
        waiting.submission = submission_of(member(about, "submission"), waiting.intent);
        waiting.submission.form = waiting.action.form;
        return waiting;
    }

    void wait(const Value& each) {
        world_.waiting_actions.push_back(waiting_of(member(each, "action"), each));
    }

    /// The device takes an action, or refuses it.
    Value wait(const Value& action, const Value& step) {
        const WaitingAction waiting = waiting_of(action, step);
        const Subject subject = as_shown(subject_of(waiting.action, id_in(step, "user")));
        if (const Result<> allowed = may_act(subject, waiting.action, world_); !allowed) {
            return {{"refused", value_of(allowed.error())}};
        }
        world_.waiting_actions.push_back(waiting);
        return {{"taken", true}};
    }

    Value project(const Value& step) {
        const Id task = id_in(step, "task");
        const bool there = world_.tasks.contains(task);
        const Subject subject =
            world_.subject(task, id_in(step, "user"), there ? "" : text(step, "workflow"));
        const auto projected = project_waiting(subject, world_.waiting_actions, world_);
        return projected ? value_of(*projected) : value_of(projected.error());
    }

    /// Runs what is queued, with a kill before every commit that `kills` counts.
    Value run(const Value& step) {
        std::int64_t kills = number(step, "kills");
        Value out = Value::array();
        const std::vector<step::QueueRoutine> queue = std::exchange(world_.queue, {});
        for (const step::QueueRoutine& queued : queue) {
            out.push_back(value_of(
                executor_.run(queued, {number(step, "now")}, [&] { return kills-- > 0; })));
        }
        return out;
    }

    Value check() const {
        Value out = Value::array();
        const Bundle& bundle = world_.bundle();
        for (const Problem& problem : check_task_group(bundle.group, world_)) {
            out.push_back(value_of(problem));
        }
        for (const auto& [code, workflow] : bundle.workflows) {
            for (const Problem& problem : check_workflow(workflow, bundle.group.flow, world_)) {
                out.push_back(value_of(problem));
            }
        }
        for (const auto& [code, routine] : bundle.routines) {
            for (const Problem& problem : check_routine(routine)) {
                out.push_back(value_of(problem));
            }
        }
        return out;
    }

    World world_;
    Executor executor_;
    Report& report_;
    ConflictPolicy policy_;
    Task shown_;
};

/// Changes that a scenario makes to its bundle: "flow", and "routines" of a start form (no "from"),
/// a transition, or a survey trigger ("form").
void rewrite(const Value& root, Bundle& bundle) {
    if (member(root, "flow") == Value("free")) {
        bundle.group.flow = Flow::free;
    }
    for (const Value& change : member(root, "routines")) {
        Workflow& workflow = bundle.workflows[text(change, "workflow")];
        std::vector<std::string> codes;
        for (const Value& code : member(change, "codes")) {
            codes.push_back(code.get<std::string>());
        }
        const std::string from = text(change, "from");
        if (from.empty() && workflow.start_form) {
            workflow.start_form->routines = codes;
        }
        for (State& state : workflow.states) {
            for (Transition& transition : state.next) {
                if (state.code == from && transition.target == text(change, "target")) {
                    transition.routines = codes;
                }
            }
        }
    }
}

}  // namespace

std::string bundle_of(std::string_view scenario) {
    const Value root = parse_json(scenario);
    return root.is_object() ? text(root, "bundle") : std::string{};
}

void change_bundle(std::string_view scenario, Bundle& bundle) {
    rewrite(parse_json(scenario), bundle);
}

Report run_scenario(std::string_view scenario, std::string_view bundle_text) {
    Report report;
    const Value root = parse_json(scenario);
    Result<Bundle> bundle = parse_bundle(bundle_text);
    if (!root.is_object() || !bundle) {
        report.failures.emplace_back("the scenario or its bundle cannot be read");
        return report;
    }
    rewrite(root, *bundle);
    Scene scene(World(*std::move(bundle)), report);
    scene.set(root);
    Value output = Value::array();
    for (const Value& step : member(root, "steps")) {
        Value answer = scene.play(step);
        if (step.contains("expect")) {
            const std::string wrong = difference(step["expect"], answer);
            if (!wrong.empty()) {
                report.failures.push_back("step " + std::to_string(output.size()) + " (" +
                                          text(step, "do") + ") " + wrong);
            }
        }
        output.push_back(std::move(answer));
    }
    for (const std::string& broken : scene.broken()) {
        report.failures.push_back(broken);
    }
    report.output = json::dump(output);
    return report;
}

}  // namespace holdfast::workflow::scenario
