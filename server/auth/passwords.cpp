#include "server/auth/passwords.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/base/assert.hpp"

namespace holdfast::auth {

HashCost minimum_cost() {
    return {.operations = crypto_pwhash_OPSLIMIT_MIN, .memory_bytes = crypto_pwhash_MEMLIMIT_MIN};
}

Result<std::string> hash_password(std::string_view password, HashCost cost) {
    HF_ASSERT(sodium_init() >= 0);
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const int failed = crypto_pwhash_str(
        text.data(), password.data(), password.size(), cost.operations, cost.memory_bytes);
    if (failed != 0) {
        return fail(ErrorCode::server_busy, "no memory to hash a password");
    }
    return std::string(text.data());
}

bool verify_password(std::string_view hash, std::string_view password) {
    HF_ASSERT(sodium_init() >= 0);
    std::array<char, crypto_pwhash_STRBYTES> text{};  // the library reads to its end
    if (hash.size() >= text.size()) {
        return false;
    }
    std::ranges::copy(hash, text.begin());
    return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

const std::string& dummy_hash() {
    // HashCost's defaults, and a digest of our choice: no password is known that has it.
    static const std::string hash =
        "$argon2id$v=19$m=65536,t=2,p=1$aG9sZGZhc3Qgbm8gb25lIQ$"
        "bm8gcGFzc3dvcmQgaXMga25vd24gdG8gaGF2ZSB0aGk";
    return hash;
}

}  // namespace holdfast::auth
