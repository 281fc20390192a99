#include "server/net/file_routes.hpp"

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/files/limits.hpp"
#include "core/model/json.hpp"
#include "platform/net/asio.hpp"
#include "server/files/limits.hpp"
#include "server/files/links.hpp"
#include "server/net/content_answer.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

constexpr std::string_view folder = "/files/v1/";
constexpr std::string_view uploads_path = "/files/v1/uploads";
constexpr std::string_view upload_folder = "/files/v1/uploads/";
constexpr std::string_view links_path = "/files/v1/links";
constexpr std::string_view content_folder = "/files/v1/content/";

Answer with_tus(Answer answer) {
    answer.headers.emplace_back("Tus-Resumable", files::tus_version);
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

/// What the server can do: the answer to OPTIONS, for anybody.
Answer describe() {
    Answer answer = FileRoutes::make_status(204);
    answer.headers.emplace_back("Tus-Version", files::tus_version);
    answer.headers.emplace_back("Tus-Extension", files::tus_extensions);
    answer.headers.emplace_back("Tus-Checksum-Algorithm", files::tus_checksums);
    answer.headers.emplace_back("Tus-Max-Size", std::to_string(files::limits::bytes_max));
    return answer;
}

/// RFC 9110, 5.6.7.
std::string http_date(WallTime at) {
    const std::time_t seconds = at.ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

std::string make_secret(Environment& environment) {
    std::string secret(32, '\0');
    environment.random(secret.data(), secret.size());
    return secret;
}

}  // namespace

FileRoutes::FileRoutes(Services services)
    : services_(services), link_secret_(make_secret(services.environment)) {}

Answer FileRoutes::make_status(int status) {
    Answer answer;
    answer.status = status;
    return with_tus(std::move(answer));
}

bool FileRoutes::is_path(std::string_view path) {
    return path.starts_with(folder);
}

bool FileRoutes::is_patch(const Request& request) {
    return request.path.starts_with(upload_folder) && request.upload_method() == "PATCH";
}

std::string FileRoutes::loggable(const std::string& path) {
    return path.starts_with(content_folder) ? std::string(content_folder) : path;
}

FileRoutes::Task FileRoutes::answer(Request request) {
    if (services_.store == nullptr) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    if (request.path == links_path) {
        if (request.method != "POST") {
            co_return make_method_refused("POST");
        }
        co_return co_await make_link(std::move(request));
    }
    if (request.path.starts_with(content_folder)) {
        if (request.method != "GET" && request.method != "HEAD") {
            co_return make_method_refused("GET, HEAD");
        }
        co_return co_await content(std::move(request));
    }
    if (request.path == uploads_path || request.path.starts_with(upload_folder)) {
        co_return co_await uploads(std::move(request));
    }
    co_return make_problem(ErrorCode::request_not_found);
}

FileRoutes::Task FileRoutes::uploads(Request request) {
    if (request.method == "OPTIONS") {
        co_return describe();
    }
    const std::string_view method = request.upload_method();
    const bool is_collection = request.path == uploads_path;
    if (is_collection ? method != "POST" : method != "HEAD" && method != "DELETE") {
        co_return make_method_refused(is_collection ? "OPTIONS, POST"
                                                    : "OPTIONS, HEAD, PATCH, DELETE");
    }
    if (request.tus.resumable != files::tus_version) {
        Answer answer = with_tus(make_problem(ErrorCode::protocol_unsupported));
        answer.status = 412;  // of the protocol
        answer.headers.emplace_back("Tus-Version", files::tus_version);
        co_return answer;
    }
    if (is_collection) {
        co_return co_await create(std::move(request));
    }
    if (method == "HEAD") {
        co_return co_await tell_offset(std::move(request));
    }
    co_return co_await terminate(std::move(request));
}

Result<services::Identity> FileRoutes::identify(const Request& request) const {
    return services_.auth.check_access(bearer_token(request.authorization));
}

Result<FileRoutes::Allowed> FileRoutes::allow(Id user, const files::UploadKey& key) const {
    HF_TRY(auto known, services_.hub.find_file(user, key.channel, key.file));
    if (known.file.author != user) {
        return fail(ErrorCode::file_not_yours, files::to_string(key));
    }
    if (known.file.refused != 0) {
        return fail(static_cast<ErrorCode>(known.file.refused), "refused before");
    }
    return Allowed{key, std::move(known)};
}

Result<FileRoutes::Allowed> FileRoutes::allow_address(const Request& request) const {
    // A stranger is told nothing about addresses.
    HF_TRY(const services::Identity identity, identify(request));
    const auto key = files::parse_upload_key(
        std::string_view(request.path).substr(std::min(upload_folder.size(), request.path.size())));
    if (!key) {
        return fail(ErrorCode::request_not_found, "address of an upload");
    }
    return allow(identity.user, *key);
}

Result<FileRoutes::Allowed> FileRoutes::allow_creation(const Request& request) const {
    HF_TRY(const services::Identity identity, identify(request));
    HF_TRY(const std::int64_t length, files::parse_length(request.tus.length));
    if (length > files::limits::bytes_max) {
        return fail_at_limit(
            ErrorCode::file_too_large, files::limits::bytes_max, std::to_string(length));
    }
    HF_TRY(const std::int64_t granted, services_.hub.file_bytes_max(identity.organization));
    if (granted > 0 && length > granted) {
        return fail_at_limit(ErrorCode::file_too_large, granted, std::to_string(length));
    }
    HF_TRY(const files::UploadKey key, files::parse_metadata(request.tus.metadata));
    HF_TRY(auto allowed, allow(identity.user, key));
    if (length != allowed.length()) {
        return fail(ErrorCode::request_malformed, "Upload-Length differs from what was announced");
    }
    return allowed;
}

/// How much of an upload is here: all of it, or what `ask` finds in the store.
template <class Ask>
asio::awaitable<Result<std::int64_t>> FileRoutes::arrived(const Allowed& allowed, Ask ask) {
    if (allowed.known.file.stored) {
        co_return allowed.length();
    }
    UploadTurns::Turn turn(turns_, allowed.key);
    if (!turn.granted()) {
        co_return fail(ErrorCode::file_upload_busy);
    }
    auto offset = co_await workers_.run(std::move(ask));
    if (offset) {
        offset = co_await finish_if_whole(allowed, turn, *offset);
    }
    co_return offset;
}

FileRoutes::Task FileRoutes::create(Request request) {
    const auto allowed = allow_creation(request);
    if (!allowed) {
        co_return refuse(request, allowed.error());
    }
    const Id user = allowed->known.file.author;
    const auto offset = co_await arrived(
        *allowed,
        [store = services_.store, key = allowed->key, user] { return store->begin(key, user); });
    if (!offset) {
        co_return refuse(request, offset.error());
    }
    Answer answer = make_status(201);
    answer.content_type = "application/json";
    answer.body = R"({"offset":)" + std::to_string(*offset) + "}";  // one question less
    answer.headers.emplace_back("Location",
                                std::string(upload_folder) + files::to_string(allowed->key));
    answer.headers.emplace_back("Upload-Expires", co_await expires(allowed->key));
    co_return answer;
}

asio::awaitable<std::string> FileRoutes::expires(files::UploadKey key) {
    const auto touched =
        co_await workers_.run([store = services_.store, key] { return store->touched_at(key); });
    co_return http_date(touched.value_or(services_.environment.wall()) +
                        files::limits::upload_age_max);
}

FileRoutes::Task FileRoutes::tell_offset(Request request) {
    const auto allowed = allow_address(request);
    if (!allowed) {
        co_return refuse(request, allowed.error());
    }
    const auto offset = co_await arrived(
        *allowed, [store = services_.store, key = allowed->key] { return store->offset(key); });
    if (!offset) {
        co_return refuse(request, offset.error());
    }
    Answer answer = make_status(200);
    answer.headers.emplace_back("Upload-Offset", std::to_string(*offset));
    answer.headers.emplace_back("Upload-Length", std::to_string(allowed->length()));
    answer.headers.emplace_back("Upload-Expires", co_await expires(allowed->key));
    answer.body_omitted = true;
    co_return answer;
}

FileRoutes::Task FileRoutes::terminate(Request request) {
    const auto allowed = allow_address(request);
    if (!allowed) {
        co_return refuse(request, allowed.error());
    }
    UploadTurns::Turn turn(turns_, allowed->key);
    if (!turn.granted()) {
        co_return refuse(request, Error{ErrorCode::file_upload_busy, {}, {}});
    }
    services_.store->drop(allowed->key);
    co_return make_status(204);
}

/// An upload that was whole when the process was killed is finished by whoever asks for it.
asio::awaitable<Result<std::int64_t>> FileRoutes::finish_if_whole(const Allowed& allowed,
                                                                  UploadTurns::Turn& turn,
                                                                  std::int64_t offset) {
    if (offset >= allowed.length()) {
        const auto done = co_await finish(allowed, turn);
        if (!done) {
            co_return std::unexpected(done.error());
        }
    }
    co_return offset;
}

asio::awaitable<Result<>> FileRoutes::finish(const Allowed& allowed, UploadTurns::Turn& turn) {
    const UploadTurns::Turn::Writing writing(turn);
    files::FileStore::Expected expected{.bytes = allowed.length(),
                                        .sha256 = allowed.known.file.sha256,
                                        .type = allowed.known.file.type};
    auto work = [store = services_.store, key = allowed.key, expected = std::move(expected)] {
        return store->finish(key, expected);
    };
    const auto kept = co_await workers_.run(std::move(work));
    const ErrorCode code = kept ? ErrorCode::none : kept.error().code;
    const bool is_final = code == ErrorCode::none || code == ErrorCode::file_wrong_type ||
                          code == ErrorCode::file_broken || code == ErrorCode::file_image_too_large;
    if (is_final) {
        const auto told = services_.hub.settle_file(allowed.known.key, code);
        services_.sockets.schedule();
        if (!told) {
            co_return told;
        }
        services_.store->drop(allowed.key);
        ++(kept ? services_.counters.files_stored : services_.counters.files_refused);
    }
    services_.log.write(Log::Level::info,
                        kept ? "file_stored" : "file_refused",
                        {{"file", files::to_string(allowed.key)},
                         {"bytes", allowed.length()},
                         {"code", error_name(code)}});
    co_return kept;
}

FileRoutes::Task FileRoutes::make_link(Request request) {
    const auto identity = identify(request);
    if (!identity) {
        co_return refuse(request, identity.error());
    }
    const auto wanted = nlohmann::json::parse(request.body, nullptr, false);
    const auto channel = parse_id(json::text_in(wanted, "channel"));
    const auto file = parse_id(json::text_in(wanted, "file"));
    if (!channel || !file) {
        co_return refuse(request, Error{ErrorCode::request_malformed, "channel and file", {}});
    }
    const auto known = services_.hub.find_file(identity->user, *channel, *file);
    if (!known) {
        co_return refuse(request, known.error());
    }
    if (!known->file.stored) {
        co_return refuse(request, Error{ErrorCode::file_on_its_way, {}, {}});
    }
    const files::Link link{
        .organization = identity->organization,
        .user = identity->user,
        .key = {*channel, *file},
        .expires_at = services_.environment.wall() + files::limits::link_age_max};
    const nlohmann::json body{
        {"url", std::string(content_folder) + files::print(link_secret_, link)},
        {"expires_in_ms", files::limits::link_age_max.count}};
    Answer answer;
    answer.content_type = "application/json";
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.body = body.dump();
    co_return answer;
}

FileRoutes::Task FileRoutes::content(Request request) {
    const auto link =
        files::parse_link(link_secret_,
                          std::string_view(request.path).substr(content_folder.size()),
                          services_.environment.wall());
    if (!link) {
        co_return refuse(request, Error{ErrorCode::file_link_expired, {}, {}});
    }
    // Who has lost the channel since has lost the file.
    const auto known = services_.hub.find_file(link->user, link->key.channel, link->key.file);
    if (!known) {
        co_return refuse(request, known.error());
    }
    auto work = [store = services_.store, sha256 = known->file.sha256] {
        return store->open_content(sha256);
    };
    auto opened = co_await workers_.run(std::move(work));
    if (!opened) {
        co_return refuse(request, opened.error());
    }
    ++services_.counters.files_sent;
    co_return answer_content(known->file, *std::move(opened), request);
}

asio::awaitable<void> FileRoutes::expire() {
    if (services_.store == nullptr) {
        co_return;
    }
    const WallTime moment{services_.environment.wall().ms - files::limits::upload_age_max.count};
    const std::size_t dropped = co_await workers_.run(
        [store = services_.store, moment] { return store->drop_older_than(moment); });
    if (dropped > 0) {
        services_.log.write(
            Log::Level::info, "uploads_expired", {{"count", static_cast<std::int64_t>(dropped)}});
    }
}

Answer FileRoutes::refuse(const Request& request, const Error& error) const {
    const bool is_busy = error.code == ErrorCode::file_upload_busy;
    Answer answer = with_tus(make_problem(error.code, error.params, Millis{is_busy ? 1000 : 0}));
    answer.body_omitted = request.method == "HEAD";
    services_.log.write(answer.status >= 500 ? Log::Level::error : Log::Level::info,
                        "request_refused",
                        {{"path", FileRoutes::loggable(request.path)},
                         {"address", request.address},
                         {"code", error_name(error.code)},
                         {"detail", error.detail}});
    return answer;
}

}  // namespace holdfast::net
