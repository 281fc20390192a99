#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/workflow/facts.hpp"

/// What a person may do to a task now, and why not. The device asks before it takes an action, the
/// server asks again: one function, so that they agree on equal facts.
namespace holdfast::workflow {

/// Who stands before which task. Borrows: for the length of a call.
struct Subject {
    Id id{};                     ///< of the task
    const Task* task = nullptr;  ///< null for a start form
    const Workflow* workflow = nullptr;
    Id group{};  ///< of the task, or where one would be made
    Id user{};
};

/// One line of the sheet "Actions".
struct Offer {
    ActionKind kind{};
    std::string label{};   ///< the target state's name, or the form's title
    std::string target{};  ///< state
    std::string form{};
    std::string workflow{};     ///< of a subtask
    bool runs_routine = false;  ///< what happens is a routine's
    bool runs_later = false;    ///< the same, on a device in Offline Mode: "will run when you are
                                ///< back online" (OM28)
    std::optional<Error> refusal{};  ///< why it is not possible now; nothing: it is
};

/// Everything that the task's state and channel know about for this person, in the order
/// transitions, survey triggers, subtask, forms of the channel. What is not possible is there with
/// the reason (OM30); only forms of the channel that their own filters hide are left out.
/// Errors  those of the facts.
[[nodiscard]] Result<std::vector<Offer>> possible_actions(const Subject& subject,
                                                          const Facts& facts);

/// The workflow's start form as an offer; nothing where it has none.
[[nodiscard]] Result<std::optional<Offer>> start_offer(const Subject& subject, const Facts& facts);

/// Whether this action may be done now. The error is the reason, the first of:
///   access_forbidden · access_read_only · task_cancelled · task_no_transition · intent_gone
///   (late evidence that is no answer of the task) ·
///   task_subtasks_open {"open"} · task_action_waiting {"intent","kind","target","form"} (OM27) ·
///   intent_needs_connection (OM24, OM30); or those of the facts.
/// Cost  a few look-ups.
enum class Part : std::uint8_t {
    needed = 1,
    not_needed = 2,  ///< as if the person were an editor of the task
};
[[nodiscard]] Result<> may_act(const Subject& subject,
                               const Action& action,
                               const Facts& facts,
                               Part part = Part::needed);

/// Whether a routine may move the task to `target`: along any transition, whatever its kind and
/// permissions, or anywhere in a free flow.
/// Errors  task_cancelled · task_no_transition · task_subtasks_open · those of the facts.
[[nodiscard]] Result<> may_move_by_routine(const Subject& subject,
                                           const std::string& target,
                                           const Facts& facts);

/// What a person is to a task, permissions of the group included: people who take no part may be
/// editors or followers through them. `none`: neither sees nor changes it.
[[nodiscard]] Role effective_role(const Task& task,
                                  const Person& person,
                                  const TaskGroup& group,
                                  const Workflow& workflow);

/// Whether somebody with this role is shown the task's details: whoever may follow it, and holds
/// one of the group's `read`.
[[nodiscard]] bool may_read_details(Role role, const Person& person, const TaskGroup& group);

/// Whether somebody with this role may move and edit a task: an editor or the assignee who holds
/// one of the group's `write`.
[[nodiscard]] bool may_change(Role role, const Person& person, const TaskGroup& group);

}  // namespace holdfast::workflow
