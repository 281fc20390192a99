#pragma once

#include "core/workflow/effects.hpp"

/// Parts that effects are made of. Inside core/workflow only.
namespace holdfast::workflow {

/// Writes the steps of one action, with ids from its intent's span.
class Writing {
public:
    /// Errors  intent_malformed.
    [[nodiscard]] static Result<Writing> begin(const Cause& cause, std::size_t form_parts);

    void make_channel(Id group, const std::string& name);
    void add_member(Id channel, Id user, bool admin);
    void remove_member(Id channel, Id user);
    /// The form's messages in the channel, and the answer.
    void keep_in_channel(Id channel, Id task, const Submission& submission);
    void store(const Submission& submission, Id task, Keep keep);
    void queue(const std::vector<std::string>& routines, step::QueueRoutine run);
    void set_timer(step::SetTimer timer);
    void put(Id id, const Task& task);
    void mirror(const Task& task, const Workflow& workflow);
    void say(Id channel,
             std::string key,
             std::map<std::string, std::string> params,
             std::string text);
    void remember(History row);

    [[nodiscard]] Id row() const { return ids_.row(); }
    [[nodiscard]] const Cause& cause() const { return *cause_; }
    [[nodiscard]] Effects take() { return std::move(effects_); }

private:
    Writing(const Cause& cause, IntentIds ids) : cause_(&cause), ids_(ids) {}

    const Cause* cause_;
    IntentIds ids_;
    Effects effects_;
};

/// Writes a new task in its workflow's initial state, bound to its channel, and queues the routines
/// that follow a creation.
/// Errors  as apply_create_task().
[[nodiscard]] Result<> create_task(Writing& writing,
                                   const NewTask& wanted,
                                   const Workflow& workflow);

/// Moves `task` into `target` and writes what follows: the task, the channel's mirror, the system
/// message, the history. Time limits begin and end. Both states must be there.
void move_task(Writing& writing, const Subject& subject, Task task, const State& target, Id answer);

/// Begins and ends the time limits of a task that has come into `state`.
void enter_state(Task& task, const Workflow& workflow, const State& state, WallTime now);

/// Those of timers_of().
void set_timers(Writing& writing,
                Id id,
                const Task& task,
                const Workflow& workflow,
                const std::vector<ActiveSla>& before);

/// Sets the members that the patch names.
/// Errors  intent_empty (name) · intent_too_long · task_too_many.
[[nodiscard]] Result<> patch_task(Task& task, const TaskPatch& patch);

/// Adds an answer, once.  Errors  task_too_many.
[[nodiscard]] Result<> attach(Task& task, Id answer);

}  // namespace holdfast::workflow
