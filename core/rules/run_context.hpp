#pragma once

#include <span>
#include <string>

#include "core/model/world.hpp"
#include "core/workflow/effects.hpp"

/// For core/rules only.
namespace holdfast::rules {

/// The buckets of what set a run off.
struct RunPlace {
    Id group{};
    BucketId tasks{};
    BucketId channel{};
    BucketId timeline{};
};

/// What the expressions of a run see: things as the trigger left them, whenever a stage looks.
///
/// JSON with the members `answer` (where there is one; its answers by component under `fields`),
/// `task` (likewise), `parent` (of a subtask), `user` (who set it off), `channel` and `meta` (what
/// set it off, the group, the workflow, the state that was asked for, the time).
/// docs/internals/workflow.md shows one.
/// Lifetime  one judgement. Borrows all.
class RunContext {
public:
    /// @param written  rows of the same transaction, which count before those of the world.
    RunContext(const World& world, std::span<const RowChange> written, const Occasion& occasion)
        : world_(world), written_(written), occasion_(occasion) {}

    /// Errors  those of World · storage_corrupt.
    [[nodiscard]] Result<std::string> of(const workflow::step::QueueRoutine& run,
                                         const RunPlace& place) const;

private:
    /// Empty where there is no such row.
    [[nodiscard]] Result<std::string> body_of(RowKey key) const;

    const World& world_;
    std::span<const RowChange> written_;
    const Occasion& occasion_;
};

}  // namespace holdfast::rules
