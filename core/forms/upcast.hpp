#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/context.hpp"
#include "core/forms/form.hpp"

/// An answer to one version of a form, brought into another without inventing anything.
namespace holdfast::forms {

/// What of the answer the other version does not ask for: the paths ("seen", "parts/0/serial") of
/// components that it does not have, that take another type there, or that it does not display for
/// these answers. All else stands there as it was given. Nothing where the version does not take
/// it: it asks for more, or does not take a value that it does ask for, a choice that is gone among
/// them, or asks for nothing of it; then only a person can say what is meant.
///
/// @param from     the version that the answer was given to, and is right for.
/// @param answers  canonical, as validate_submission() gives them.
/// Errors  those of find_faults().
/// Cost    two parses, and at most two judgements of `into`.
[[nodiscard]] Result<std::optional<std::vector<std::string>>> upcast(
    const Form& from,
    const std::shared_ptr<const Form>& into,
    std::string_view answers,
    const Context& context);

/// The answers without those at the paths. `answers` is a JSON object; paths of nothing do no harm.
[[nodiscard]] std::string without(std::string_view answers, const std::vector<std::string>& paths);

}  // namespace holdfast::forms
