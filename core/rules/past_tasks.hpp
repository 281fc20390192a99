#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/model/world.hpp"
#include "core/workflow/action.hpp"

/// Tasks that were worked on before they came here: brought in from a table, or told by the
/// demonstration. The same effects as of people's actions, at the time of the occasion and in the
/// name of its user. Nobody has to be allowed to do what was done; nothing is set off by it, no
/// routine and no timer; and no read mark moves. Time limits begin and end with its states.
namespace holdfast {

/// Answers to a form as a device sends them, to the version that is filled in now.
struct PastAnswer {
    std::string answers = "{}";
    std::int64_t offset_minutes = 0;  ///< from UTC, where it was answered
};

struct PastTask {
    Id span{};  ///< of workflow::ids_reserved(1); the first is the task's, and its channel's
    Id group{};
    std::string workflow{};            ///< its code
    std::optional<PastAnswer> form{};  ///< the start form; nothing: it began without one
    workflow::TaskPatch patch{};       ///< the name too, where the form does not give it
};

struct PastMove {
    Id span{};  ///< as of PastTask
    Id group{};
    Id task{};
    std::string target{};
    std::optional<PastAnswer> form{};  ///< the transition's
};

/// Judges the answers and makes channel, answer, task and history. Only a final world is asked.
/// Errors  workflow_unknown_workflow · workflow_unknown_form: the workflow has no start form, or
///         its form is out of use · answer_* (params: component) · intent_gone: the user, or the
///         assignee, is not active · intent_empty, intent_too_long (name) · those of the world.
[[nodiscard]] Result<Effects> begin_past_task(World& world,
                                              const Occasion& occasion,
                                              const PastTask& past);

/// Moves it along a transition of whatever kind.
/// Errors  intent_gone: no such task · task_no_transition · task_subtasks_open ·
///         workflow_unknown_form: the transition has no form, or its form is out of use ·
///         answer_* (params: component) · those of the world.
[[nodiscard]] Result<Effects> move_past_task(World& world,
                                             const Occasion& occasion,
                                             const PastMove& past);

/// The timers of the time limits that run in the task as it has come to be: due when they would
/// have been here, so that one that has passed rings at once. None of a task that is closed: years
/// of them would ring, for work that is done. Call  once, behind the last move.
/// @param occasion  in whose name the routines will run.
/// Errors  intent_gone: no such task · those of the world.
[[nodiscard]] Result<Effects> time_past_task(const World& world,
                                             const Occasion& occasion,
                                             Id group,
                                             Id task);

/// Whether these are right answers to the form that the group's workflows name by this code.
/// Errors  workflow_unknown_form · answer_* (params: component) · those of the world.
[[nodiscard]] Result<> check_past_answer(const World& world,
                                         const Occasion& occasion,
                                         Id group,
                                         const std::string& form,
                                         const PastAnswer& past);

}  // namespace holdfast
