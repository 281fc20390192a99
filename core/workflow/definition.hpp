#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

/// Task groups and workflows as values: what an organization's authors write. The same JSON stands
/// in rows, in the examples, and (as YAML) in organization files; docs/internals/workflow.md shows
/// it. Forms, routines, elements and other workflows are named by their codes, which never change.
namespace holdfast::workflow {

/// Permissions, any of which is enough; empty: no restriction.
using Permits = std::vector<std::string>;

enum class StateKind : std::uint8_t { fresh = 1, in_progress = 2, closed = 3 };  ///< fresh: "new"
/// Who moves a task along a transition.
enum class Change : std::uint8_t {
    none = 1,    ///< no button: only routines, survey triggers and the interface for programs
    form = 2,    ///< whoever answers the state start form
    manual = 3,  ///< whoever presses the button with the target's name
};
enum class Flow : std::uint8_t { state_machine = 1, free = 2 };
enum class Layout : std::uint8_t { list = 1, board = 2, table = 3, calendar = 4 };

/// An element of a collection.
struct Element {
    std::string collection{};
    std::string code{};
    auto operator<=>(const Element&) const = default;
};

/// What an organization decides of actions that come too late (conflict.hpp).
struct ConflictPolicy {
    /// An action that was done before the task was given to somebody else counts; false: it is
    /// late evidence.
    bool accept_before_reassignment = true;
    /// The answer of somebody who has lost the permission is stored for administrators; false: it
    /// stays in the outbox of the device.
    bool quarantine_forbidden = true;
    bool operator==(const ConflictPolicy&) const = default;
};

struct TaskGroup {
    /// A state or status that lets people who take no part edit or follow.
    struct ElementAccess {
        Element element{};
        Permits editor{};
        Permits follower{};
        bool operator==(const ElementAccess&) const = default;
    };
    std::string code{};
    std::string name{};
    Flow flow = Flow::state_machine;
    std::string initial_workflow{};  ///< offered first; empty: none
    Permits read{};                  ///< details, for people who take part in a task
    Permits write{};                 ///< the same, to change them
    Permits editor{};                ///< people who take no part: as if they were editors
    Permits follower{};              ///< the same, as if they were followers
    std::vector<ElementAccess> element_access{};
    Layout view = Layout::list;
    std::vector<Layout> views{};          ///< offered; empty: all
    bool opens_in_tasks = true;           ///< false: in the group view
    std::int64_t hide_closed_after = 30;  ///< days; 0: never
    ConflictPolicy conflicts{};
    Id bot{};  ///< in whose name routines act; none: the submitter's
    bool operator==(const TaskGroup&) const = default;
};

/// How a state is left.
struct Transition {
    std::string target{};
    Change change = Change::manual;
    std::string form{};  ///< the state start form, where `change` is form
    Permits permissions{};
    std::vector<std::string> routines{};  ///< if any, the change belongs to them
    bool operator==(const Transition&) const = default;
};

/// A form that is offered in a state, whose routines decide what happens.
struct SurveyTrigger {
    std::string form{};
    Permits permissions{};
    std::vector<std::string> routines{};
    bool operator==(const SurveyTrigger&) const = default;
};

/// What subtasks a task may have while it is in the state.
struct SubtaskRule {
    std::string workflow{};
    bool operator==(const SubtaskRule&) const = default;
};

struct State {
    std::string code{};  ///< of its element in the workflow's collection
    std::string name{};
    StateKind kind = StateKind::in_progress;
    std::string color{};
    std::vector<Transition> next{};
    std::vector<SurveyTrigger> survey_triggers{};
    std::optional<SubtaskRule> subtask{};
    bool operator==(const State&) const = default;
};

/// What a task is called that its start form makes without a routine.
struct FirstTask {
    std::string name{};  ///< component whose text it is; empty, or no text: the form's title
    bool operator==(const FirstTask&) const = default;
};

/// The form that begins a new task: it makes the task itself, with the answer, where `task` is
/// there. Otherwise its routines do; without any there is none.
struct StartForm {
    std::string form{};
    Permits permissions{};
    std::optional<FirstTask> task{};
    std::vector<std::string> routines{};
    bool operator==(const StartForm&) const = default;
};

struct StatusColumn {
    std::string collection{};
    std::string name{};
    bool active = true;
    bool operator==(const StatusColumn&) const = default;
};

/// States by code or by kind.
struct StateSet {
    std::vector<std::string> states{};
    std::vector<StateKind> kinds{};
    bool operator==(const StateSet&) const = default;
};

enum class SlaBase : std::uint8_t { entry = 1, start_date = 2, end_date = 3, resolution_date = 4 };

/// A time limit: begins when a task enters `start`, ends when it enters `end`.
struct Sla {
    std::string code{};
    std::string name{};
    StateSet start{};
    StateSet end{};
    SlaBase base = SlaBase::entry;
    std::int64_t minutes = 0;  ///< after the base
    bool reset = false;        ///< begins anew whenever `start` is entered
    bool repeat = false;       ///< due again and again until it ends
    std::vector<std::string> routines{};
    bool operator==(const Sla&) const = default;
};

struct Workflow {
    std::string code{};
    std::string name{};
    std::string group{};       ///< code of its task group
    std::string collection{};  ///< holds the states
    std::string initial{};     ///< state of a new task
    std::string assets{};      ///< collection of the tasks' own elements; empty: they have none
    std::vector<StatusColumn> statuses{};   ///< status1 to status5
    std::vector<std::string> extensions{};  ///< collections of extra fields
    std::optional<StartForm> start_form{};
    std::vector<std::string> on_create{};  ///< routines after a task was made
    std::vector<State> states{};           ///< in the order of lists and boards
    std::vector<Sla> slas{};
    bool active = true;
    bool operator==(const Workflow&) const = default;
};

/// The state of this code; null where there is none.
[[nodiscard]] const State* find_state(const Workflow& workflow, std::string_view code);
/// The transition between two states; null where there is none.
[[nodiscard]] const Transition* find_transition(const State& from, std::string_view target);
[[nodiscard]] bool includes(const StateSet& set, const State& state);
[[nodiscard]] bool is_code(std::string_view text);

// Unknown members are ignored, missing ones take their defaults, a wrong type or name is
// `workflow_malformed` with the place in the parameters ({"at":"/states/0/next/1/change"}).
// encode() writes the same bytes natively and in the browser, and leaves defaults out.
[[nodiscard]] Result<TaskGroup> parse_task_group(std::string_view text);
[[nodiscard]] Result<Workflow> parse_workflow(std::string_view text);
[[nodiscard]] std::string encode(const TaskGroup& value);
[[nodiscard]] std::string encode(const Workflow& value);

[[nodiscard]] std::string_view to_string(StateKind value);
[[nodiscard]] std::string_view to_string(Change value);
[[nodiscard]] std::string_view to_string(Flow value);
[[nodiscard]] std::string_view to_string(Layout value);
[[nodiscard]] std::string_view to_string(SlaBase value);

}  // namespace holdfast::workflow
