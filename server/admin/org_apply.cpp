#include "server/admin/org_apply.hpp"

#include <array>
#include <utility>

#include "server/admin/guarded.hpp"
#include "server/admin/org_check.hpp"
#include "server/admin/org_file.hpp"
#include "server/admin/org_plan.hpp"
#include "server/admin/org_state.hpp"

namespace holdfast::admin {
namespace {

/// Without letters and digits that look alike; 32 of them, so that a byte's remainder is fair.
constexpr std::string_view password_letters = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr std::size_t password_length = 16;  // 80 bits
static_assert(256 % password_letters.size() == 0);

std::string make_password(Environment& environment) {
    std::array<unsigned char, password_length> bytes{};
    environment.random(bytes.data(), bytes.size());
    std::string password;
    for (const unsigned char byte : bytes) {
        password += password_letters[byte % password_letters.size()];
    }
    return password;
}

Result<OrgState> load_or_none(storage::Storage& storage, const OrgFile& file) {
    HF_TRY(auto state, load_organization(storage, file.organization.code.value));
    return state ? *std::move(state) : OrgState{.code = file.organization.code.value};
}

/// E-mail addresses are unique on the server, not only in the organization.
Result<> check_accounts(storage::Storage& storage,
                        const OrgFile& file,
                        const OrgState& state,
                        Problems& problems) {
    for (const UserEntry& user : file.users.value_or(std::vector<UserEntry>{})) {
        HF_TRY(const auto account, storage.find_account(user.email.value));
        if (account && (!state.id || account->organization != state.id)) {
            add_problem(problems,
                        user.email.line,
                        "user: " + quote(user.email.value) + " belongs to another organization");
        }
    }
    return {};
}

/// Passwords for the accounts that will be made, and for those that have none where the file has
/// one.
Result<PasswordHashes> make_passwords(storage::Storage& storage,
                                      Environment& environment,
                                      const OrgFile& file,
                                      const ApplyOptions& options,
                                      std::vector<NewPassword>& shown) {
    PasswordHashes hashes;
    if (options.dry_run) {
        return hashes;
    }
    for (const UserEntry& user : file.users.value_or(std::vector<UserEntry>{})) {
        HF_TRY(const auto account, storage.find_account(user.email.value));
        if (account && (account->password_hash != no_password || !user.password)) {
            continue;
        }
        std::string password = user.password ? *user.password : make_password(environment);
        HF_TRY(hashes[user.email.value], auth::hash_password(password, options.cost));
        if (!user.password) {
            shown.push_back({.email = user.email.value, .password = std::move(password)});
        }
    }
    return hashes;
}

/// Inside the transaction.
Result<> run(storage::Storage& storage,
             const OrgFile& file,
             const PasswordHashes& hashes,
             Problems& problems,
             Applied& applied) {
    HF_TRY(OrgState state, load_or_none(storage, file));
    check_org_file(file, state, problems);
    HF_CHECK(check_accounts(storage, file, state, problems));
    if (!problems.empty()) {
        return std::unexpected(as_error(ErrorCode::org_invalid, problems));
    }
    Planner planner(storage, file, state, hashes);
    HF_TRY(applied.grants, planner.run());
    applied.plan = planner.take_plan();
    return {};
}

Result<Applied> apply(storage::Storage& storage,
                      Environment& environment,
                      const OrgFile& file,
                      const ApplyOptions& options,
                      Problems& problems) {
    {  // What is wrong is told before passwords are hashed; it is checked again in the transaction.
        HF_TRY(const OrgState state, load_or_none(storage, file));
        check_org_file(file, state, problems);
        if (!problems.empty()) {
            return std::unexpected(as_error(ErrorCode::org_invalid, problems));
        }
    }
    Applied applied;
    HF_TRY(const PasswordHashes hashes,
           make_passwords(storage, environment, file, options, applied.passwords));
    HF_CHECK(storage.begin());
    const auto done = guarded([&] { return run(storage, file, hashes, problems, applied); });
    if (!done || options.dry_run) {
        storage.rollback();
    } else {
        HF_CHECK(storage.commit());
    }
    if (!done) {
        return std::unexpected(done.error());
    }
    return applied;
}

}  // namespace

Result<Applied> apply_organization(storage::Storage& storage,
                                   Environment& environment,
                                   std::string_view file,
                                   const ApplyOptions& options,
                                   Problems& problems) {
    const OrgFile read = read_org_file(file, problems);
    if (read.organization.code.line == 0 && problems.empty()) {
        add_problem(problems, 1, "organization file: organization is missing");
    }
    if (read.organization.code.line == 0) {
        return std::unexpected(as_error(ErrorCode::org_invalid, problems));
    }
    return guarded([&] { return apply(storage, environment, read, options, problems); });
}

}  // namespace holdfast::admin
