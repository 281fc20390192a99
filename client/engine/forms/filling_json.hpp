#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "client/engine/forms/filling_desk.hpp"

/// Fillings and answers as the screen shows them: `FillingComponent`, `FillingVerdict` and
/// `AnswerLine` of app/src/bridge/types.ts. For .cpp files of client/engine only.
namespace holdfast::client {

using Json = nlohmann::json;

[[nodiscard]] Json texts_json(const forms::Texts& texts);
/// {"code","params"}, or null where there is no trouble.
[[nodiscard]] Json trouble_json(const forms::Trouble& trouble);

/// The components of the form itself, in its order: what each asks for, its answer, how it stands.
/// What is inside nested forms is left out: the app does not fill them in yet.
[[nodiscard]] Result<Json> components_json(const FillingDesk::Open& open,
                                           const FillingMoment& moment);
/// Those of them whose state is new.
[[nodiscard]] Result<Json> components_json(const FillingDesk::Open& open,
                                           const FillingMoment& moment,
                                           const std::vector<forms::ComponentVerdict>& changed);

[[nodiscard]] Json verdict_json(const forms::Filling& filling);

/// What was answered, in the order of the form; at most `lines_max` of it. Where an answer names
/// files, `files` is a list, for somebody else to fill; else null.
[[nodiscard]] Result<Json> answer_lines(const KnownForm& form,
                                        std::string_view answers,
                                        const forms::Lookup& lookup,
                                        std::size_t lines_max);

}  // namespace holdfast::client
