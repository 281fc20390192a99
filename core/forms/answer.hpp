#pragma once

#include <cstddef>

#include "core/forms/context.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/value.hpp"

/// An answer as a value: what it begins with, what of it is sent, what it weighs.
namespace holdfast::forms {

/// The answer as it is sent: texts without blanks around, numbers in one form.
[[nodiscard]] Value clean(const Component& component, const Value& value);

/// The size that an answer counts with: that of its JSON, or a little more. The same everywhere.
[[nodiscard]] std::size_t weight(const Value& value);

/// The value that a new filling begins with.
[[nodiscard]] Value initial_value(const Component& component, const Context& context);

/// The day that a bound means, for an answer chosen at some moment. The kind must not be `none`.
[[nodiscard]] Day bound_day(const Bound& bound, const DateAnswer& answer, const Context& context);

}  // namespace holdfast::forms
