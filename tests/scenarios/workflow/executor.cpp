#include "tests/scenarios/workflow/executor.hpp"

#include "core/base/assert.hpp"
#include "core/forms/civil.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow::scenario {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

json::Value at_path(std::string_view path, const json::Value& context) {
    const json::Value* value = &context;
    while (!path.empty()) {
        path.remove_prefix(1);  // the dot
        const std::size_t end = std::min(path.find('.'), path.size());
        std::string name(path.substr(0, end));
        path.remove_prefix(end);
        if (name.empty()) {
            continue;
        }
        const bool is_first = name.ends_with("[0]");
        name.resize(name.size() - (is_first ? 3 : 0));
        if (!value->is_object() || !value->contains(name)) {
            return nullptr;
        }
        value = &(*value)[name];
        if (is_first) {
            if (!value->is_array() || value->empty()) {
                return nullptr;
            }
            value = &(*value)[0];
        }
    }
    return *value;
}

std::optional<json::Value> evaluated(std::string_view text, const json::Value& context) {
    text = trimmed(text);
    json::Value constant = json::Value::parse(text, nullptr, false);
    if (!constant.is_discarded()) {
        return constant;
    }
    constexpr std::string_view equals = " == ";
    if (const std::size_t middle = text.find(equals); middle != std::string_view::npos) {
        const auto left = evaluated(text.substr(0, middle), context);
        const auto right = evaluated(text.substr(middle + equals.size()), context);
        return left && right ? std::optional(json::Value(*left == *right)) : std::nullopt;
    }
    if (text.starts_with('.')) {
        return at_path(text, context);
    }
    if (!text.starts_with("{\"") || !text.ends_with('}')) {
        return std::nullopt;
    }
    const std::size_t colon = text.find(':');
    const std::size_t name_end = text.find('"', 2);
    if (colon == std::string_view::npos || name_end > colon) {
        return std::nullopt;
    }
    const auto value = evaluated(text.substr(colon + 1, text.size() - colon - 2), context);
    if (!value) {
        return std::nullopt;
    }
    json::Value object = json::Value::object();
    object[std::string(text.substr(2, name_end - 2))] = *value;
    return object;
}

std::string text_in(const Inputs& inputs, const std::string& name) {
    const auto found = inputs.find(name);
    if (found == inputs.end()) {
        return {};
    }
    const json::Value value = parse_json(found->second);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

TaskPatch patch_of(const Inputs& inputs) {
    TaskPatch patch;
    for (const auto& [name, text] : inputs) {
        const json::Value value = parse_json(text);
        if (name.starts_with("status") && value.is_string()) {
            patch.statuses[name] = value.get<std::string>();
        } else if (name == "info" && value.is_string()) {
            patch.info = value.get<std::string>();
        } else if (name == "assignee" && value.is_string()) {
            patch.assignee = parse_id(value.get<std::string>());
        } else if (name == "end_date" && value.is_object()) {
            const auto day = forms::parse_day(value.value("date", std::string()));
            const auto minute = forms::parse_minute(value.value("time", std::string("12:00")));
            HF_ASSERT(day && minute);
            patch.end_date = forms::moment_of(*day, *minute, value.value("offset", 0));
        } else if (name == "fields" && value.is_object()) {
            for (auto item = value.begin(); item != value.end(); ++item) {
                patch.fields[item.key()] =
                    item->is_string() ? item->get<std::string>() : json::dump(*item);
            }
        }
    }
    return patch;
}

}  // namespace

Result<std::string> PathEvaluator::evaluate(std::string_view expression, std::string_view context) {
    const auto value = evaluated(expression, parse_json(context));
    if (!value) {
        return fail(ErrorCode::routine_invalid_input, std::string(expression));
    }
    return json::dump(*value);
}

std::string Executor::trigger_of(const step::QueueRoutine& queued) const {
    json::Value context = json::Value::object();
    if (const auto answer = world_.answers.find(queued.answer); answer != world_.answers.end()) {
        context["answer"] = {{"id", to_string(queued.answer)},
                             {"fields", parse_json(answer->second.data)},
                             {"user", to_string(queued.user)}};
    }
    context["meta"] = {{"task", to_string(queued.task)}, {"target", queued.target}};
    if (queued.parent) {
        context["meta"]["parent"] = to_string(queued.parent);
    }
    if (const auto task = world_.tasks.find(queued.task); task != world_.tasks.end()) {
        context["task"] = parse_json(encode(task->second));
    }
    return json::dump(context);
}

Result<std::string> Executor::create(const step::QueueRoutine& queued,
                                     const Inputs& inputs,
                                     const Cause& cause) {
    const auto parent = world_.tasks.find(queued.parent);
    const Workflow* workflow = world_.find_workflow(queued.workflow);
    HF_ASSERT(workflow != nullptr);
    const NewTask wanted{.id = queued.task,
                         .group = World::group_id,
                         .channel = queued.channel,
                         .serial = world_.last_serial + 1,
                         .name = text_in(inputs, "name"),
                         .answers = {queued.answer},
                         .patch = patch_of(inputs),
                         .parent_id = queued.parent,
                         .parent = parent == world_.tasks.end() ? nullptr : &parent->second};
    HF_TRY(const Effects effects, apply_create_task(wanted, *workflow, cause));
    ++world_.last_serial;
    world_.apply(effects);
    return R"({"task":")" + to_string(queued.task) + "\"}";
}

Result<std::string> Executor::carry_out(const step::QueueRoutine& queued,
                                        const next::Run& run,
                                        const Inputs& inputs,
                                        const Cause& cause,
                                        RunLog& log) {
    const StageKind kind = run.stage->kind;
    if (kind == StageKind::create_task) {
        return create(queued, inputs, cause);
    }
    if (kind == StageKind::post_message) {
        log.messages.push_back(text_in(inputs, "text"));
        return std::string("{}");
    }
    if (rule_of(kind).leaves_server) {
        log.outside.push_back(stage_key(queued.run, run));
        return std::string("{}");
    }
    const bool upon_task = kind == StageKind::change_state || kind == StageKind::update_task;
    if (!upon_task || !world_.tasks.contains(queued.task)) {
        return fail(ErrorCode::intent_gone, "no task");
    }
    const Subject subject = world_.subject(queued.task, queued.user);
    Result<Effects> effects =
        kind == StageKind::change_state
            ? apply_change_state(subject, text_in(inputs, "state"), cause, world_)
            : apply_task_update(subject, patch_of(inputs), cause);
    if (!effects) {
        return std::unexpected(effects.error());
    }
    world_.apply(*effects);
    return std::string("{}");
}

RunLog Executor::run(const step::QueueRoutine& queued,
                     WallTime now,
                     const std::function<bool()>& killed) {
    RunLog log;
    HF_ASSERT(world_.routine(queued.routine) != nullptr);
    const Routine routine = *world_.routine(queued.routine);  // a kill replaces the world
    const std::string trigger = trigger_of(queued);
    while (true) {
        const Result<Next> next = next_of(routine, log.journal);
        HF_ASSERT(next.has_value());
        if (const auto* finished = std::get_if<next::Finished>(&*next)) {
            log.failed = finished->failed;
            log.code = finished->code;
            return log;
        }
        const auto& run = std::get<next::Run>(*next);
        const World before = world_;
        const RunLog log_before = log;
        const std::optional<Person> person = *world_.person(queued.user);
        const Cause cause{.intent = Id::make(server_device, world_.stage_counter),
                          .user = queued.user,
                          .name = person ? person->name : std::string{},
                          .now = now,
                          .by_routine = true};
        const bool flow = rule_of(run.stage->kind).flow;
        const Result<std::string> context = context_of(routine, log.journal, trigger);
        HF_ASSERT(context.has_value());
        Result<Inputs> inputs = run.goes_on ? Result<Inputs>(Inputs{})
                                            : evaluate_inputs(*run.stage, *context, evaluator_);
        Result<Entry> entry = std::unexpected(Error{ErrorCode::none});
        if (!inputs) {
            entry = std::unexpected(inputs.error());
        } else if (flow) {
            entry = flow_entry(routine, log.journal, run, *inputs);
        } else if (Result<std::string> done = carry_out(queued, run, *inputs, cause, log); done) {
            entry = done_entry(run, true, *done);
        } else {
            entry = std::unexpected(done.error());
        }
        if (!entry) {
            log.errors.push_back(run.stage->key + ": " +
                                 std::string(error_name(entry.error().code)));
            entry = done_entry(run, false, {});
        }
        log.journal.push_back(*entry);
        world_.stage_counter += limits::spare_ids;
        if (killed()) {
            world_ = before;
            log = log_before;
        }
    }
}

}  // namespace holdfast::workflow::scenario
