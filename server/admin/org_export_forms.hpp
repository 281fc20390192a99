#pragma once

#include <yaml-cpp/emitter.h>

#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// The sections `collections` and `forms`; left out where there are none.
void write_collections(YAML::Emitter& out, const OrgState& state);
void write_forms(YAML::Emitter& out, const OrgState& state);

}  // namespace holdfast::admin
