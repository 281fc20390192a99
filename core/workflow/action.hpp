#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

/// What a person can do to a task: the arguments of the workflow's intents.
namespace holdfast::workflow {

enum class ActionKind : std::uint8_t {
    start_form = 1,      ///< begins a task
    subtask_form = 2,    ///< begins a subtask of a task
    manual_change = 3,   ///< presses the button with a state's name
    state_form = 4,      ///< answers the state start form of a transition
    survey_trigger = 5,  ///< answers a form that the state offers
    task_update = 6,     ///< edits details or people
    plain_form = 7,      ///< answers a form of the channel that commands nothing
    routine_form = 8,    ///< answers a form of the channel that commands a routine
    late_evidence = 9,   ///< attaches an answer that came too late
};

/// What is known about a kind of action: the decision on what counts (OM27), in one place.
struct ActionRule {
    ActionKind kind{};
    std::string_view name{};
    bool counts = false;    ///< an action upon the task: one waits at a time (OM27)
    bool offline = false;   ///< may be done in Offline Mode (OM24-OM26, OM30)
    bool commutes = false;  ///< means the same whatever happened to the task meanwhile
    bool has_form = false;
};

inline constexpr std::array<ActionRule, 9> action_rules{{
    {ActionKind::start_form, "start_form", true, true, false, true},
    {ActionKind::subtask_form, "subtask_form", true, true, false, true},
    {ActionKind::manual_change, "manual_change", true, true, false, false},
    {ActionKind::state_form, "state_form", true, true, false, true},
    {ActionKind::survey_trigger, "survey_trigger", true, true, false, true},
    {ActionKind::task_update, "task_update", true, false, true, false},
    {ActionKind::plain_form, "plain_form", false, true, true, true},
    {ActionKind::routine_form, "routine_form", true, true, false, true},
    {ActionKind::late_evidence, "late_evidence", false, true, true, false},
}};

constexpr const ActionRule& rule_of(ActionKind kind) {
    for (const ActionRule& rule : action_rules) {
        if (rule.kind == kind) {
            return rule;
        }
    }
    return action_rules.front();
}
[[nodiscard]] std::optional<ActionKind> parse_action_kind(std::string_view name);

/// Members of a task that people edit; an absent one stays as it is.
struct TaskPatch {
    std::optional<std::string> name{};
    std::optional<std::string> info{};
    std::optional<Id> assignee{};
    std::optional<std::vector<Id>> editors{};
    std::optional<std::vector<Id>> followers{};
    std::optional<std::vector<Id>> visibility{};
    std::optional<WallTime> start_date{};
    std::optional<WallTime> end_date{};
    std::optional<WallTime> resolution_at{};
    std::optional<std::int64_t> estimated_days{};
    std::map<std::string, std::string> statuses{};  ///< "status1": element; empty text: none
    std::map<std::string, std::string> fields{};    ///< empty text: taken away
    std::optional<bool> active{};                   ///< false: cancels the task
    bool operator==(const TaskPatch&) const = default;
};

/// Its members as JSON.  Errors  intent_malformed, with the place.
[[nodiscard]] Result<TaskPatch> parse_task_patch(std::string_view text);
[[nodiscard]] std::string encode(const TaskPatch& value);

/// One thing that a person did to a task. `base_version` is what the person saw: the server
/// compares it with the task, and no clock.
struct Action {
    ActionKind kind{};
    Id task{};               ///< the parent, of a subtask_form; none of a start_form
    std::string workflow{};  ///< of the task to be made
    std::string target{};    ///< state
    std::string base_state{};
    std::uint32_t base_version = 0;
    std::string form{};
    Id answer{};           ///< of a form: the answer's id; of late_evidence: what is attached
    bool offline = false;  ///< done in Offline Mode
    TaskPatch patch{};
    bool operator==(const Action&) const = default;
};

/// JSON as the arguments of an intent.  Errors  intent_malformed, with the place.
[[nodiscard]] Result<Action> parse_action(std::string_view text);
[[nodiscard]] std::string encode(const Action& value);

}  // namespace holdfast::workflow
