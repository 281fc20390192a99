#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/forms/definition.hpp"
#include "core/forms/value.hpp"
#include "core/model/json.hpp"

/// Values to JSON and back. For .cpp files only, as core/model/json.hpp.
namespace holdfast::forms {

/// The value that `json` is for the component; null is no answer. Nothing for a wrong type, and for
/// nested forms, whose answers only their own components can read.
[[nodiscard]] std::optional<Value> read_value(const Component& component, const json::Value& json);

[[nodiscard]] json::Value write_value(const Value& value);
[[nodiscard]] json::Value write_answers(const Answers& answers);

/// The document, unless it is not JSON or nests deeper than limits::json_depth_max, which would let
/// a small text exhaust the stack.
[[nodiscard]] std::optional<json::Value> parse_json(std::string_view text);

}  // namespace holdfast::forms
