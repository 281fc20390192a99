#include "server/auth/auth_json.hpp"

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/files/media.hpp"
#include "server/services/policy.hpp"

namespace holdfast::auth {
namespace {

using Json = nlohmann::ordered_json;

std::unexpected<Error> malformed(std::string_view member) {
    return fail(ErrorCode::request_malformed, "member " + std::string(member));
}

Result<Json> parse_object(std::string_view text) {
    if (text.size() > limits::body_bytes_max) {
        return fail_at_limit(ErrorCode::request_too_large, limits::body_bytes_max);
    }
    Json value = Json::parse(text, nullptr, false);
    if (!value.is_object()) {
        return fail(ErrorCode::request_malformed, "not a JSON object");
    }
    return value;
}

struct TextSize {
    std::size_t min = 0;
    std::size_t max = 0;
};

Result<std::string> take_text(const Json& object, const char* name, TextSize size) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) {
        return malformed(name);
    }
    const auto& text = found->get_ref<const std::string&>();
    if (text.size() < size.min || text.size() > size.max) {
        return malformed(name);
    }
    return text;
}

/// A number, or its decimal text. Absent: 0.
Result<std::uint64_t> take_number(const Json& object, const char* name, std::uint64_t max) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return 0;
    }
    std::uint64_t number = 0;
    if (found->is_number_unsigned()) {
        number = found->get<std::uint64_t>();
    } else if (found->is_string()) {
        const auto& text = found->get_ref<const std::string&>();
        const char* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec != std::errc{} || parsed.ptr != end) {
            return malformed(name);
        }
    } else {
        return malformed(name);
    }
    if (number > max) {
        return malformed(name);
    }
    return number;
}

Result<DeviceRequest> take_device(const Json& object) {
    const auto found = object.find("device");
    if (found == object.end() || !found->is_object()) {
        return malformed("device");
    }
    DeviceRequest request;
    HF_TRY(const auto number, take_number(*found, "number", device_number_max));
    request.number = static_cast<DeviceNumber>(number);
    HF_TRY(request.salt, take_number(*found, "salt", std::numeric_limits<std::uint64_t>::max()));
    HF_TRY(request.name, take_text(*found, "name", {.max = limits::device_name_bytes_max}));
    HF_TRY(const std::string device_class, take_text(*found, "class", {.max = 16}));
    if (device_class == "mobile") {
        request.device_class = wire::DeviceClass::mobile;
    } else if (device_class == "desktop") {
        request.device_class = wire::DeviceClass::desktop;
    } else {
        return malformed("device.class");
    }
    return request;
}

Json describe(const TokenPair& tokens) {
    Json object = Json::object();
    object["access_token"] = tokens.access;
    object["access_expires_in_ms"] = tokens.access_expires_in.count;
    object["refresh_token"] = tokens.refresh;
    object["sealing"] = {{"key", files::to_base64(tokens.sealing.key)},
                         {"pass", tokens.sealing.pass},
                         {"recovery", tokens.sealing.recovery},
                         {"door", tokens.sealing.door}};
    return object;
}

}  // namespace

Result<SignInRequest> parse_sign_in(std::string_view body) {
    HF_TRY(const Json object, parse_object(body));
    SignInRequest request;
    HF_TRY(request.email, take_text(object, "email", {.min = 1, .max = limits::email_bytes_max}));
    HF_TRY(request.password, take_text(object, "password", {.max = limits::password_bytes_max}));
    HF_TRY(request.device, take_device(object));
    return request;
}

Result<std::string> parse_refresh_request(std::string_view body) {
    HF_TRY(const Json object, parse_object(body));
    return take_text(object, "refresh_token", {.min = 1, .max = limits::token_bytes_max});
}

Result<std::string> parse_standing_request(std::string_view body) {
    HF_TRY(const Json object, parse_object(body));
    return take_text(object, "door", {.min = 1, .max = limits::token_bytes_max});
}

Result<PasswordRequest> parse_password_request(std::string_view body) {
    HF_TRY(const Json object, parse_object(body));
    PasswordRequest request;
    HF_TRY(request.old_password,
           take_text(object, "old_password", {.max = limits::password_bytes_max}));
    HF_TRY(request.new_password,
           take_text(object, "new_password", {.max = limits::password_bytes_max}));
    return request;
}

std::string encode(const SignInAnswer& answer) {
    Json object = describe(answer.tokens);
    object["user"] = to_string(answer.user);
    object["organization"] = to_string(answer.organization);
    object["device"] = answer.device;
    object["salt"] = std::to_string(answer.salt);
    object["policy"] = Json::parse(services::encode_policy(answer.policy), nullptr, false);
    return object.dump();
}

std::string encode(const TokenPair& tokens) {
    return describe(tokens).dump();
}

}  // namespace holdfast::auth
