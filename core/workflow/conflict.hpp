#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/intent.hpp"
#include "core/workflow/effects.hpp"

/// What becomes of an action that meets a task which has moved on (OM33, OM34): the table of
/// docs/internals/workflow.md as data, and the one function that picks its row. Clocks order
/// nothing: what the person saw (`base_version`) is compared with what the task is.
namespace holdfast::workflow {

enum class Situation : std::uint8_t {
    up_to_date = 1,
    already_done = 2,
    moved_commutes = 3,
    moved = 4,
    reassigned_afterwards = 5,
    reassigned_before = 6,
    cancelled = 7,
    form_accepted = 8,
    form_upcast = 9,
    form_outdated = 10,
    forbidden = 11,
    overtaken_offline = 12,
    second_action = 13,
    not_possible = 14,
};

/// What is done with the action.
enum class Course : std::uint8_t {
    apply = 1,  ///< as if nothing had happened
    /// The answer is added to the task, whose state stays; without an answer nothing is done.
    attach = 2,
    keep = 3,  ///< the answer is kept where the row says; the task stays as it is
};

/// What the person may do with a refused action. Nothing that was typed is thrown away by itself.
enum class Choice : std::uint8_t {
    edit_and_resend = 1,
    attach_as_evidence = 2,
    copy = 3,
    discard = 4,
};

struct ConflictRow {
    Situation situation{};
    std::string_view name{};
    OutcomeStatus status{};
    ErrorCode code = ErrorCode::none;  ///< none: of a refusal, that of may_act()
    Course course{};
    Keep keep{};  ///< of the answer, if there is one
    std::array<Choice, 4> choices{};
    std::size_t choice_count = 0;
};

namespace conflict {
using enum Choice;
inline constexpr std::array<Choice, 4> all{edit_and_resend, attach_as_evidence, copy, discard};
inline constexpr std::array<Choice, 4> again{edit_and_resend, copy, discard};
inline constexpr std::array<Choice, 4> end{copy, discard};
inline constexpr std::array<Choice, 4> none{};

/// Situation, outcome, what is done, where the answer is kept, choices. The order of looking is
/// that of judge(), not of these rows.
// clang-format off
inline constexpr std::array<ConflictRow, 14> rows{{
    {Situation::up_to_date, "up_to_date",
     OutcomeStatus::applied, ErrorCode::none, Course::apply, Keep::in_channel, none, 0},
    {Situation::already_done, "already_done",
     OutcomeStatus::applied, ErrorCode::none, Course::attach, Keep::in_channel, none, 0},
    {Situation::moved_commutes, "moved_commutes",
     OutcomeStatus::adjusted, ErrorCode::task_added_late, Course::apply, Keep::in_channel, none, 0},
    {Situation::moved, "moved",
     OutcomeStatus::rejected, ErrorCode::task_stale_state, Course::keep, Keep::in_channel, all, 4},
    {Situation::overtaken_offline, "overtaken_offline",
     OutcomeStatus::rejected, ErrorCode::task_stale_state, Course::keep, Keep::in_channel, all, 4},
    {Situation::reassigned_afterwards, "reassigned_afterwards",
     OutcomeStatus::applied, ErrorCode::none, Course::apply, Keep::in_channel, none, 0},
    {Situation::reassigned_before, "reassigned_before",
     OutcomeStatus::adjusted, ErrorCode::task_reassigned, Course::attach, Keep::in_channel, end, 2},
    {Situation::cancelled, "cancelled",
     OutcomeStatus::rejected, ErrorCode::task_cancelled, Course::keep, Keep::as_orphan, end, 2},
    {Situation::form_accepted, "form_accepted",
     OutcomeStatus::applied, ErrorCode::none, Course::apply, Keep::in_channel, none, 0},
    {Situation::form_upcast, "form_upcast",
     OutcomeStatus::applied, ErrorCode::none, Course::apply, Keep::in_channel, none, 0},
    {Situation::form_outdated, "form_outdated",
     OutcomeStatus::rejected, ErrorCode::task_form_outdated, Course::keep, Keep::in_quarantine,
     again, 3},
    {Situation::forbidden, "forbidden",
     OutcomeStatus::rejected, ErrorCode::none, Course::keep, Keep::in_quarantine, end, 2},
    {Situation::second_action, "second_action",
     OutcomeStatus::rejected, ErrorCode::task_action_waiting, Course::keep, Keep::in_channel,
     all, 4},
    {Situation::not_possible, "not_possible",
     OutcomeStatus::rejected, ErrorCode::none, Course::keep, Keep::in_channel, all, 4},
}};
// clang-format on
}  // namespace conflict

[[nodiscard]] const ConflictRow& row_of(Situation situation);
[[nodiscard]] std::string_view to_string(Choice choice);
[[nodiscard]] std::string_view to_string(Keep keep);

/// An action as the server meets it.
struct Arrival {
    const Action* action = nullptr;
    const Submission* submission = nullptr;  ///< null where the action has no form
    Cause cause{};
};

struct Verdict {
    Situation situation{};
    OutcomeStatus status{};
    ErrorCode code = ErrorCode::none;
    Course course{};
    Keep keep = Keep::nothing;
    std::vector<Choice> choices{};
    /// JSON: situation, what was asked, who moved the task, when, from where to where, the state
    /// now, what is possible now, the choices. The device makes the sentence and buttons of it.
    std::string params{};
};

/// Picks the row: the first that holds, of cancelled · form_outdated · already_done · forbidden
/// (the person may not act, and no reassignment explains it) · second_action · overtaken_offline ·
/// moved · reassigned_* · not_possible · moved_commutes · form_* · up_to_date. Who may not see the
/// task any more gets forbidden, whatever else holds.
///
/// @param subject  the task as it is now; `task` null where it is gone. Not for a start form
/// without
///                 a parent: nothing can have moved, so may_act() judges it alone.
/// @param history  of the task, oldest first; rows up to the action's base may be left out.
/// Errors  those of the facts. A refusal is a verdict, not an error.
[[nodiscard]] Result<Verdict> judge(const Arrival& arrival,
                                    const Subject& subject,
                                    std::span<const History> history,
                                    const ConflictPolicy& policy,
                                    const Facts& facts);

struct Decision {
    Verdict verdict{};
    Effects effects{};
};

/// judge(), and what follows from the verdict: the action's effects, or those that keep its answer
/// and tell the channel.
[[nodiscard]] Result<Decision> decide(const Arrival& arrival,
                                      const Subject& subject,
                                      std::span<const History> history,
                                      const ConflictPolicy& policy,
                                      const Facts& facts);

}  // namespace holdfast::workflow
