#pragma once

#include "core/base/result.hpp"
#include "core/model/world.hpp"
#include "core/rules/stage_inputs.hpp"
#include "core/rules/stages.hpp"

/// Stages that write elements of collections. For core/rules only.
namespace holdfast::rules {

/// A new element, with the span's id.
/// Errors  routine_invalid_input {"input"}: the code is taken, or is none · intent_gone: no such
///         collection or parent · intent_empty, intent_too_long (name).
[[nodiscard]] Result<StageDone> create_element(World& world, StageInputs& inputs, Id span);

/// Changes what the inputs give; a column whose value is null is taken away.
/// Errors  intent_gone: no such collection, element or parent · as create_element().
[[nodiscard]] Result<StageDone> update_element(World& world, StageInputs& inputs);

}  // namespace holdfast::rules
