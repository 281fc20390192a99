#pragma once

#include <optional>

#include "core/base/result.hpp"
#include "core/model/args.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

/// Tasks that move through workflows: core/workflow over the rows of a world. For core/rules only.
///
/// On a device an action is refused with the first thing that is against it. The server decides by
/// the conflict table (docs/internals/workflow.md): what it says other than `applied` stands in the
/// effects, with the rows that keep the answer.
namespace holdfast::rules {

/// Channel, form's message, answer and task, all with the intent's id. A subtask is an action upon
/// its parent.
/// Errors  those of may_act(), judge_form() and TaskRows::write() · task_too_many.
[[nodiscard]] Result<Effects> create_task(World& world,
                                          const Occasion& occasion,
                                          const Intent& intent);

/// The form's message and answer, if it is by form, then the task in its new state, a system
/// message and a row of history. A form without a target is one that the state offers for its
/// routines (a survey trigger): the answer, and the task as it is.
/// Errors  on a device also task_stale_state: the task has moved since the action was taken.
[[nodiscard]] Result<Effects> change_state(World& world,
                                           const Occasion& occasion,
                                           const Intent& intent);

/// An answer in a task's channel whose form the task's state offers for its routines: nothing where
/// it is none of these, and is an answer like any other.
[[nodiscard]] Result<std::optional<Effects>> trigger_by_answer(World& world,
                                                               const Occasion& occasion,
                                                               const Intent& intent,
                                                               const args::AnswerSubmit& answer);

/// Says `adjusted` of an answer in a task's channel that asks nothing of the task, where the task
/// has moved since the person saw it (task_added_late).
[[nodiscard]] Result<> say_if_late(const World& world,
                                   const Occasion& occasion,
                                   const Intent& intent,
                                   const args::AnswerSubmit& answer,
                                   Effects& effects);

/// Changes what a task says of itself: one system message, one row of history.
/// Errors  intent_malformed (patch: people have roles) · those of apply_task_update().
[[nodiscard]] Result<Effects> edit_task(World& world,
                                        const Occasion& occasion,
                                        const Intent& intent);

/// Gives a person the one role in the task that is named, or none.
/// Errors  intent_gone (no active user) · intent_malformed (role).
[[nodiscard]] Result<Effects> set_role(World& world,
                                       const Occasion& occasion,
                                       const Intent& intent);

/// Adds an answer of the task's channel to the task, whose state stays; nothing where it is there
/// already.
/// Errors  intent_gone: no such answer in the channel.
[[nodiscard]] Result<Effects> attach_answer(World& world,
                                            const Occasion& occasion,
                                            const Intent& intent);

}  // namespace holdfast::rules
