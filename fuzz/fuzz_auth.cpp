// Bodies of the sign-in addresses and tokens, as anybody may send them.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/assert.hpp"
#include "fuzz/input.hpp"
#include "server/auth/auth_json.hpp"
#include "server/auth/auth_service.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace {

using namespace holdfast;

struct Service {
    testing::FakeEnvironment environment;
    std::unique_ptr<storage::SqliteStorage> storage = *storage::SqliteStorage::open(":memory:");
    std::unique_ptr<auth::AuthService> auth = *auth::AuthService::create(*storage, environment);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static Service service;
    fuzz::Source source(bytes, size);
    const std::uint8_t choice = source.byte() % 5;
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
        default:
            HF_ASSERT(!service.auth->refresh(text));
    }
    return 0;
}
