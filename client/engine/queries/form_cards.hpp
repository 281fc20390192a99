#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "client/engine/forms/filling_json.hpp"
#include "client/engine/forms/filling_moment.hpp"
#include "client/engine/view/view.hpp"
#include "core/model/body_forms.hpp"

/// What several snapshots show of forms. Inside client/engine/queries only.
namespace holdfast::client::form_cards {

using Json = nlohmann::json;

[[nodiscard]] Id organization(const View& view);
[[nodiscard]] FillingPerson person(const View& view);

/// The version of this row; nothing where it is not on the device, or cannot be read by this app.
[[nodiscard]] std::optional<std::shared_ptr<const KnownForm>> find(const View& view, Id version);

/// Texts by language.
[[nodiscard]] Json title(const KnownForm& form);

/// The answers that an intent was made from, without their author; nothing where it has no form.
[[nodiscard]] std::optional<body::Answer> sent_with(const Intent& intent);
/// An answer in a channel, or one of the person's own that waits or was refused.
[[nodiscard]] Result<std::optional<body::Answer>> find_answer(const View& view, Id channel, Id id);

[[nodiscard]] Result<Json> lines(const View& view,
                                 Id channel,
                                 const KnownForm& form,
                                 std::string_view answers,
                                 const LinesWanted& wanted);

/// The card of a message that is an answer: title, and the first lines of it where they are here.
[[nodiscard]] Result<Json> card(const View& view, Id channel, Id message, Id version);

}  // namespace holdfast::client::form_cards
