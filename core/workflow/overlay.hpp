#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/effects.hpp"

/// How tasks look on a device with what waits: the rules that the server will run, over the
/// replica. Nothing of it is stored (OM25, OM26, OM28). What a person may do is asked about the
/// task as it is shown: may_act() then names the action that waits.
namespace holdfast::workflow {

/// An action in the outbox.
struct WaitingAction {
    Id intent{};
    Action action{};
    Submission submission{};  ///< looked at where the action has a form
    WallTime at{};            ///< device's clock
};

/// A task as the person sees it.
struct Projected {
    Task task{};
    std::optional<Waiting> waiting{};  ///< nothing: as the replica has it
    bool is_new = false;               ///< begun on this device and not confirmed: no serial yet
    /// The change belongs to a routine: it is what the person asked for, and not certain.
    bool by_routine = false;
    /// The refusal of an action that waits although it could not be done: it was accepted over
    /// another state of the replica, and the server will say more.
    std::optional<Error> doubtful{};
};

/// The task with the action that waits upon it.
///
/// @param subject  the task in the replica; `task` null for one that a start form began, and then
///                 `id` is the start form's intent.
/// @param waiting  actions upon it in the order in which they were done. The core takes one that
///                 counts; should the outbox of an older version hold more, the first is shown.
/// Errors  those of the facts and of apply().
[[nodiscard]] Result<Projected> project_waiting(const Subject& subject,
                                                std::span<const WaitingAction> waiting,
                                                const Facts& facts);

/// Adds to an action's effects what its routines are expected to do, for a device to show: the task
/// of a start form, the state that was asked for. The server leaves it to the routines.
void expect_routines(Effects& effects, const Subject& subject, const WaitingAction& waiting);

/// The first action that counts, as Facts::waiting() gives it; nothing where none does.
[[nodiscard]] std::optional<Waiting> waiting_of(Id task, std::span<const WaitingAction> waiting);

/// Whether `action` is upon the task: its creation, which gives it its id, or what names it.
[[nodiscard]] bool is_upon(const WaitingAction& action, Id task);

}  // namespace holdfast::workflow
