#include "sim/server.hpp"

#include <cstring>

#include "core/wire/codec.hpp"
#include "server/auth/auth_json.hpp"
#include "server/evaluate/jq.hpp"
#include "server/evaluate/process.hpp"
#include "server/services/policy.hpp"
#include "server/services/server_world.hpp"
#include "server/storage/common/transact.hpp"
#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr Millis mark_every{5'000};

std::string_view token_of(const std::string& authorization) {
    const std::string_view header = authorization;
    return header.starts_with(bearer) ? header.substr(bearer.size()) : std::string_view{};
}

/// A pull that asks for less at once; 0: for what it likes.
std::string with_budget(const std::string& body, std::uint32_t bytes) {
    auto frame = wire::decode(body);
    auto* pull = frame && bytes > 0 ? std::get_if<wire::Pull>(&*frame) : nullptr;
    if (pull == nullptr) {
        return body;
    }
    pull->bytes = bytes;
    return wire::encode(*pull);
}

std::string unique_name() {
    static std::uint64_t count = 0;
    return "sim-server-" + std::to_string(count++);
}

}  // namespace

Server::Server(Clock& clock, const Profile& profile, Random random)
    : clock_(clock), profile_(profile), random_(random), disk_(unique_name()) {
    if (HF_BROKEN(server_not_synced)) {
        disk_.ignore_syncs_of("server.db-wal");
    }
}

Result<> Server::found(OrganizationSize size) {
    HF_TRY(const auto storage, storage::SqliteStorage::open("server.db", disk_.vfs(), true));
    HF_TRY(organization_, make_organization(*storage, size));
    return {};
}

bool Server::start() {
    disk_.restart();
    auto storage = storage::SqliteStorage::open("server.db", disk_.vfs(), true);
    if (!storage) {
        return false;
    }
    storage_ = *std::move(storage);
    seen_ = std::make_unique<LyingStorage>(*storage_, without_effect_);
    auto history = services::check_history(*seen_, *this, mark_);
    auto auth = history ? auth::AuthService::create(*seen_, *this)
                        : std::unexpected(std::move(history).error());
    if (!auth) {
        seen_.reset();
        storage_.reset();
        return false;
    }
    renewed_ = history->renewed;
    mark_ = std::move(history->mark);
    auth_ = *std::move(auth);
    hub_ = std::make_unique<services::Hub>(*seen_, *this, *auth_, profile_.hub);
    if (profile_.segments.offered) {
        segments_ = std::make_unique<Segments>(profile_.segments, *hub_, *auth_, *this);
    }
    return true;
}

void Server::stop(bool power) {
    disk_.kill();  // what destructors would still write does not happen
    segments_.reset();
    hub_.reset();
    auth_.reset();
    seen_.reset();
    storage_.reset();
    if (power) {
        disk_.lose_power(random_);
    }
}

void Server::restore_backup(bool lose_mark) {
    disk_.restore(backup_);
    if (lose_mark) {
        mark_.reset();
    }
}

void Server::keep_mark() {
    if (now() < mark_due_ || !mark_) {
        return;
    }
    mark_due_ = now() + mark_every;
    if (const auto age = storage_->age()) {
        mark_->age = *age;
    }
}

Result<> Server::set_entitled(bool entitled) {
    HF_TRY(const BucketId directory,
           services::ServerWorld(*storage_, organization_.id).directory());
    const std::int64_t longest = profile_.history_days;
    const body::Entitlement terms{
        .state = entitled ? body::EntitlementState::granted : body::EntitlementState::withdrawn,
        .history_days = longest == 0 ? 0 : random_.between(0, longest)};
    const RowChange change{.key = {directory, RowKind::entitlement, organization_.id},
                           .body = body::encode(terms)};
    HF_TRY([[maybe_unused]] const auto written,
           storage::transact(*storage_, [&] { return storage_->write_rows({&change, 1}); }));
    hub_->refresh();
    return {};
}

bool Server::is_entitled() {
    const auto known = services::read_entitlement(*storage_, organization_.id);
    return known && known->is_granted();
}

void Server::end_sessions(Id user) {
    const auto sessions = seen_->sessions_of(user);
    if (!sessions) {
        return;
    }
    for (const storage::SessionRecord& session : *sessions) {
        if (!session.revoked && random_.chance(500)) {
            (void)auth_->sign_out({.user = session.user,
                                   .organization = session.organization,
                                   .device = session.device,
                                   .session = session.id});
        }
    }
}

Server::HttpReply Server::http(const client::HttpRequest& request) {
    auto body = answer(request);
    if (body) {
        return {200, *std::move(body)};
    }
    const ErrorEntry* entry = find_error(body.error().code);
    const int status = entry == nullptr ? 500 : entry->http;
    return {status,
            R"({"code":")" + std::string(error_name(body.error().code)) + R"(","params":{}})"};
}

Result<std::string> Server::answer(const client::HttpRequest& request) {
    if (request.path == "/auth/v1/sign-in") {
        HF_TRY(const auto parsed, auth::parse_sign_in(request.body));
        HF_TRY(const auto check, auth_->begin_sign_in(parsed.email, "sim"));
        HF_TRY(const auto signed_in, auth_->finish_sign_in(check, true, parsed.device));
        return auth::encode(signed_in);
    }
    if (request.path == "/auth/v1/refresh") {
        HF_TRY(const auto token, auth::parse_refresh_request(request.body));
        HF_TRY(const auto tokens, auth_->refresh(token));
        return auth::encode(tokens);
    }
    if (request.path == "/sync/v1/pull") {
        HF_TRY(const auto identity, auth_->check_access(token_of(request.authorization)));
        return hub_->pull(identity, with_budget(request.body, profile_.segments.pull_bytes));
    }
    if (segments_ != nullptr && Segments::is_path(request.path)) {
        return segments_->answer(request.path);
    }
    return fail(ErrorCode::request_not_found);
}

Result<workflow::Inputs> Server::evaluate(const services::Evaluation& wanted) {
    // One for all worlds: an expression means the same in each, and compiling it took half of the
    // time.
    static evaluate::JqEvaluator evaluator;
    return evaluate::answer({.expressions = wanted.expressions, .context = wanted.context},
                            evaluator);
}

void Server::random(void* bytes, std::size_t count) {
    auto* out = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<unsigned char>(random_.next());
    }
}

}  // namespace holdfast::sim
