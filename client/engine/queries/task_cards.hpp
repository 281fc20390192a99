#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "client/engine/view/view.hpp"
#include "core/model/intent.hpp"
#include "core/rules/task_facts.hpp"
#include "core/workflow/task.hpp"

/// What the list of tasks and one task show alike. Inside client/engine/queries only.
namespace holdfast::client::task_cards {

using Json = nlohmann::json;

/// What the rules know, for the person who looks.
[[nodiscard]] Result<TaskFacts> facts_for(const View& view, Id group);
/// Whether it is the group's tasks that are missing, and no fault of a read.
[[nodiscard]] bool is_absent(const Error& error);

[[nodiscard]] Json state(const workflow::State& state);
/// TaskCard, without its state's name. The action that waits upon it says how far it has got.
[[nodiscard]] Result<Json> card(const View& view, Id id, const workflow::Task& task);
/// Why an intent of this kind is not possible now; null: it is. What the mode forbids comes first.
[[nodiscard]] Json refusal(const View& view, IntentKind kind, const std::optional<Error>& refused);
/// Id of the form that a workflow names by this code; null where there is none.
[[nodiscard]] Json form(const TaskFacts& facts, const std::string& code);
/// Its title, by language; null where it is not here.
[[nodiscard]] Result<Json> form_title(const View& view,
                                      const TaskFacts& facts,
                                      const std::string& code);

}  // namespace holdfast::client::task_cards
