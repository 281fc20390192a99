#pragma once

#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"
#include "server/admin/yaml/problem.hpp"

namespace holdfast::admin {

/// What of collections and forms only shows when the file is laid over the organization: names that
/// lead nowhere, parents of other collections, versions that are there already.
void check_forms(const OrgFile& file, const OrgState& state, Problems& problems);

}  // namespace holdfast::admin
