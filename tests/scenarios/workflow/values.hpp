#pragma once

#include "core/workflow/reading.hpp"
#include "tests/scenarios/workflow/executor.hpp"

/// Values of the scenarios as JSON and back. For .cpp files only.
namespace holdfast::workflow::scenario {

[[nodiscard]] json::Value value_of(const Effects& effects);
[[nodiscard]] json::Value value_of(const Offer& offer);
[[nodiscard]] json::Value value_of(const Error& error);
[[nodiscard]] json::Value value_of(const Verdict& verdict);
[[nodiscard]] json::Value value_of(const Projected& projected);
[[nodiscard]] json::Value value_of(const RunLog& log);
[[nodiscard]] json::Value value_of(const Problem& problem);

[[nodiscard]] Id id_in(const json::Value& object, const char* name);
[[nodiscard]] Submission submission_of(const json::Value& value, Id intent);
[[nodiscard]] Person person_of(const json::Value& value);
/// Of a scenario's `policy`.
[[nodiscard]] ConflictPolicy policy_of(const json::Value& value);

/// Where `actual` is not what `wanted` asks for, or empty: members that `wanted` does not name may
/// be anything, arrays have the same length, null stands for absence.
[[nodiscard]] std::string difference(const json::Value& wanted, const json::Value& actual);

}  // namespace holdfast::workflow::scenario
