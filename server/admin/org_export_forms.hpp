#pragma once

#include <yaml-cpp/emitter.h>

#include <string_view>

#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// The sections `collections` and `forms`; left out where there are none.
void write_collections(YAML::Emitter& out, const OrgState& state);
void write_forms(YAML::Emitter& out, const OrgState& state);

/// JSON as people write it in YAML: the keys that name things first, small things in one line.
void write_json_text(YAML::Emitter& out, std::string_view text);

}  // namespace holdfast::admin
