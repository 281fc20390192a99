#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/workflow/facts.hpp"
#include "core/workflow/intent_ids.hpp"
#include "core/workflow/offers.hpp"

/// What an action does, as a list of steps in the order in which they take effect. All of them are
/// written in one transaction; nothing here writes.
namespace holdfast::workflow {

/// What the form engine says of an answer, and what it makes of it. Opaque here.
struct Submission {
    enum class Version : std::uint8_t {
        current = 1,
        accepted = 2,  ///< an older version, until its `accept_until`
        upcast = 3,    ///< an older version, brought into the current one
        outdated = 4,  ///< neither is possible any more
    };
    Id answer{};
    std::string form{};
    std::uint32_t form_version = 0;
    Version version = Version::current;
    std::string title{};               ///< of the form
    std::string task_name{};           ///< of the task that a start form makes; empty: the title
    std::string data{};                ///< the answer's body
    std::vector<std::string> parts{};  ///< bodies of the form's messages, in order
};

/// Where an answer is kept. Every answer is kept somewhere.
enum class Keep : std::uint8_t {
    nothing = 0,        ///< there is no answer
    in_channel = 1,     ///< the task's channel shows it
    as_orphan = 2,      ///< stored without a task
    in_quarantine = 3,  ///< stored for administrators only
    on_device = 4,      ///< in the outbox, until the person decides
};

enum class Trigger : std::uint8_t {
    start_form = 1,
    created = 2,
    state_form = 3,
    manual_change = 4,
    survey_trigger = 5,
    channel_form = 6,
    time_limit = 7,
    schedule = 8,
    command = 9,
};

namespace step {
struct MakeChannel {
    Id channel{};
    Id group{};
    std::string name{};
};
struct AddMember {
    Id channel{};
    Id user{};
    bool admin = false;
};
struct RemoveMember {
    Id channel{};
    Id user{};
};
/// Messages of the form, one a part; the first has id `first`, the others those behind it.
struct PostForm {
    Id channel{};
    Id first{};
    Id author{};
    Id answer{};
    std::vector<std::string> parts{};
};
struct StoreAnswer {
    Id answer{};
    Id channel{};  ///< none where it is not `in_channel`
    Id task{};     ///< what it was about; none of a start form
    Id user{};
    std::string form{};
    std::uint32_t form_version = 0;
    std::string data{};
    Keep keep = Keep::in_channel;
};
/// A run to be begun after the commit, once.
struct QueueRoutine {
    Id run{};
    std::string routine{};
    Trigger trigger{};
    Id task{};  ///< of a start form: the id that the task will have
    Id channel{};
    Id answer{};
    Id parent{};  ///< of a subtask
    Id user{};
    std::string workflow{};
    std::string target{};  ///< state that the person asked for
};
/// A time limit of the task has begun, whose end sets off routines unless it is kept.
struct SetTimer {
    Id task{};
    Id channel{};
    Id user{};  ///< in whose name
    std::string workflow{};
    std::string sla{};
    WallTime due{};
};
struct PutTask {
    Id id{};
    Task task{};
};
/// The channel's mirror of the task's state and statuses.
struct SetElements {
    Id channel{};
    std::vector<Element> elements{};
};
struct PostSystem {
    Id channel{};
    Id message{};
    std::string key{};
    std::map<std::string, std::string> params{};
    std::string text{};  ///< English, for readers that do not know the key
};
struct AddHistory {
    Id id{};
    History row{};
};
}  // namespace step

using Step = std::variant<step::MakeChannel,
                          step::AddMember,
                          step::RemoveMember,
                          step::PostForm,
                          step::StoreAnswer,
                          step::QueueRoutine,
                          step::SetTimer,
                          step::PutTask,
                          step::SetElements,
                          step::PostSystem,
                          step::AddHistory>;

struct Effects {
    std::vector<Step> steps{};
};

/// Who does it, when, and by which intent. `now` is the clock of the side that runs the rules.
struct Cause {
    Id intent{};         ///< of a routine's stage: the span that the server reserves for the stage
    Id user{};           ///< in whose name
    std::string name{};  ///< the user's, for system messages
    WallTime now{};
    WallTime done_at{};  ///< when the person did it, as far as the server can tell; 0: unknown
    bool offline = false;
    bool by_routine = false;
    std::int64_t serial = 0;  ///< the group's next, for a task that is made; 0 on a device
};

// ------------------------------------------------------------------- what people do
// Each says what an allowed action does: may_act() has been asked, and is not asked again.
// Order: channel, form's messages, answer, routines, task.
// Errors  intent_malformed (ids) · task_too_many · those of the facts.

/// Makes the channel with the answer in it, and queues the routines. The task is made at once where
/// the start form says so (`task`), else by the routines; without either there is a channel and an
/// answer, and no task. `subject.task` is the parent, if any. `patch` is what else is known of the
/// task that is made at once.
[[nodiscard]] Result<Effects> apply_start_form(const Subject& subject,
                                               const Workflow& begun,
                                               const Submission& submission,
                                               const Cause& cause,
                                               const TaskPatch& patch = {});

/// Answers the state start form: without routines the task moves, with them the move is theirs.
[[nodiscard]] Result<Effects> apply_state_start_form(const Subject& subject,
                                                     const std::string& target,
                                                     const Submission& submission,
                                                     const Cause& cause);

/// The same without a form.
[[nodiscard]] Result<Effects> apply_manual_change(const Subject& subject,
                                                  const std::string& target,
                                                  const Cause& cause);

/// Stores the answer and queues the routines; the task itself stays as it is.
[[nodiscard]] Result<Effects> apply_survey_trigger(const Subject& subject,
                                                   const Submission& submission,
                                                   const Cause& cause);

[[nodiscard]] Result<Effects> apply_task_update(const Subject& subject,
                                                const TaskPatch& patch,
                                                const Cause& cause);

/// A form of the channel: messages and answer; bots that listen are core/rules/bots.hpp's to find.
[[nodiscard]] Result<Effects> apply_channel_form(const Subject& subject,
                                                 const Submission& submission,
                                                 const Cause& cause);

/// Attaches an answer that is kept already.
[[nodiscard]] Result<Effects> apply_late_evidence(const Subject& subject,
                                                  Id answer,
                                                  const Cause& cause);

/// Any of these, by the action's kind. `submission` is not looked at where the kind has no form.
[[nodiscard]] Result<Effects> apply(const Subject& subject,
                                    const Action& action,
                                    const Submission& submission,
                                    const Cause& cause,
                                    const Facts& facts);

// ------------------------------------------------------------------- what routines do

/// What the stage create_task asks for, with its inputs evaluated.
struct NewTask {
    Id id{};  ///< reserved by the intent that began it
    Id group{};
    Id channel{};
    std::int64_t serial = 0;  ///< the group's next; 0 on a device
    std::string name{};
    std::vector<Id> answers{};
    TaskPatch patch{};  ///< the rest; an assignee left out is the submitter
    std::string asset{};
    std::string owner{};
    Id parent_id{};
    const Task* parent = nullptr;  ///< null where `parent_id` is none
};

/// Makes a task in the workflow's initial state, binds it to its channel, and queues the routines
/// that follow a creation.
/// Errors  intent_empty · intent_too_long (name) · task_too_many (subtasks).
[[nodiscard]] Result<Effects> apply_create_task(const NewTask& wanted,
                                                const Workflow& workflow,
                                                const Cause& cause);

/// Moves a task along a transition of whatever kind, or anywhere in a free flow. Sets off no
/// routine: a routine's own change never calls the routine again.
/// Errors  task_no_transition · task_subtasks_open · task_cancelled · those of the facts.
[[nodiscard]] Result<Effects> apply_change_state(const Subject& subject,
                                                 const std::string& target,
                                                 const Cause& cause,
                                                 const Facts& facts);

/// Timers for the limits with routines that run in the task and have not run before in this way.
[[nodiscard]] std::vector<step::SetTimer> timers_of(Id id,
                                                    const Task& task,
                                                    const Workflow& workflow,
                                                    const std::vector<ActiveSla>& before);

}  // namespace holdfast::workflow
