#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/file_claim.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

namespace holdfast::client {

/// What a form that is being filled in does besides being an answer: it begins a task or subtask of
/// a workflow, moves a task, or sets off routines upon one. Kept with the draft.
struct TaskForm {
    Id group{};
    std::string workflow{};  ///< code, of a start form
    Id task{};               ///< of a form upon a task; of a start form: the parent, if any
    std::string target{};    ///< code of the state; empty: its routines decide
    bool operator==(const TaskForm&) const = default;

    [[nodiscard]] bool begins() const { return !workflow.empty(); }
    [[nodiscard]] IntentKind kind() const {
        return begins() ? IntentKind::task_create : IntentKind::task_change_state;
    }
};

/// As it stands in a draft; empty for none.
[[nodiscard]] std::string encode(const std::optional<TaskForm>& value);
/// Nothing where the text is empty, or not one of this app's.
[[nodiscard]] std::optional<TaskForm> parse_task_form(std::string_view text);

/// Whether the person may do it now.
/// @param form_id  the form.
/// Errors  those of may_act() · access_forbidden: nothing of the group is here.
[[nodiscard]] Result<> may_send(const World& world,
                                const Occasion& who,
                                const TaskForm& form,
                                Id form_id);

/// Whether what follows is a routine's: it runs on the server, once the form has arrived (OM28).
/// Errors  access_forbidden: nothing of the group is here.
[[nodiscard]] Result<bool> runs_routine(const World& world,
                                        const Occasion& who,
                                        const TaskForm& form);

/// The form's answers, as the intent takes them.
struct FilledForm {
    Id version{};
    std::string answers{};
    std::int64_t offset_minutes = 0;
    std::vector<FileClaim> files{};
};
/// The arguments of the intent. What the person saw of the task is what the device knows now.
/// Errors  task_cancelled: the task is not here.
[[nodiscard]] Result<std::string> args_of(const World& world,
                                          const TaskForm& form,
                                          FilledForm filled);
/// The same of a form that is sent to a channel as it is: a task's, or another.
[[nodiscard]] Result<std::string> args_of(const World& world, Id channel, FilledForm filled);
/// The same of an answer that is attached to the task, late.
[[nodiscard]] Result<std::string> args_of_evidence(const World& world, Id task, Id answer);

}  // namespace holdfast::client
