#include <algorithm>
#include <set>

#include "core/workflow/check.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/schedule.hpp"

namespace holdfast::workflow {

namespace {

bool knows(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

void check_inputs(const std::string& at, const Stage& stage, std::vector<Problem>& problems) {
    const StageRule& rule = rule_of(stage.kind);
    for (const std::string_view name : rule.required) {
        const auto given = stage.inputs.find(std::string(name));
        if (given == stage.inputs.end() || given->second.empty()) {
            problems.push_back({at, ErrorCode::routine_missing_input, std::string(name)});
        }
    }
    for (const auto& [name, expression] : stage.inputs) {
        if (!knows(rule.required, name) && !knows(rule.optional, name)) {
            problems.push_back({at, ErrorCode::routine_unknown_input, name});
        }
    }
    if (stage.inputs.size() > limits::inputs_max) {
        problems.push_back({at, ErrorCode::workflow_too_many, std::to_string(limits::inputs_max)});
    }
}

void check_next(const std::string& at,
                const Routine& routine,
                const Stage& stage,
                std::vector<Problem>& problems) {
    for (const auto& [outcome, key] : stage.next) {
        if (!knows(rule_of(stage.kind).outcomes, outcome)) {
            problems.push_back({at, ErrorCode::routine_unknown_outcome, outcome});
        }
        if (find_stage(routine, key) == nullptr) {
            problems.push_back({at, ErrorCode::routine_unknown_stage, key});
        }
    }
}

/// Whether the stage can come back to itself. The step of a for_each does not count: its items
/// bound it.
bool is_on_circle(const Routine& routine, const Stage& from) {
    std::set<const Stage*> seen;
    std::vector<const Stage*> queue{&from};
    while (!queue.empty()) {
        const Stage* stage = queue.back();
        queue.pop_back();
        for (const auto& [outcome, key] : stage->next) {
            const Stage* next = find_stage(routine, key);
            if (next == &from && outcome != "STEP") {
                return true;
            }
            if (next != nullptr && outcome != "STEP" && seen.insert(next).second) {
                queue.push_back(next);
            }
        }
    }
    return false;
}

void check_schedule(const Schedule& schedule, std::vector<Problem>& problems) {
    const auto cron = Cron::parse(schedule.cron);
    if (!cron || !cron->next_after(0)) {
        problems.push_back({"/schedule/cron",
                            ErrorCode::routine_invalid_schedule,
                            cron ? schedule.cron : cron.error().detail});
    }
}

}  // namespace

std::vector<Problem> check_routine(const Routine& routine) {
    std::vector<Problem> problems;
    if (!is_code(routine.code)) {
        problems.push_back({"/code", ErrorCode::workflow_invalid_code, routine.code});
    }
    if (find_stage(routine, routine.start) == nullptr) {
        problems.push_back({"/start", ErrorCode::routine_unknown_stage, routine.start});
    }
    if (routine.schedule) {
        check_schedule(*routine.schedule, problems);
    }
    if (routine.stages.size() > limits::stages_max) {
        problems.push_back(
            {"/stages", ErrorCode::workflow_too_many, std::to_string(limits::stages_max)});
        return problems;
    }
    const std::vector<const Stage*> reached = reachable_stages(routine);
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < routine.stages.size(); ++i) {
        const Stage& stage = routine.stages[i];
        const std::string at = "/stages/" + std::to_string(i);
        if (!is_code(stage.key) || !keys.insert(stage.key).second) {
            problems.push_back({at + "/key", ErrorCode::workflow_invalid_code, stage.key});
            continue;
        }
        check_inputs(at + "/inputs", stage, problems);
        check_next(at + "/next", routine, stage, problems);
        if (std::ranges::find(reached, &stage) == reached.end()) {
            problems.push_back({at, ErrorCode::routine_unreachable_stage, stage.key});
        } else if (routine.max_iterations == 0 && is_on_circle(routine, stage)) {
            problems.push_back({at, ErrorCode::routine_endless, stage.key});
        }
    }
    return problems;
}

}  // namespace holdfast::workflow
