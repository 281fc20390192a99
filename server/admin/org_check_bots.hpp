#pragma once

#include "server/admin/org_file.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// What is wrong with the file's bots: what they name is not there, a command that two of them
/// would answer to in one channel, a routine that is taken away from one that stays.
void check_bots(const OrgFile& file, const OrgState& state, Problems& problems);

}  // namespace holdfast::admin
