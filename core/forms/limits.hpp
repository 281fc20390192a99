#pragma once

#include <cstddef>
#include <cstdint>

/// Limits of forms and of what is filled in. What happens at each is the problem of a definition
/// (docs/internals/forms.md) or the code of an answer that is named behind it.
namespace holdfast::forms::limits {

// Definitions.
inline constexpr std::size_t definition_bytes_max = 256 * 1024;  // too_large
inline constexpr std::size_t json_depth_max = 32;                // not_json · answer_malformed
inline constexpr std::size_t components_max = 1000;              // too_many; of all forms inside
inline constexpr std::size_t forms_max = 50;                     // too_many; forms inside a form
inline constexpr std::size_t form_depth_max = 5;                 // nesting
inline constexpr std::size_t items_max = 500;                    // too_many; of one list
inline constexpr std::size_t levels_max = 8;                     // too_many; of one hierarchy
inline constexpr std::size_t tests_max = 50;                     // too_many; of one condition
inline constexpr std::size_t languages_max = 20;                 // too_many; of one text
inline constexpr std::size_t problems_max = 100;                 // the rest is not looked for
inline constexpr std::size_t identifier_bytes_max = 60;          // identifier
inline constexpr std::size_t label_bytes_max = 2000;             // too_long
inline constexpr std::size_t item_value_bytes_max = 200;         // too_long

// Patterns.
inline constexpr std::size_t pattern_bytes_max = 500;   // pattern
inline constexpr std::size_t pattern_steps_max = 1000;  // pattern; instructions of the program
inline constexpr std::size_t pattern_depth_max = 50;    // pattern; groups inside each other

// Answers. A component may ask for less, never for more.
inline constexpr std::size_t answers_bytes_max = 192 * 1024;  // answer_oversized
inline constexpr std::int64_t text_characters_max = 20'000;   // answer_too_long
inline constexpr std::int64_t short_characters_max = 500;     // answer_too_long
inline constexpr std::int64_t choices_max = 200;              // answer_too_many
inline constexpr std::int64_t files_max = 50;                 // answer_too_many
inline constexpr std::int64_t nested_max = 100;               // answer_too_many
inline constexpr std::size_t set_aside_max = 200;             // task_form_outdated; an upcast
inline constexpr std::size_t filled_components_max = 10'000;  // answer_too_many; all repetitions
inline constexpr std::int64_t rating_max = 10;                // range
inline constexpr std::int64_t file_bytes_max = 25 * 1024 * 1024;  // answer_file_too_large
inline constexpr std::size_t api_code_bytes_max = 200;            // answer_wrong_type
inline constexpr std::size_t api_label_bytes_max = 500;           // answer_wrong_type
inline constexpr std::int64_t offset_minutes_max = 14 * 60;       // answer_wrong_type
inline constexpr std::int64_t bound_days_max = 36'500;            // range

// Searching.
inline constexpr std::size_t search_bytes_max = 200;  // the rest of the text is not looked at
inline constexpr std::size_t search_words_max = 8;    // the words behind are not looked at
inline constexpr std::size_t search_found_max = 200;  // the rest is not found

}  // namespace holdfast::forms::limits
