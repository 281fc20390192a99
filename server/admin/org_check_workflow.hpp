#pragma once

#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"
#include "server/admin/yaml/problem.hpp"

namespace holdfast::admin {

/// What of workflows, routines and groups of tasks only shows when the file is laid over the
/// organization: names that lead nowhere, fields that a form does not have, permissions that nobody
/// holds.
void check_workflows(const OrgFile& file, const OrgState& state, Problems& problems);

}  // namespace holdfast::admin
