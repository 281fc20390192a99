#include "client/engine/enquiries.hpp"

#include <utility>

#include "client/engine/limits.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {

void Enquiries::ask(std::int64_t call, std::string_view path, std::string body, Reader read) {
    const Asked asked{
        .call = call, .path = std::string(path), .body = std::move(body), .read = std::move(read)};
    if (!device_.account() || !device_.is_connected()) {
        refuse(asked, Error{ErrorCode::offline_no_connection});
        return;
    }
    if (pending_.size() + waiting_for_token_.size() >= limits::http_pending_max) {
        refuse(asked, Error{ErrorCode::request_too_many});
        return;
    }
    send(asked);
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
    if (is_success(answer) && (asked.read || json::parse(answer.body).is_object())) {
        this->answer(asked, answer.body);
        return true;
    }
    const Refusal refusal = refusal_of(answer);
    const bool expired = refusal.code == error_name(ErrorCode::auth_session_expired);
    if (expired && !std::exchange(asked.again, true)) {
        waiting_for_token_.push_back(asked);
        device_.renewal_wished = true;
        return true;
    }
    refuse(asked, refusal);
    return true;
}

void Enquiries::answer(const Asked& asked, std::string_view body) {
    const auto read = asked.read ? asked.read(body) : Result<std::string>(std::string(body));
    if (read) {
        device_.reply_ok(asked.call, *read);
    } else {
        device_.reply_error(asked.call, read.error());
    }
}

void Enquiries::refuse(const Asked& asked, const Refusal& refusal) {
    if (asked.read) {
        (void)asked.read(fail(code_named(refusal.code, ErrorCode::server_unreachable)));
    }
    device_.reply_error(asked.call, refusal.code, refusal.params);
}

void Enquiries::refuse(const Asked& asked, const Error& error) {
    refuse(asked, Refusal{std::string(error_name(error.code)), error.params});
}

void Enquiries::renewed(bool done) {
    for (const Asked& asked : std::exchange(waiting_for_token_, {})) {
        if (done) {
            send(asked);
        } else {
            refuse(asked, Error{ErrorCode::server_unreachable});
        }
    }
}

void Enquiries::clear() {
    renewed(false);
    for (const auto& [request, asked] : std::exchange(pending_, {})) {
        refuse(asked, Error{ErrorCode::server_unreachable});
    }
}

}  // namespace holdfast::client
