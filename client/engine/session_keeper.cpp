#include "client/engine/session_keeper.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "client/engine/http_answer.hpp"
#include "client/engine/limits.hpp"
#include "client/engine/saving.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

using Json = nlohmann::json;

/// The whole of an unsigned 64-bit number in decimal, unlike an id.
std::optional<std::uint64_t> parse_salt(const std::string& text) {
    std::uint64_t salt = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9') {
            return std::nullopt;
        }
        salt = salt * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return text.empty() ? std::nullopt : std::optional(salt);
}

struct Answer {
    Account account;
    body::OfflinePolicy policy;
};

std::optional<Answer> parse_sign_in(std::string_view body) {
    const Json root = json::parse(body);
    const auto user = parse_id(json::text_in(root, "user"));
    const auto organization = parse_id(json::text_in(root, "organization"));
    const auto salt = parse_salt(json::text_in(root, "salt"));
    const bool has_device =
        root.is_object() && root.contains("device") && root["device"].is_number_unsigned();
    if (!user || !organization || !salt || !has_device) {
        return std::nullopt;
    }
    Answer answer;
    answer.account = {.user = *user,
                      .organization = *organization,
                      .device = root["device"].get<DeviceNumber>(),
                      .salt = *salt,
                      .access_token = json::text_in(root, "access_token"),
                      .refresh_token = json::text_in(root, "refresh_token")};
    if (root.contains("policy")) {
        if (const auto policy = body::parse_offline_policy(json::dump(root["policy"]))) {
            answer.policy = *policy;
        }
    }
    return answer.account.access_token.empty() ? std::nullopt : std::optional(answer);
}

}  // namespace

void SessionKeeper::send(Pending pending, std::string path, std::string body, std::string token) {
    const std::uint32_t number =
        device_.request({.request = 0,
                         .method = "POST",
                         .path = std::move(path),
                         .content_type = "application/json",
                         .authorization = token.empty() ? std::string{} : "Bearer " + token,
                         .body = std::move(body),
                         .timeout_ms = limits::auth_time_max.count});
    pending_.emplace(number, std::move(pending));
}

bool SessionKeeper::take(const HttpAnswered& answer) {
    const auto found = pending_.find(answer.request);
    if (found == pending_.end()) {
        return false;
    }
    const Pending pending = std::move(found->second);
    pending_.erase(found);
    std::visit([&](const auto& request) { answered(request, answer); }, pending);
    return true;
}

std::optional<SessionKeeper::Event> SessionKeeper::poll_event() {
    if (events_.empty()) {
        return std::nullopt;
    }
    Event event = events_.front();
    events_.pop_front();
    return event;
}

// ---------------------------------------------------------------------------- sign-in

void SessionKeeper::sign_in(std::int64_t call,
                            const std::string& email,
                            const std::string& password) {
    const auto is_sign_in = [](const auto& entry) {
        return std::holds_alternative<SignIn>(entry.second);
    };
    // Of two, both would speak of the number that the device has now; the second would get one that
    // is not above the first one's, and what waits would be sent out of order.
    if (pending_.size() >= limits::http_pending_max || std::ranges::any_of(pending_, is_sign_in)) {
        device_.reply_error(call, Error{ErrorCode::request_too_many});
        return;
    }
    const bool mobile = device_.device_class == offline::DeviceClass::mobile;
    const Json body{{"email", email},
                    {"password", password},
                    {"device",
                     {{"number", std::to_string(device_.outbox.device())},
                      {"salt", std::to_string(device_.outbox.salt())},
                      {"name", device_.device_name},
                      {"class", mobile ? "mobile" : "desktop"}}}};
    send(SignIn{call}, "/auth/v1/sign-in", json::dump(body), {});
}

void SessionKeeper::answered(const SignIn& request, const HttpAnswered& answer) {
    if (!is_success(answer)) {
        const Refusal refusal = refusal_of(answer);
        device_.reply_error(request.call, refusal.code, refusal.params);
        return;
    }
    const auto parsed = parse_sign_in(answer.body);
    if (!parsed) {
        device_.reply_error(request.call, Error{ErrorCode::request_malformed});
        return;
    }
    if (auto admitted = admit(parsed->account, parsed->policy); !admitted) {
        // The session that was just opened is of no use to anybody.
        send(Farewell{}, "/auth/v1/sign-out", "{}", parsed->account.access_token);
        device_.reply_error(request.call, admitted.error());
        return;
    }
    keep_sealing(answer.body);
    device_.reply_ok(request.call, R"({"user":")" + to_string(parsed->account.user) + R"("})");
    events_.emplace_back(SignedIn{});
}

Result<> SessionKeeper::admit(const Account& account, const body::OfflinePolicy& policy) {
    const auto& before = device_.account();
    if (before && before->user != account.user) {
        if (device_.outbox.holds_work()) {
            return fail(ErrorCode::outbox_not_empty);
        }
        HF_CHECK(wipe());
    }
    HF_CHECK(device_.outbox.save_account(account));
    device_.tell(offline::input::Policy{policy});
    device_.changes.add(Topic::About::session);
    return {};
}

void SessionKeeper::keep_sealing(std::string_view answer) {
    const Json root = json::parse(answer);
    const Json sealing = root.is_object() ? root.value("sealing", Json()) : Json();
    if (sealing.is_object()) {
        (void)device_.outbox.set_value(sealing_name, json::dump(sealing));
    }
}

Result<> SessionKeeper::wipe() {
    HF_CHECK(device_.outbox.sign_out());
    device_.overlay.clear();
    device_.fillings.clear();
    device_.contacts.clear();
    device_.contacts_known = false;
    device_.counters.begin();
    HF_CHECK(device_.renew_replica());
    device_.tell(offline::input::SignedOut{});
    device_.outbox_changed();
    device_.changes.add(Topic::About::session);
    device_.changes.add(Topic::About::counters);
    return {};
}

// ---------------------------------------------------------------------------- sign-out

void SessionKeeper::sign_out(std::int64_t call, bool discard) {
    const auto account = device_.account();
    if (!account) {
        device_.reply_ok(call);
        return;
    }
    if (!discard && device_.outbox.holds_work()) {
        device_.reply_error(call, Error{ErrorCode::outbox_not_empty});
        return;
    }
    if (auto wiped = wipe(); !wiped) {
        device_.reply_error(call, wiped.error());
        return;
    }
    pending_.clear();  // late answers are not for whoever signs in next
    renewing_ = false;
    waiting_for_token_.reset();
    send(Farewell{}, "/auth/v1/sign-out", "{}", account->access_token);
    events_.emplace_back(SignedOut{});
    device_.reply_ok(call);
}

// ---------------------------------------------------------------------------- renewing

void SessionKeeper::renew() {
    if (renewing_) {
        return;
    }
    const auto& account = device_.account();
    if (!account || account->refresh_token.empty()) {
        finish_renewal(Ended{ErrorCode::auth_session_expired});
        return;
    }
    renewing_ = true;
    send(
        Refresh{}, "/auth/v1/refresh", json::dump({{"refresh_token", account->refresh_token}}), {});
}

void SessionKeeper::answered(const Refresh& /*request*/, const HttpAnswered& answer) {
    renewing_ = false;
    if (!is_success(answer)) {
        if (answer.ours && answer.status == 401) {
            finish_renewal(
                Ended{code_named(refusal_of(answer).code, ErrorCode::auth_session_expired)});
        } else {
            finish_renewal(RenewFailed{});
        }
        return;
    }
    const Json root = json::parse(answer.body);
    Account account = *device_.account();
    account.access_token = json::text_in(root, "access_token");
    account.refresh_token = json::text_in(root, "refresh_token");
    account.ended = ErrorCode::none;
    // A token that could not be stored is asked for again: the server repeats its answer.
    if (account.access_token.empty() || !device_.outbox.save_account(account)) {
        finish_renewal(RenewFailed{});
        return;
    }
    keep_sealing(answer.body);
    finish_renewal(Renewed{});
}

void SessionKeeper::finish_renewal(Event event) {
    if (const auto* ended = std::get_if<Ended>(&event)) {
        (void)device_.outbox.end_session(ended->code);  // where not kept, the next start asks again
        device_.changes.add(Topic::About::session);
    }
    if (auto password = std::exchange(waiting_for_token_, std::nullopt)) {
        if (std::holds_alternative<Renewed>(event)) {
            send_password(*std::move(password));
        } else {
            const auto* ended = std::get_if<Ended>(&event);
            device_.reply_error(password->call,
                                Error{ended ? ended->code : ErrorCode::server_unreachable});
        }
    }
    events_.push_back(event);
}

// ---------------------------------------------------------------------------- password

void SessionKeeper::change_password(std::int64_t call,
                                    std::string old_password,
                                    std::string new_password) {
    if (!device_.account()) {
        device_.reply_error(call, Error{ErrorCode::auth_session_expired});
        return;
    }
    if (pending_.size() >= limits::http_pending_max || waiting_for_token_) {
        device_.reply_error(call, Error{ErrorCode::request_too_many});
        return;
    }
    send_password({.call = call,
                   .old_password = std::move(old_password),
                   .new_password = std::move(new_password)});
}

void SessionKeeper::send_password(Password password) {
    std::string body = json::dump(
        {{"old_password", password.old_password}, {"new_password", password.new_password}});
    send(
        std::move(password), "/auth/v1/password", std::move(body), device_.account()->access_token);
}

void SessionKeeper::answered(const Password& request, const HttpAnswered& answer) {
    if (is_success(answer)) {
        device_.reply_ok(request.call);
        return;
    }
    const Refusal refusal = refusal_of(answer);
    const bool expired = refusal.code == error_name(ErrorCode::auth_session_expired);
    if (expired && !request.again && device_.account()) {
        waiting_for_token_ = request;
        waiting_for_token_->again = true;
        renew();
        return;
    }
    device_.reply_error(request.call, refusal.code, refusal.params);
}

}  // namespace holdfast::client
