#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/result.hpp"
#include "core/model/world.hpp"
#include "core/workflow/action.hpp"
#include "core/workflow/task.hpp"

/// What the workflow's rules may look up: the server's tables inside a transaction, or a device's
/// replica with what waits.
namespace holdfast::workflow {

struct Person {
    Id id{};
    std::string name{};
    Permissions permissions{};
    bool active = true;
    bool read_only = false;
    bool reads_group = true;  ///< holds a grant for the task group
};

/// The form engine's word on a form in a place, for a person.
struct FormAccess {
    bool offered = false;       ///< it is there, and its filters let this person have it here
    bool works_offline = true;  ///< false: it needs an answer from an interface (OM24)
    bool has_routine = false;   ///< a bot listens to it: submitting it commands a routine
    std::string title{};
};

/// Where a form would be filled in. Ids of zero: not there yet, as for a start form.
struct FormPlace {
    Id user{};
    Id group{};
    Id channel{};
    std::string state{};
};

struct Subtask {
    Id task{};
    std::string workflow{};
    bool open = true;
};

/// An action that the server has not confirmed. Only a device has any.
struct Waiting {
    Id intent{};
    ActionKind kind{};
    std::string target{};  ///< state, or empty
    std::string form{};
    WallTime at{};  ///< device's clock
};

/// Absence is normal; an error is a failed read. Pointers stay good as long as the facts do.
class Facts {
public:
    virtual ~Facts() = default;
    [[nodiscard]] virtual Result<std::optional<Person>> person(Id user) const = 0;
    [[nodiscard]] virtual Result<const TaskGroup*> group(Id group) const = 0;
    [[nodiscard]] virtual Result<const Workflow*> workflow(std::string_view code) const = 0;
    [[nodiscard]] virtual Result<FormAccess> form(std::string_view code,
                                                  const FormPlace& place) const = 0;
    /// Forms of a task's channel that neither a transition nor a state offers.
    [[nodiscard]] virtual Result<std::vector<std::string>> channel_forms(Id channel) const = 0;
    [[nodiscard]] virtual Result<std::vector<Subtask>> subtasks(Id task) const = 0;
    /// Whether a stored answer is about the task, be it that it had an effect or not.
    [[nodiscard]] virtual Result<bool> has_answer(Id task, Id answer) const = 0;
    [[nodiscard]] virtual Result<std::optional<Waiting>> waiting(Id task) const = 0;
    /// Whether this is a device in Offline Mode.
    [[nodiscard]] virtual bool offline() const = 0;
};

}  // namespace holdfast::workflow
