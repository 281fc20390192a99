#pragma once

#include "core/model/world.hpp"

/// For core/rules only: the way in is reduce().
namespace holdfast::rules {

/// Asks the operator for Offline Mode (OM14). A second request takes the place of the first.
/// Errors  access_forbidden: no administrator · access_read_only · entitlement_granted: there is
///         nothing to ask for · intent_empty · intent_too_long.
[[nodiscard]] Result<Effects> request_entitlement(World& world,
                                                  const Occasion& occasion,
                                                  const Intent& intent);

/// Whether this person may ask now; the error is the reason.
[[nodiscard]] Result<> may_request_entitlement(const World& world, Id user, Id organization);

}  // namespace holdfast::rules
