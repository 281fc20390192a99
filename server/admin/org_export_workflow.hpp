#pragma once

#include <yaml-cpp/emitter.h>

#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// The sections `workflows`, `routines` and `bots`; left out where there are none.
void write_workflows(YAML::Emitter& out, const OrgState& state);
void write_routines(YAML::Emitter& out, const OrgState& state);
void write_bots(YAML::Emitter& out, const OrgState& state);

/// The key `tasks` of a group; nothing where it has none, or they have the settings of any.
void write_tasks(YAML::Emitter& out, const OrgState& state, Id group);

}  // namespace holdfast::admin
