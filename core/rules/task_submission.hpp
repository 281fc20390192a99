#pragma once

#include <cstdint>
#include <string>

#include "core/rules/answers.hpp"
#include "core/rules/task_facts.hpp"
#include "core/workflow/effects.hpp"

/// What an answer is to the workflow's rules. For core/rules only.
namespace holdfast::rules {

/// A form's answer and its one message, sent by the intent of this id.
[[nodiscard]] workflow::Submission submission_of(const JudgedForm& judged,
                                                 const TaskFacts& facts,
                                                 Id intent);

/// The text of the component that names the task which the start form makes; empty where there is
/// none to use.
[[nodiscard]] std::string name_in(const std::string& answers, const workflow::StartForm& form);

/// The group's next serial number; 0 on a device.
/// @param tasks  the bucket.
[[nodiscard]] Result<std::int64_t> next_serial(const World& world, BucketId tasks);

}  // namespace holdfast::rules
