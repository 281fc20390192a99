#include "core/workflow/check.hpp"

#include <algorithm>
#include <set>

#include "core/model/world.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

namespace {

using Codes = std::set<std::string, std::less<>>;

/// The place of an entry: "/states" and 2 is "/states/2".
std::string entry(const std::string& list, std::size_t index) {
    return list + "/" + std::to_string(index);
}

/// A constant text in jq is a JSON string: `"closed"`. Nothing for any other expression.
std::string_view constant_of(std::string_view expression) {
    const bool quoted = expression.size() >= 2 && expression.front() == '"' &&
                        expression.find('"', 1) == expression.size() - 1 &&
                        expression.find('\\') == std::string_view::npos;
    return quoted ? expression.substr(1, expression.size() - 2) : std::string_view{};
}

/// States that can be reached from `start` along the transitions.
Codes reachable_from(const Workflow& workflow, const std::string& start) {
    Codes seen{start};
    std::vector<std::string> queue{start};
    while (!queue.empty()) {
        const State* state = find_state(workflow, queue.back());
        queue.pop_back();
        if (state == nullptr) {
            continue;
        }
        for (const Transition& transition : state->next) {
            if (seen.insert(transition.target).second) {
                queue.push_back(transition.target);
            }
        }
    }
    return seen;
}

class Checker {
public:
    Checker(const Workflow& workflow, Flow flow, const Catalogue& known)
        : workflow_(workflow), flow_(flow), known_(known) {}

    std::vector<Problem> run() {
        head();
        if (is_too_large()) {
            return std::move(problems_);
        }
        start_form();
        columns();
        states();
        if (flow_ == Flow::state_machine) {
            paths();
        }
        slas();
        return std::move(problems_);
    }

private:
    void report(std::string at, ErrorCode code, std::string_view name = {}) {
        problems_.push_back({std::move(at), code, std::string(name)});
    }

    void limit(const std::string& at, std::size_t count, std::size_t max) {
        if (count > max) {
            report(at, ErrorCode::workflow_too_many, std::to_string(max));
        }
    }

    void permissions(const std::string& at, const Permits& wanted) {
        const bool held = std::ranges::any_of(wanted, [&](const std::string& one) {
            return one == permission::admin || known_.is_held(one);
        });
        if (!wanted.empty() && !held) {
            report(at, ErrorCode::workflow_permission_unheld, wanted.front());
        }
    }

    void form(const std::string& at, const std::string& code) {
        if (code.empty() || !known_.has_form(code)) {
            report(at, ErrorCode::workflow_unknown_form, code);
        }
    }

    void collection(const std::string& at, const std::string& code) {
        if (!known_.has_collection(code)) {
            report(at, ErrorCode::workflow_unknown_element, code);
        }
    }

    /// The routines that `form` sets off; `form` is empty where there is none.
    void routines(const std::string& at,
                  const std::vector<std::string>& codes,
                  const std::string& form) {
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const Routine* routine = known_.routine(codes[i]);
            if (routine == nullptr) {
                report(entry(at, i), ErrorCode::workflow_unknown_routine, codes[i]);
                continue;
            }
            for (const Stage& stage : routine->stages) {
                inputs(entry(at, i), stage, form);
            }
        }
    }

    void inputs(const std::string& at, const Stage& stage, const std::string& form) {
        for (const auto& [name, expression] : stage.inputs) {
            for (const std::string& field : answer_fields_of(expression)) {
                if (form.empty() || !known_.has_field(form, field)) {
                    report(at, ErrorCode::workflow_missing_field, field);
                }
            }
            const bool names_state = stage.kind == StageKind::change_state && name == "state";
            const std::string_view state = names_state ? constant_of(expression) : "";
            if (!state.empty() && find_state(workflow_, state) == nullptr) {
                report(at, ErrorCode::workflow_unknown_state, state);
            }
        }
    }

    /// Nothing else is looked at then: the rest takes time that grows with the square of these.
    [[nodiscard]] bool is_too_large() {
        limit("/states", workflow_.states.size(), limits::states_max);
        for (std::size_t i = 0; i < workflow_.states.size(); ++i) {
            const std::string at = entry("/states", i);
            limit(at + "/next", workflow_.states[i].next.size(), limits::transitions_max);
            limit(at + "/survey_triggers",
                  workflow_.states[i].survey_triggers.size(),
                  limits::survey_triggers_max);
        }
        return std::ranges::any_of(problems_, [](const Problem& problem) {
            return problem.code == ErrorCode::workflow_too_many;
        });
    }

    [[nodiscard]] bool any_reaches(const std::vector<std::string>& codes, StageKind kind) const {
        return std::ranges::any_of(codes, [&](const std::string& code) {
            const Routine* routine = known_.routine(code);
            return routine != nullptr && reaches(*routine, kind);
        });
    }

    void head() {
        if (!is_code(workflow_.code)) {
            report("/code", ErrorCode::workflow_invalid_code, workflow_.code);
        }
        collection("/collection", workflow_.collection);
        const State* initial = find_state(workflow_, workflow_.initial);
        if (initial == nullptr || initial->kind != StateKind::fresh) {
            report("/initial", ErrorCode::workflow_initial_state, workflow_.initial);
        }
        routines("/on_create", workflow_.on_create, {});
    }

    void start_form() {
        if (!workflow_.start_form) {
            return;
        }
        const StartForm& start = *workflow_.start_form;
        form("/start_form/form", start.form);
        permissions("/start_form/permissions", start.permissions);
        routines("/start_form/routines", start.routines, start.form);
        if (start.task && !start.task->name.empty() && known_.has_form(start.form) &&
            !known_.has_field(start.form, start.task->name)) {
            report("/start_form/task/name", ErrorCode::workflow_missing_field, start.task->name);
        }
        if (!start.task && !any_reaches(start.routines, StageKind::create_task)) {
            report("/start_form", ErrorCode::workflow_creates_nothing, start.form);
        }
    }

    void columns() {
        limit("/statuses", workflow_.statuses.size(), limits::status_columns_max);
        for (std::size_t i = 0; i < workflow_.statuses.size(); ++i) {
            collection(entry("/statuses", i), workflow_.statuses[i].collection);
        }
        limit("/extensions", workflow_.extensions.size(), limits::extensions_max);
        for (std::size_t i = 0; i < workflow_.extensions.size(); ++i) {
            collection(entry("/extensions", i), workflow_.extensions[i]);
        }
        if (!workflow_.assets.empty()) {
            collection("/assets", workflow_.assets);
        }
    }

    void states() {
        Codes seen;
        for (std::size_t i = 0; i < workflow_.states.size(); ++i) {
            const State& state = workflow_.states[i];
            const std::string at = entry("/states", i);
            if (!is_code(state.code) || !seen.insert(state.code).second) {
                report(at + "/code", ErrorCode::workflow_invalid_code, state.code);
            } else if (!known_.has_element({workflow_.collection, state.code})) {
                report(at + "/code", ErrorCode::workflow_unknown_element, state.code);
            }
            transitions(at + "/next", state);
            survey_triggers(at + "/survey_triggers", state);
            subtask(at + "/subtask", state);
        }
    }

    void transitions(const std::string& at, const State& state) {
        Codes seen;
        for (std::size_t i = 0; i < state.next.size(); ++i) {
            const Transition& transition = state.next[i];
            const std::string here = entry(at, i);
            if (find_state(workflow_, transition.target) == nullptr) {
                report(here + "/target", ErrorCode::workflow_unknown_state, transition.target);
            } else if (transition.target == state.code) {
                report(here + "/target", ErrorCode::workflow_self_transition, transition.target);
            } else if (!seen.insert(transition.target).second) {
                report(
                    here + "/target", ErrorCode::workflow_duplicate_transition, transition.target);
            }
            if (transition.change == Change::form) {
                form(here + "/form", transition.form);
            }
            permissions(here + "/permissions", transition.permissions);
            const bool by_form = transition.change == Change::form;
            routines(here + "/routines", transition.routines, by_form ? transition.form : "");
            if (!transition.routines.empty() &&
                !any_reaches(transition.routines, StageKind::change_state)) {
                report(here + "/routines", ErrorCode::workflow_changes_nothing, transition.target);
            }
        }
    }

    void survey_triggers(const std::string& at, const State& state) {
        for (std::size_t i = 0; i < state.survey_triggers.size(); ++i) {
            const SurveyTrigger& trigger = state.survey_triggers[i];
            form(entry(at, i) + "/form", trigger.form);
            permissions(entry(at, i) + "/permissions", trigger.permissions);
            routines(entry(at, i) + "/routines", trigger.routines, trigger.form);
            if (trigger.routines.empty()) {
                report(entry(at, i) + "/routines", ErrorCode::workflow_unknown_routine);
            }
        }
    }

    void subtask(const std::string& at, const State& state) {
        if (!state.subtask) {
            return;
        }
        const Workflow* workflow = known_.find_workflow(state.subtask->workflow);
        if (workflow == nullptr || !workflow->start_form) {
            report(at, ErrorCode::workflow_unknown_workflow, state.subtask->workflow);
        }
    }

    void paths() {
        const Codes seen = reachable_from(workflow_, workflow_.initial);
        for (std::size_t i = 0; i < workflow_.states.size(); ++i) {
            const State& state = workflow_.states[i];
            if (!seen.contains(state.code)) {
                report(entry("/states", i), ErrorCode::workflow_unreachable_state, state.code);
            } else if (!leads_to_closed(state)) {
                report(entry("/states", i), ErrorCode::workflow_no_way_out, state.code);
            }
        }
    }

    [[nodiscard]] bool leads_to_closed(const State& from) const {
        return std::ranges::any_of(reachable_from(workflow_, from.code), [&](const auto& code) {
            const State* state = find_state(workflow_, code);
            return state != nullptr && state->kind == StateKind::closed;
        });
    }

    void state_set(const std::string& at, const StateSet& set) {
        for (const std::string& code : set.states) {
            if (find_state(workflow_, code) == nullptr) {
                report(at, ErrorCode::workflow_unknown_state, code);
            }
        }
    }

    void slas() {
        limit("/slas", workflow_.slas.size(), limits::slas_max);
        for (std::size_t i = 0; i < workflow_.slas.size(); ++i) {
            const Sla& sla = workflow_.slas[i];
            const std::string at = entry("/slas", i);
            const bool never = sla.start.states.empty() && sla.start.kinds.empty();
            if (!is_code(sla.code)) {
                report(at + "/code", ErrorCode::workflow_invalid_code, sla.code);
            }
            if (never || sla.minutes <= 0) {
                report(at, ErrorCode::workflow_invalid_sla, sla.code);
            }
            state_set(at + "/start", sla.start);
            state_set(at + "/end", sla.end);
            routines(at + "/routines", sla.routines, {});
        }
    }

    const Workflow& workflow_;
    Flow flow_;
    const Catalogue& known_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_workflow(const Workflow& workflow, Flow flow, const Catalogue& known) {
    return Checker(workflow, flow, known).run();
}

std::vector<Problem> check_task_group(const TaskGroup& group, const Catalogue& known) {
    std::vector<Problem> problems;
    if (!is_code(group.code)) {
        problems.push_back({"/code", ErrorCode::workflow_invalid_code, group.code});
    }
    if (!group.initial_workflow.empty() && known.find_workflow(group.initial_workflow) == nullptr) {
        problems.push_back(
            {"/initial_workflow", ErrorCode::workflow_unknown_workflow, group.initial_workflow});
    }
    const auto permits = [&](const std::string& at, const Permits& wanted) {
        const bool held = std::ranges::any_of(wanted, [&](const std::string& one) {
            return one == permission::admin || known.is_held(one);
        });
        if (!wanted.empty() && !held) {
            problems.push_back({at, ErrorCode::workflow_permission_unheld, wanted.front()});
        }
    };
    permits("/read", group.read);
    permits("/write", group.write);
    permits("/editor", group.editor);
    permits("/follower", group.follower);
    for (std::size_t i = 0; i < group.element_access.size(); ++i) {
        const TaskGroup::ElementAccess& access = group.element_access[i];
        const std::string at = entry("/element_access", i);
        if (!known.has_element(access.element)) {
            problems.push_back(
                {at + "/element", ErrorCode::workflow_unknown_element, access.element.code});
        }
        permits(at + "/editor", access.editor);
        permits(at + "/follower", access.follower);
    }
    return problems;
}

}  // namespace holdfast::workflow
