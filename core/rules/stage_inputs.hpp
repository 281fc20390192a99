#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/workflow/action.hpp"
#include "core/workflow/journal.hpp"

/// The values of a stage's inputs, as what the stage needs. For core/rules only.
namespace holdfast::rules {

/// Absent inputs and null are nothing; what has another shape is remembered, and the error of
/// done().
class StageInputs {
public:
    explicit StageInputs(const workflow::Inputs& inputs) : inputs_(inputs) {}

    [[nodiscard]] std::optional<std::string> text(const char* name);
    /// A decimal string, as ids are everywhere.
    [[nodiscard]] std::optional<Id> id(const char* name);
    /// A list of them, or one alone; repetitions are left out.
    [[nodiscard]] std::optional<std::vector<Id>> ids(const char* name);
    [[nodiscard]] std::optional<std::int64_t> number(const char* name);
    /// Milliseconds, or as a form answers: a date and time with its offset, or a day, which is its
    /// noon in UTC: the same day nearly everywhere.
    [[nodiscard]] std::optional<WallTime> time(const char* name);
    [[nodiscard]] bool flag(const char* name);
    /// An object of texts, numbers and truths, each as text; null takes a field away.
    [[nodiscard]] std::map<std::string, std::string> texts(const char* name);

    /// The members of a task that stages set, by the names of the inputs.
    [[nodiscard]] workflow::TaskPatch patch();

    /// Errors  routine_invalid_input {"input"}.
    [[nodiscard]] Result<> done() const;

private:
    /// Null where the input is absent or null.
    [[nodiscard]] const std::string* given(const char* name) const;

    const workflow::Inputs& inputs_;
    std::string wrong_{};
};

}  // namespace holdfast::rules
