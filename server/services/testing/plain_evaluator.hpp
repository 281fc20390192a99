#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "server/services/routines.hpp"

namespace holdfast::testing {

/// Evaluates what needs no jq: JSON, and paths of names (".answer.fields.what"); anything else has
/// no value.
inline Result<std::string> evaluate_plainly(std::string_view expression, std::string_view context) {
    if (!expression.starts_with('.')) {
        const auto value = nlohmann::json::parse(expression, nullptr, false);
        return value.is_discarded() ? fail(ErrorCode::routine_expression, std::string(expression))
                                    : Result<std::string>(value.dump());
    }
    nlohmann::json value = nlohmann::json::parse(context);
    expression.remove_prefix(1);
    while (!expression.empty() && value.is_object()) {
        const std::size_t end = std::min(expression.find('.'), expression.size());
        const std::string name(expression.substr(0, end));
        value = value.contains(name) ? nlohmann::json(value[name]) : nlohmann::json();
        expression.remove_prefix(std::min(end + 1, expression.size()));
    }
    return value.dump();
}

inline Result<workflow::Inputs> evaluate_plainly(const services::Evaluation& wanted) {
    workflow::Inputs values;
    for (const auto& [name, expression] : wanted.expressions) {
        HF_TRY(values[name], evaluate_plainly(expression, wanted.context));
    }
    return values;
}

}  // namespace holdfast::testing
