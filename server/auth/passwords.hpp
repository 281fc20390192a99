#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

/// Password hashes: argon2id in libsodium's text form. Pure functions without shared state: they
/// block for some 50 to 100 ms, so a server calls them on other threads.
namespace holdfast::auth {

struct HashCost {
    unsigned long long operations = 2;  ///< libsodium's "interactive"
    std::size_t memory_bytes = 64UL * 1024 * 1024;
};
/// The least that libsodium takes: for tests and demonstration data only.
[[nodiscard]] HashCost minimum_cost();

/// Errors  server_busy: no memory.
[[nodiscard]] Result<std::string> hash_password(std::string_view password, HashCost cost = {});

/// Takes as long for a wrong password as for a right one; false for a hash that is none.
[[nodiscard]] bool verify_password(std::string_view hash, std::string_view password);

/// A hash at the default cost that no password has: checked where there is no such account, so that
/// the time of the answer does not tell.
[[nodiscard]] const std::string& dummy_hash();

}  // namespace holdfast::auth
