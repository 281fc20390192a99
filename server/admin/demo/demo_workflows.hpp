#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {

/// The workflows and routines of the demonstration, as an organization file has them.
[[nodiscard]] std::string_view demo_workflows_file();

/// Applies them to the organization, inside the transaction that makes it: its groups and forms are
/// there and written. Returns how it stands then.
[[nodiscard]] Result<OrgState> make_demo_workflows(storage::Storage& storage);

}  // namespace holdfast::admin
