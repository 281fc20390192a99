#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/context.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/judge.hpp"
#include "core/forms/pattern.hpp"

/// Whether an answer displays another component.
namespace holdfast::forms {

/// What conditions compare, and interfaces are told: the code of an element, the value of an item,
/// a text, a number. Several where several are chosen; how many there are for what has no text.
[[nodiscard]] Result<std::vector<std::string>> comparable(const Subject& subject,
                                                          const Context& context);

/// Whether a test of a condition holds for the commander's answer.
/// `pattern` is the compiled one of a test `matches`.
[[nodiscard]] Result<bool> holds(const Test& test,
                                 const Pattern* pattern,
                                 const Subject& commander,
                                 const Context& context);

}  // namespace holdfast::forms
