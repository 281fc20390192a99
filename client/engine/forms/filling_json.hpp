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

/// The components in their order, those of forms inside behind the component that has them: what
/// each asks for, its answer, how it stands.
[[nodiscard]] Result<Json> components_json(const FillingDesk::Open& open,
                                           const FillingMoment& moment);
/// Those of them whose state is new.
[[nodiscard]] Result<Json> components_json(const FillingDesk::Open& open,
                                           const FillingMoment& moment,
                                           const std::vector<forms::ComponentVerdict>& changed);

[[nodiscard]] Json verdict_json(const forms::Filling& filling);

struct LinesWanted {
    std::size_t lines_max = 0;  ///< the rest is left out
    bool inside = false;        ///< what was answered in forms inside, too
};
/// What was answered, in the order of the form. Where an answer names files, `files` is a list, for
/// somebody else to fill; else null.
[[nodiscard]] Result<Json> answer_lines(const KnownForm& form,
                                        std::string_view answers,
                                        const forms::Lookup& lookup,
                                        const LinesWanted& wanted);

}  // namespace holdfast::client
