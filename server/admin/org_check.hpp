#pragma once

#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"
#include "server/admin/yaml/problem.hpp"

namespace holdfast::admin {

/// What only shows when a file is laid over the organization as it stands (`state`; empty for a new
/// one): references that lead nowhere, circles of parents, categories inside categories, channels
/// in groups that take none, what is needed to make something and is not there.
void check_org_file(const OrgFile& file, const OrgState& state, Problems& problems);

}  // namespace holdfast::admin
