#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "server/auth/auth_service.hpp"

/// The bodies of /auth/v1 (docs/internals/http-api.md). A member that is missing or of a wrong type
/// or size is request_malformed; a body that is too large is request_too_large; members that are
/// not known are ignored. No error repeats what was sent.
namespace holdfast::auth {

struct SignInRequest {
    std::string email;
    std::string password;
    DeviceRequest device;
};

struct PasswordRequest {
    std::string old_password;
    std::string new_password;
};

[[nodiscard]] Result<SignInRequest> parse_sign_in(std::string_view body);
[[nodiscard]] Result<std::string> parse_refresh_request(std::string_view body);
[[nodiscard]] Result<std::string> parse_standing_request(std::string_view body);
[[nodiscard]] Result<PasswordRequest> parse_password_request(std::string_view body);

[[nodiscard]] std::string encode(const SignInAnswer& answer);
[[nodiscard]] std::string encode(const TokenPair& tokens);

}  // namespace holdfast::auth
