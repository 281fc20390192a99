#include "client/engine/enquiries.hpp"

#include <utility>

#include "client/engine/http_answer.hpp"
#include "client/engine/limits.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {

void Enquiries::ask(std::int64_t call, std::string_view path, std::string body) {
    if (!device_.account() || !device_.is_connected()) {
        device_.reply_error(call, Error{ErrorCode::offline_no_connection});
        return;
    }
    if (pending_.size() + waiting_for_token_.size() >= limits::http_pending_max) {
        device_.reply_error(call, Error{ErrorCode::request_too_many});
        return;
    }
    send({.call = call, .path = std::string(path), .body = std::move(body)});
}

void Enquiries::send(const Asked& asked) {
    const std::uint32_t request =
        device_.request({.method = "POST",
                         .path = asked.path,
                         .content_type = "application/json",
                         .authorization = "Bearer " + device_.account()->access_token,
                         .body = asked.body,
                         .timeout_ms = limits::auth_time_max.count});
    pending_.emplace(request, asked);
}

bool Enquiries::take(const HttpAnswered& answer) {
    const auto found = pending_.find(answer.request);
    if (found == pending_.end()) {
        return false;
    }
    Asked asked = found->second;
    pending_.erase(found);
    if (is_success(answer) && json::parse(answer.body).is_object()) {
        device_.reply_ok(asked.call, answer.body);
        return true;
    }
    const Refusal refusal = refusal_of(answer);
    const bool expired = refusal.code == error_name(ErrorCode::auth_session_expired);
    if (expired && !std::exchange(asked.again, true)) {
        waiting_for_token_.push_back(asked);
        device_.renewal_wished = true;
        return true;
    }
    device_.reply_error(asked.call, refusal.code, refusal.params);
    return true;
}

void Enquiries::renewed(bool done) {
    for (const Asked& asked : std::exchange(waiting_for_token_, {})) {
        if (done) {
            send(asked);
        } else {
            device_.reply_error(asked.call, Error{ErrorCode::server_unreachable});
        }
    }
}

void Enquiries::clear() {
    renewed(false);
    for (const auto& [request, asked] : std::exchange(pending_, {})) {
        device_.reply_error(asked.call, Error{ErrorCode::server_unreachable});
    }
}

}  // namespace holdfast::client
