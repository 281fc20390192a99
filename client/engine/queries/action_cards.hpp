#pragma once

#include <nlohmann/json_fwd.hpp>

#include "client/engine/view/view.hpp"
#include "client/outbox/outbox.hpp"

/// What a person is shown of an action that waits or was refused, wherever it is shown: in the
/// outbox, with its task, with its answer. Inside client/engine/queries only.
namespace holdfast::client::action_cards {

using Json = nlohmann::json;

/// OutboxItem. Of a refused one with what was asked, what happened instead, and what the person can
/// do now (OM34): the server's verdict, with the names that this device knows.
[[nodiscard]] Result<Json> card(View& view, const Outbox::Item& item);

/// The cards of what is told until it is read, oldest first; of all, or of one task: what was done
/// otherwise than asked, then what is done and behind which a routine has failed.
[[nodiscard]] Result<Json> told(View& view, Id task = {});

/// The routines that have failed behind an action of this device, also once that was read (OM28).
[[nodiscard]] Json failed_routines(const View& view, Id intent);

/// The cards of what was refused upon a task, oldest first; before it what is told.
[[nodiscard]] Result<Json> refused_upon(View& view, Id task);

}  // namespace holdfast::client::action_cards
