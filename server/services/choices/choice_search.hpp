#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

namespace holdfast::services {

/// A search that a person types into a component of a form whose choices another server has.
struct ChoiceSearch {
    Id channel{};        ///< where the form is filled in; or
    Id group{};          ///< where it begins a task
    Id version{};        ///< of the form
    std::string part{};  ///< code of the form, or of the form inside it
    std::string component{};
    std::string typed{};
    /// What the component's `pass` names, as conditions compare it. The device's own word: whoever
    /// answers the search must not take it for more than what somebody typed.
    std::map<std::string, std::vector<std::string>> passed{};
};

/// Errors  request_malformed.
[[nodiscard]] Result<ChoiceSearch> parse_choice_search(std::string_view json);

/// What the other server is sent, as its address is documented:
/// {"search":"…","data":{"component":["…"]}}.
[[nodiscard]] std::string outside_body(const ChoiceSearch& search);

/// What it answered, {"data":[{"_id","display","code"}]}, as devices take it:
/// {"items":[{"id","code","name"}],"more":false}. Entries without a code, or that are too long, are
/// left out; `id` is the code.
/// Errors  choices_failed: it is not of that form.
[[nodiscard]] Result<std::string> choices_of(std::string_view answer);

}  // namespace holdfast::services
