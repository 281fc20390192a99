#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/result.hpp"
#include "core/forms/context.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/pattern.hpp"
#include "core/forms/value.hpp"

/// The rules for one component. filling.hpp applies them to a whole form.
namespace holdfast::forms {

/// What is wrong with an answer: a code `answer_*`, and a JSON object with what its sentence needs.
/// ErrorCode::none where nothing is.
struct Trouble {
    ErrorCode code = ErrorCode::none;
    std::string params{};
    explicit operator bool() const { return code != ErrorCode::none; }
    bool operator==(const Trouble&) const = default;
};

/// How a component stands.
struct State {
    bool visible = true;
    bool enabled = true;              ///< takes input now
    ErrorCode why = ErrorCode::none;  ///< why it does not
    Trouble trouble{};                ///< what keeps the form from being sent
    bool operator==(const State&) const = default;
};

/// A component with what its verdict depends on.
struct Subject {
    const Component& component;
    const Pattern* whole;      ///< of a written answer; null where it has none
    const Value& value;        ///< of nested forms only their number counts
    std::size_t nested_count;  ///< of nested forms
    std::vector<Id> source{};  ///< chosen elements whose children are offered
};

/// The state of a component that is displayed.
/// Errors  those of the lookup.
/// Cost    a few point reads for choices; else none.
[[nodiscard]] Result<State> judge(const Subject& subject, const Context& context);

/// Whose children a filter offers; `source` is Subject::source. Empty for Filter::Kind::none.
[[nodiscard]] Result<std::vector<Id>> filter_parents(const Filter& filter,
                                                     const std::vector<Id>& source,
                                                     const Context& context);

}  // namespace holdfast::forms
