#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/auth/passwords.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

struct ApplyOptions {
    bool dry_run = false;  ///< say what would be done, and do nothing
    auth::HashCost cost{};
};

struct NewPassword {
    std::string email;
    std::string password;
};

struct Applied {
    std::vector<std::string> plan;         ///< what was done, one line each; empty: nothing to do
    std::size_t grants = 0;                ///< grants that were written or deleted after it
    std::vector<NewPassword> passwords{};  ///< made up for new accounts, to be shown once
};

/// Brings the organization that a file names in line with it, or makes it. The page that says how
/// is docs/guide/organization-file.md.
///
/// One transaction: all of it is done or nothing. Applied again it does nothing. A server may run
/// on the same data meanwhile. Passwords are hashed before the transaction begins.
///
/// @param problems  what is wrong with the file, all at once; empty where that is not the reason.
/// Errors           org_invalid · those of storage and of hash_password.
[[nodiscard]] Result<Applied> apply_organization(storage::Storage& storage,
                                                 Environment& environment,
                                                 std::string_view file,
                                                 const ApplyOptions& options,
                                                 Problems& problems);

}  // namespace holdfast::admin
