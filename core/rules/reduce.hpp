#pragma once

#include "core/base/result.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

namespace holdfast {

/// Judges an intent and says what it does: the one place where the rules of this domain stand,
/// run by the server inside its transaction and by devices for what waits.
///
/// Errors  access_forbidden · access_read_only · intent_malformed · intent_unknown_kind ·
///         intent_gone · intent_too_late · intent_empty · intent_too_long · intent_id_conflict ·
///         request_too_large · intent_needs_connection (device only) · form_not_here ·
///         answer_* (params: component) · storage_corrupt · World's.
///         Nothing is changed: effects are a value.
/// Cost    a few point reads; allocates what it returns.
/// Source  docs/internals/data-model.md.
[[nodiscard]] Result<Effects> reduce(World& world, const Occasion& occasion, const Intent& intent);

}  // namespace holdfast
