#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "client/engine/view/view.hpp"

/// Attached files as the screen shows them: `FileCard` of app/src/bridge/types.ts. Inside
/// client/engine/queries only.
namespace holdfast::client::file_cards {

using Json = nlohmann::json;

/// One that was attached here.
[[nodiscard]] Json card(const View& view, const Outbox::File& file);
/// One that a message or an answer in a channel names, wherever it was attached.
[[nodiscard]] Result<Json> card(const View& view, Id channel, Id file);
[[nodiscard]] Result<Json> cards(const View& view, Id channel, const std::vector<Id>& files);

/// Files that were attached where a message is being written.
[[nodiscard]] Json of_composer(const View& view, Id channel);
/// Files that stand in a form; also those that no answer names.
[[nodiscard]] Json of_draft(const View& view, std::int64_t draft);
/// Files that go with an action.
[[nodiscard]] Json of_action(const View& view, Id intent);
/// The files whose ids an answer holds (a JSON list of them); others are left out.
[[nodiscard]] Result<Json> of_answer(const View& view, Id channel, const Json& ids);

/// How a file is called, for where there is no room to show it; empty where that is not known.
[[nodiscard]] Result<std::string> name_of(const View& view, Id channel, Id file);

}  // namespace holdfast::client::file_cards
