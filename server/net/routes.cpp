#include "server/net/routes.hpp"

#include <utility>

#include "platform/net/asio.hpp"
#include "platform/net/compression.hpp"
#include "server/auth/auth_json.hpp"
#include "server/net/limits.hpp"
#include "server/net/rate_limit.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

Answer make_json(std::string body) {
    Answer answer;
    answer.content_type = "application/json";
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.body = std::move(body);
    return answer;
}

Answer make_text(std::string body) {
    Answer answer;
    answer.content_type = "text/plain; charset=utf-8";
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.body = std::move(body);
    return answer;
}

Answer make_empty() {
    Answer answer;
    answer.status = 204;
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

/// Addresses under these are never screens of the app.
bool is_reserved(std::string_view path) {
    return path.starts_with("/auth/") || path.starts_with("/sync/") || path.starts_with("/forms/");
}

}  // namespace

const Routes::Route Routes::routes[] = {
    {"/auth/v1/sign-in", "POST", &Routes::sign_in},
    {"/auth/v1/recovery", "POST", &Routes::recovery},
    {"/auth/v1/standing", "POST", &Routes::standing},
    {"/auth/v1/refresh", "POST", &Routes::refresh},
    {"/auth/v1/sign-out", "POST", &Routes::sign_out},
    {"/auth/v1/password", "POST", &Routes::change_password},
    {"/sync/v1/pull", "POST", &Routes::pull},
    {"/sync/v1/older", "POST", &Routes::older},
    {"/healthz", "GET", &Routes::health},
    {"/metrics", "GET", &Routes::metrics},
    {"/ca.crt", "GET", &Routes::authority},
};

asio::awaitable<Answer> Routes::answer(Request request) {
    for (const Route& route : routes) {
        if (route.path == request.path) {
            if (route.method != request.method) {
                co_return make_method_refused(route.method);
            }
            co_return co_await (this->*route.handler)(std::move(request));
        }
    }
    if (request.path == "/sync/v1/socket") {
        if (request.method != "GET") {
            co_return make_method_refused("GET");
        }
        Answer answer = make_problem(ErrorCode::protocol_unexpected);
        answer.headers.emplace_back("Upgrade", "websocket");
        co_return answer;
    }
    if (is_reserved(request.path)) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    co_return app(request);
}

Answer Routes::refuse(const Request& request, const Error& error) const {
    Answer answer = make_problem(error.code, error.params, retry_after_of(error));
    services_.log.write(answer.status >= 500 ? Log::Level::error : Log::Level::info,
                        "request_refused",
                        {{"path", request.path},
                         {"address", request.address},
                         {"code", error_name(error.code)},
                         {"detail", error.detail}});
    return answer;
}

asio::awaitable<Result<Routes::Presented>> Routes::present(const Request& request) {
    auto wanted = auth::parse_sign_in(request.body);
    if (!wanted) {
        co_return std::unexpected(wanted.error());
    }
    auto check = services_.auth.begin_sign_in(wanted->email, request.address);
    if (!check) {
        co_return std::unexpected(check.error());
    }
    std::string password = std::exchange(wanted->password, {});
    const auto is_right = co_await check_password(check->hash, std::move(password));
    if (!is_right) {
        co_return std::unexpected(is_right.error());
    }
    co_return Presented{*std::move(wanted), *std::move(check), *is_right};
}

asio::awaitable<Answer> Routes::sign_in(Request request) {
    const auto presented = co_await present(request);
    if (!presented) {
        co_return refuse(request, presented.error());
    }
    const auto& [wanted, check, is_right] = *presented;
    const auto answer = services_.auth.finish_sign_in(check, is_right, wanted.device);
    services_.sockets.schedule();
    if (!answer) {
        co_return refuse(request, answer.error());
    }
    services_.log.write(Log::Level::info,
                        "signed_in",
                        {{"user", to_string(answer->user)},
                         {"device", static_cast<std::int64_t>(answer->device)},
                         {"address", request.address}});
    co_return make_json(auth::encode(*answer));
}

asio::awaitable<Answer> Routes::recovery(Request request) {
    const auto presented = co_await present(request);
    if (!presented) {
        co_return refuse(request, presented.error());
    }
    const auto& [wanted, check, is_right] = *presented;
    const auto key = services_.auth.finish_recovery(check, is_right, wanted.device.number);
    if (!key) {
        co_return refuse(request, key.error());
    }
    services_.log.write(Log::Level::info,
                        "store_recovered",
                        {{"device", static_cast<std::int64_t>(wanted.device.number)},
                         {"address", request.address}});
    co_return make_json(R"({"recovery":")" + *key + R"("})");
}

asio::awaitable<Answer> Routes::standing(Request request) {
    const auto door = auth::parse_standing_request(request.body);
    if (!door) {
        co_return refuse(request, door.error());
    }
    const auto is_barred = services_.auth.is_barred(*door);
    if (!is_barred) {
        co_return refuse(request, is_barred.error());
    }
    co_return make_json(*is_barred ? R"({"barred":true})" : R"({"barred":false})");
}

asio::awaitable<Result<bool>> Routes::check_password(std::string hash, std::string password) {
    ++services_.counters.passwords_checked;
    const std::int64_t begun_us = services_.environment.stopwatch_us();
    auto is_right = co_await services_.passwords.verify(std::move(hash), std::move(password));
    services_.counters.password_time.add(services_.environment.stopwatch_us() - begun_us);
    co_return is_right;
}

asio::awaitable<Answer> Routes::refresh(Request request) {
    const auto token = auth::parse_refresh_request(request.body);
    if (!token) {
        co_return refuse(request, token.error());
    }
    const auto tokens = services_.auth.refresh(*token);
    services_.sockets.schedule();
    if (!tokens) {
        co_return refuse(request, tokens.error());
    }
    co_return make_json(auth::encode(*tokens));
}

asio::awaitable<Answer> Routes::sign_out(Request request) {
    const auto identity = services_.auth.check_access(bearer_token(request.authorization));
    if (!identity) {
        co_return refuse(request, identity.error());
    }
    const auto done = services_.auth.sign_out(*identity);
    services_.sockets.schedule();
    if (!done) {
        co_return refuse(request, done.error());
    }
    co_return make_empty();
}

asio::awaitable<Answer> Routes::change_password(Request request) {
    const auto identity = services_.auth.check_access(bearer_token(request.authorization));
    if (!identity) {
        co_return refuse(request, identity.error());
    }
    auto wanted = auth::parse_password_request(request.body);
    if (!wanted) {
        co_return refuse(request, wanted.error());
    }
    if (const auto good = auth::AuthService::check_new_password(wanted->new_password); !good) {
        co_return refuse(request, good.error());
    }
    const auto check = services_.auth.begin_change_password(*identity, request.address);
    if (!check) {
        co_return refuse(request, check.error());
    }
    const auto is_right = co_await check_password(check->hash, std::move(wanted->old_password));
    if (!is_right) {
        co_return refuse(request, is_right.error());
    }
    std::string hash;
    if (*is_right) {
        auto made = co_await services_.passwords.make_hash(std::move(wanted->new_password));
        if (!made) {
            co_return refuse(request, made.error());
        }
        hash = *std::move(made);
    }
    const auto done =
        services_.auth.finish_change_password(*identity, *check, *is_right, std::move(hash));
    services_.sockets.schedule();
    if (!done) {
        co_return refuse(request, done.error());
    }
    co_return make_empty();
}

asio::awaitable<Answer> Routes::pull(Request request) {
    co_return frames_of(request, &services::Hub::pull);
}

asio::awaitable<Answer> Routes::older(Request request) {
    co_return frames_of(request, &services::Hub::older);
}

Answer Routes::frames_of(const Request& request, FrameSource source) {
    const auto identity = services_.auth.check_access(bearer_token(request.authorization));
    if (!identity) {
        return refuse(request, identity.error());
    }
    auto frames = (services_.hub.*source)(*identity, request.body);
    return frames ? make_frames(request, *std::move(frames)) : refuse(request, frames.error());
}

Answer Routes::make_frames(const Request& request, wire::Bytes frames) {
    Answer answer;
    answer.content_type = "application/x-holdfast";
    answer.headers.emplace_back("Cache-Control", "no-store");
    const Encoding encoding = frames.size() < limits::compress_bytes_min
                                  ? Encoding::identity
                                  : choose_encoding(request.accept_encoding);
    if (encoding == Encoding::identity) {
        answer.body = std::move(frames);
    } else {
        answer.headers.emplace_back("Content-Encoding", encoding_name(encoding));
        answer.body = compress(
            encoding,
            frames,
            encoding == Encoding::zstd ? limits::pull_zstd_level : limits::pull_gzip_level);
    }
    services_.counters.pull_wire_bytes += answer.body.size();
    return answer;
}

asio::awaitable<Answer> Routes::health(Request /*request*/) {
    co_return make_text("ok\n");
}

asio::awaitable<Answer> Routes::metrics(Request request) {
    // A proxy on this machine speaks for others: what it passes on does not come from here.
    if (!is_loopback(request.address) || request.forwarded) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    Answer answer = make_text(format_metrics(services_.hub.counters(), services_.counters));
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return answer;
}

/// What a phone installs to trust the demonstration's certificate; no secret.
asio::awaitable<Answer> Routes::authority(Request /*request*/) {
    if (services_.authority.empty()) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    Answer answer = make_text(services_.authority);
    answer.content_type = "application/x-x509-ca-cert";
    co_return answer;
}

Answer Routes::app(const Request& request) const {
    const StaticFile* file = services_.files.find(request.path);
    if (file == nullptr) {
        return make_problem(ErrorCode::request_not_found);
    }
    if (request.method != "GET" && request.method != "HEAD") {
        return make_method_refused("GET, HEAD");
    }
    Answer answer;
    answer.headers.emplace_back("ETag", file->etag);
    answer.headers.emplace_back("Cache-Control", file->cache_control);
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    if (names_etag(request.if_none_match, file->etag)) {
        answer.status = 304;
        return answer;
    }
    answer.content_type = file->type;
    const auto [bytes, encoding] = file->body(request.accept_encoding);
    if (!encoding.empty()) {
        answer.headers.emplace_back("Content-Encoding", encoding);
    }
    answer.borrowed = bytes;
    answer.body_omitted = request.method == "HEAD";
    return answer;
}

}  // namespace holdfast::net
