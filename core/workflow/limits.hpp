#pragma once

#include <cstddef>
#include <cstdint>

/// Limits of definitions, tasks and runs. What happens at each: the code named.
namespace holdfast::workflow::limits {

// Definitions: workflow_too_many, by the checks; the text itself workflow_malformed.
inline constexpr std::size_t definition_bytes_max = 256 * 1024;
inline constexpr std::size_t depth_max = 32;  ///< of nested JSON, in every text of this folder
inline constexpr std::size_t states_max = 100;
inline constexpr std::size_t transitions_max = 50;  ///< of one state
inline constexpr std::size_t survey_triggers_max = 50;
inline constexpr std::size_t status_columns_max = 5;
inline constexpr std::size_t extensions_max = 50;
inline constexpr std::size_t slas_max = 20;
inline constexpr std::size_t code_bytes_max = 60;
inline constexpr std::size_t routines_max = 8;  ///< of one list: workflow_malformed

// Tasks: task_too_many; the name intent_too_long.
inline constexpr std::size_t task_name_bytes_max = 200;
inline constexpr std::size_t task_info_bytes_max = 16 * 1024;
inline constexpr std::size_t answers_per_task_max = 1000;
inline constexpr std::size_t people_per_task_max = 500;
inline constexpr std::size_t subtasks_max = 1000;

// Ids that one intent may give (docs/internals/workflow.md): intent_malformed.
inline constexpr std::size_t form_parts_max = 300;
inline constexpr std::uint32_t spare_ids = 16;  ///< behind those of the form's parts

// Routines: workflow_too_many, by the checks.
inline constexpr std::size_t stages_max = 200;
inline constexpr std::size_t inputs_max = 30;   ///< of one stage
inline constexpr std::size_t outcomes_max = 8;  ///< of one stage: workflow_malformed
inline constexpr std::uint32_t iterations_default = 200;
inline constexpr std::uint32_t iterations_max = 10'000;  ///< a larger max_iterations counts as this
inline constexpr std::size_t items_max = 1000;           ///< of for_each: routine_not_a_list
inline constexpr std::size_t result_bytes_max = 64 * 1024;  ///< of one stage: routine_invalid_input

// Views of a task list: what is beyond is refused with workflow_too_many.
inline constexpr std::size_t criteria_max = 3;

// Saved views.
inline constexpr std::size_t view_name_bytes_max = 100;  // intent_too_long
inline constexpr std::size_t view_bytes_max = 4 * 1024;  // intent_too_long
inline constexpr std::size_t views_max =
    100;  ///< of one person, shared in one group: view_too_many

}  // namespace holdfast::workflow::limits
