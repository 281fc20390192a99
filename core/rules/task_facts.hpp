#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/forms/access.hpp"
#include "core/model/facts.hpp"
#include "core/model/world.hpp"
#include "core/workflow/facts.hpp"

namespace holdfast {

/// What the workflow's rules look up, read from a world, for one person and one group.
/// Lifetime  one judgement: rows are kept as they were read first. Borrows the world.
class TaskFacts final : public workflow::Facts {
public:
    /// Errors  access_forbidden: the world holds no such group of tasks · storage_corrupt.
    [[nodiscard]] static Result<TaskFacts> of(const World& world, Occasion occasion, Id group);

    [[nodiscard]] BucketId tasks() const { return tasks_; }
    [[nodiscard]] const workflow::TaskGroup& task_group() const { return group_; }
    /// Codes of the group's workflows, each with its row.
    [[nodiscard]] const std::map<std::string, Id>& workflows() const { return workflows_; }
    [[nodiscard]] Result<std::optional<workflow::Task>> task(Id id) const;
    /// The form that a workflow names by this code; nothing where there is none.
    [[nodiscard]] std::optional<Id> form_of(std::string_view code) const;
    [[nodiscard]] std::vector<Id> forms() const;
    /// The other way; empty where no workflow names the form.
    [[nodiscard]] std::string code_of(Id form) const;
    /// What the filters of forms are tested against.
    /// @param task  whose state and statuses the channel mirrors; null before there is one.
    [[nodiscard]] Result<forms::Offer> offer_for(const workflow::Task* task) const;

    [[nodiscard]] Result<std::optional<workflow::Person>> person(Id user) const override;
    [[nodiscard]] Result<const workflow::TaskGroup*> group(Id group) const override;
    [[nodiscard]] Result<const workflow::Workflow*> workflow(std::string_view code) const override;
    [[nodiscard]] Result<workflow::FormAccess> form(
        std::string_view code, const workflow::FormPlace& place) const override;
    /// None: forms that no state names are offered by the channel, and are no action upon the task.
    [[nodiscard]] Result<std::vector<std::string>> channel_forms(Id channel) const override;
    [[nodiscard]] Result<std::vector<workflow::Subtask>> subtasks(Id task) const override;
    [[nodiscard]] Result<bool> has_answer(Id task, Id answer) const override;
    /// Nothing for an action that is laid over again: it was let in before what came after it.
    [[nodiscard]] Result<std::optional<workflow::Waiting>> waiting(Id task) const override;
    /// False: whether input is taken is decided before the rules are asked (core/offline).
    [[nodiscard]] bool offline() const override { return false; }

private:
    TaskFacts(const World& world, Occasion occasion, Id group)
        : world_(&world), occasion_(occasion), id_(group) {}

    const World* world_;
    Occasion occasion_;
    Id id_;
    BucketId bucket_{};  ///< the group's
    BucketId tasks_{};
    workflow::TaskGroup group_{};
    std::map<std::string, Id> forms_{};
    std::map<std::string, Id> workflows_{};
    mutable std::map<std::string, std::unique_ptr<const workflow::Workflow>, std::less<>> known_{};
};

/// The task with this id in the group, if the world holds it: its channel has the same id.
[[nodiscard]] Result<std::optional<workflow::Task>> find_task(const World& world, Id group, Id id);

/// The task of which the intent begins a subtask; none where it does not.
[[nodiscard]] Id parent_of(const Intent& intent);

/// What a person does to a task by an intent of this kind, as the workflow's rules see it; nothing
/// where the arguments cannot be read, or it is none.
[[nodiscard]] std::optional<workflow::ActionKind> action_kind_of(const Intent& intent);

}  // namespace holdfast
