#include "server/net/http_message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/ascii.hpp"
#include "core/model/json.hpp"

namespace holdfast::net {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

// Scripts of our own and WebAssembly, nothing else that runs; inline styles because components set
// them.
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

Headers make_common_headers(bool https_only) {
    Headers headers{
        {"Holdfast", "1"},
        {"Content-Security-Policy", content_security_policy},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        // A form asks for the position, and reads codes with the camera.
        {"Permissions-Policy",
         "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    if (https_only) {
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
    }
    return headers;
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, ascii::to_lower, ascii::to_lower);
}

/// "host" for "host:443" behind https and "host:80" behind http: browsers leave the default port
/// out.
std::string_view without_port(std::string_view host, std::string_view port) {
    return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

}  // namespace

Answer make_problem(ErrorCode code, std::string_view params, Millis retry_after) {
    const ErrorEntry* entry = find_error(code);
    nlohmann::json problem{
        {"type", "about:blank"}, {"title", "Something failed."}, {"status", 500}};
    if (entry != nullptr) {
        problem = {{"type", "https://holdfast.example/errors#" + std::string(entry->code)},
                   {"title", entry->sentence},
                   {"status", entry->http},
                   {"code", entry->code}};
    }
    const auto parsed = nlohmann::json::parse(params, nullptr, false);
    problem["params"] = parsed.is_object() ? parsed : nlohmann::json::object();
    Answer answer;
    answer.status = problem["status"].get<int>();
    answer.content_type = "application/problem+json";
    answer.body = json::dump(problem);
    answer.headers.emplace_back("Cache-Control", "no-store");
    if (retry_after.count > 0) {
        answer.headers.emplace_back("Retry-After",
                                    std::to_string((retry_after.count + 999) / 1000));
    }
    if (answer.status == 401) {
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    return answer;
}

Millis retry_after_of(const Error& error) {
    const auto params = nlohmann::json::parse(error.params, nullptr, false);
    if (params.is_object() && params.contains("retry_after_ms") &&
        params["retry_after_ms"].is_number_integer()) {
        return {params["retry_after_ms"].get<std::int64_t>()};
    }
    const bool busy = error.code == ErrorCode::server_busy || error.code == ErrorCode::storage_busy;
    return Millis{busy ? 1000 : 0};
}

Answer make_method_refused(std::string_view allow) {
    Answer answer = make_problem(ErrorCode::request_method);
    answer.headers.emplace_back("Allow", allow);
    return answer;
}

const Headers& common_headers(bool https_only) {
    static const Headers plain = make_common_headers(false);
    static const Headers secure = make_common_headers(true);
    return https_only ? secure : plain;
}

bool is_same_origin(std::string_view origin, std::string_view host) {
    if (origin.empty()) {
        return true;
    }
    if (origin.starts_with("https://")) {
        return equal_without_case(without_port(origin.substr(8), ":443"),
                                  without_port(host, ":443"));
    }
    if (origin.starts_with("http://")) {
        return equal_without_case(without_port(origin.substr(7), ":80"), without_port(host, ":80"));
    }
    return false;
}

std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size() ||
        !equal_without_case(authorization.substr(0, scheme.size()), scheme)) {
        return {};
    }
    return authorization.substr(scheme.size());
}

}  // namespace holdfast::net
