// Bodies of the sign-in addresses and tokens, as anybody may send them. No token is taken that was
// not printed with the key, and none of those once a byte of it is another.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/assert.hpp"
#include "fuzz/input.hpp"
#include "server/auth/auth_json.hpp"
#include "server/auth/auth_service.hpp"
#include "server/auth/tokens.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace {

using namespace holdfast;

struct Service {
    testing::FakeEnvironment environment;
    std::unique_ptr<storage::SqliteStorage> storage = *storage::SqliteStorage::open(":memory:");
    std::unique_ptr<auth::AuthService> auth = *auth::AuthService::create(*storage, environment);
};

/// A session's id is ours, but what reads it back must not depend on that.
void check_tokens(std::uint8_t place, std::string_view session) {
    const auth::TokenKey key(std::string(auth::TokenKey::bytes_count, 'k'));
    std::string text = print(key, auth::AccessToken{std::string(session), WallTime{place}});
    const auto parsed = auth::parse_access(key, text);
    HF_ASSERT(parsed && parsed->session == session && parsed->expires_at == WallTime{place});
    HF_ASSERT(!auth::parse_refresh(key, text));
    text[place % text.size()] ^= 1;
    HF_ASSERT(!auth::parse_access(key, text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static Service service;
    fuzz::Source source(bytes, size);
    const std::uint8_t choice = source.byte() % 6;
    const std::string_view text = source.rest();
    switch (choice) {
        case 0:
            (void)auth::parse_sign_in(text);
            break;
        case 1:
            (void)auth::parse_refresh_request(text);
            break;
        case 2:
            (void)auth::parse_password_request(text);
            break;
        case 3:
            HF_ASSERT(!service.auth->check_access(text));
            break;
        case 4:
            HF_ASSERT(!service.auth->refresh(text));
            break;
        default:
            check_tokens(source.byte(), source.rest());
    }
    return 0;
}
