#include "core/sync/client_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/deadline.hpp"
#include "core/sync/digest.hpp"

namespace holdfast::sync {
namespace {

/// transitions[from][to], in the order of State's alternatives:
/// Opening, Greeting, Connected, Waiting, Stopped.
constexpr std::array<std::array<bool, 5>, 5> transitions{{
    {false, true, false, true, true},
    {false, false, true, true, true},
    {false, false, false, true, true},
    {true, false, false, true, true},
    {true, false, false, false, true},
}};

bool is_auth(ErrorCode code) {
    return code == ErrorCode::auth_session_expired || code == ErrorCode::auth_session_revoked ||
           code == ErrorCode::auth_access_revoked;
}

}  // namespace

ClientSession::ClientSession(Options options, Instant now)
    : options_(std::move(options)), state_(Waiting{now}), jitter_(options_.seed) {
    for (BucketCursor& cursor : options_.cursors) {
        Track& track = tracks_[cursor.head.id];
        track.cursor = cursor;
        track.planned = cursor;
    }
    options_.cursors.clear();
    open(now);
}

void ClientSession::handle(Instant now, const Input& input) {
    std::visit([&](const auto& specific) { on(now, specific); }, input);
    schedule(now);
}

std::optional<ClientSession::Output> ClientSession::poll_output() {
    if (outputs_.empty()) {
        return std::nullopt;
    }
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

std::optional<Instant> ClientSession::next_deadline() const {
    if (const auto* opening = std::get_if<Opening>(&state_)) {
        return opening->give_up_at;
    }
    if (const auto* greeting = std::get_if<Greeting>(&state_)) {
        return greeting->give_up_at;
    }
    if (const auto* waiting = std::get_if<Waiting>(&state_)) {
        return waiting->until;
    }
    if (const auto* connected = std::get_if<Connected>(&state_)) {
        return earliest({connected->answer_by,
                         connected->ping_at,
                         pull_again_at_,
                         rest_until_,
                         release_at_,
                         push_at_,
                         outcomes_due()});
    }
    return std::nullopt;
}

Progress ClientSession::progress() const {
    Progress progress{.received = received_, .expected = received_, .complete = greeted_};
    for (const auto& [id, track] : tracks_) {
        const BucketCursor& cursor = track.cursor;
        if (cursor.exact() && !track.refused && !track.repair) {
            continue;
        }
        progress.complete = false;
        if (track.repair) {
            progress.expected += track.repair->work.missing();
            continue;
        }
        progress.expected += cursor.complete
                                 ? cursor.head.version - cursor.version
                                 : cursor.head.rows - std::min(cursor.rows, cursor.head.rows);
    }
    return progress;
}

// ---------------------------------------------------------------------------- connection

void ClientSession::open(Instant now) {
    enter(Opening{now + limits::open_time_max});
    outputs_.emplace_back(OpenSocket{});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::wait(Instant now, Cause cause, ErrorCode code, Millis at_least) {
    const auto* connected = std::get_if<Connected>(&state_);
    if (connected != nullptr && now - connected->since >= limits::healthy_after) {
        retry_bound_ = limits::retry_first;
    }
    if (!std::holds_alternative<Waiting>(state_)) {
        leave_connection();
    }
    // Full jitter (Brooker, "Exponential Backoff And Jitter"): a herd spreads by itself.
    const auto span =
        static_cast<std::int64_t>(jitter_.next() % static_cast<std::uint64_t>(retry_bound_.count)) +
        1;
    retry_bound_.count = std::min(retry_bound_.count * 2, limits::retry_bound_max.count);
    enter(Waiting{now + Millis{std::max(span, at_least.count)}, cause, code});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::leave_connection() {
    outputs_.emplace_back(CloseSocket{});
    for (auto& [id, track] : tracks_) {
        track.in_flight = false;
        track.refused = false;
        track.repair.reset();
        track.repairs = 0;
        track.segment.reset();
        track.pages_only = false;
        track.old_addresses = 0;
    }
    resting_.clear();
    rest_until_.reset();
    rest_ = {};
    share_ = {};
    pulls_.clear();  // late answers are not taken: their numbers are unknown now
    pull_again_at_.reset();
    pull_delay_ = {};
    forget_sent();
}

void ClientSession::renew(Instant now) {
    if (!std::holds_alternative<Waiting>(state_)) {
        leave_connection();
    }
    renewing_ = true;
    enter(Waiting{now + limits::retry_bound_max, Cause::unreachable, ErrorCode::none});
    outputs_.emplace_back(Renew{});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on(Instant now, const SocketOpened& /*input*/) {
    if (!std::holds_alternative<Opening>(state_)) {
        return;
    }
    enter(Greeting{now + limits::open_time_max});
    greet(options_.resume.empty());
}

/// In short: who it is by a sealed token, and where it stands by a digest. That is enough where
/// nothing is new; else the server asks for everything.
void ClientSession::greet(bool in_full) {
    wire::Hello hello;
    hello.device = options_.device;
    hello.app_version = options_.app_version;
    hello.device_class = options_.device_class;
    hello.waiting = static_cast<std::uint32_t>(options_.waiting);
    hello.resume = options_.resume;
    if (in_full) {
        hello.token = options_.token;
        hello.salt = options_.salt;
        hello.cursors.reserve(std::min(tracks_.size(), wire::limits::cursors_max));
        for (const auto& [id, track] : tracks_) {
            if (hello.cursors.size() == wire::limits::cursors_max) {
                break;
            }
            hello.cursors.push_back(cursor_of(id, track.cursor));
        }
    } else {
        Sum digest;
        for (const auto& [id, track] : tracks_) {
            const wire::Cursor cursor = cursor_of(id, track.cursor);
            digest += digest_of(id, cursor.epoch, cursor.version, cursor.sum);
        }
        hello.digest = digest;
    }
    outputs_.emplace_back(Send{wire::encode(hello)});
}

/// A bucket that is not complete is named too, at version 0: so the server can say that it is lost.
wire::Cursor ClientSession::cursor_of(BucketId id, const BucketCursor& cursor) {
    return cursor.complete ? wire::Cursor{id, cursor.head.epoch, cursor.version, cursor.sum}
                           : wire::Cursor{id, cursor.head.epoch, 0, {}};
}

void ClientSession::on_frame(Instant now, wire::Again&& /*frame*/) {
    auto* greeting = std::get_if<Greeting>(&state_);
    if (greeting == nullptr) {
        wait(now, Cause::unreachable, ErrorCode::protocol_unexpected);
        return;
    }
    greeting->give_up_at = now + limits::open_time_max;
    greet(true);
}

void ClientSession::on(Instant now, const SocketClosed& /*input*/) {
    if (!std::holds_alternative<Waiting>(state_) && !std::holds_alternative<Stopped>(state_)) {
        wait(now, Cause::unreachable, ErrorCode::server_unreachable);
    }
}

void ClientSession::on(Instant now, const SocketReceived& input) {
    if (std::holds_alternative<Waiting>(state_) || std::holds_alternative<Stopped>(state_)) {
        return;
    }
    auto frame = wire::decode(input.bytes);
    if (!frame) {
        wait(now, Cause::unreachable, frame.error().code);
        return;
    }
    if (auto* connected = std::get_if<Connected>(&state_)) {
        connected->answer_by
            .reset();  // any frame is a sign of life; a pong may stand behind much data
    }
    std::visit([&](auto&& specific) { on_frame(now, std::move(specific)); }, *std::move(frame));
}

void ClientSession::on_frame(Instant now, wire::Welcome&& frame) {
    if (!std::holds_alternative<Greeting>(state_)) {
        wait(now, Cause::unreachable, ErrorCode::protocol_unexpected);
        return;
    }
    enter(Connected{.since = now, .answer_by = {}, .ping_at = now + limits::ping_every});
    options_.salt = frame.salt;
    options_.device = frame.device;
    options_.resume = frame.resume;
    greeted_ = true;
    server_time_ = frame.server_time;
    store_failed_ = false;
    outputs_.emplace_back(Greeted{frame.server_time,
                                  frame.salt,
                                  frame.device,
                                  std::move(frame.policy),
                                  std::move(frame.resume)});
    drop(frame.revoked);
    learn(frame.heads, true);
    learn(unnamed(frame.heads), true);
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on_frame(Instant /*now*/, wire::Heads&& frame) {
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    learn(frame.heads, false);
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on_frame(Instant /*now*/, wire::Revoke&& frame) {
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    drop(frame.buckets);
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on_frame(Instant /*now*/, wire::Page&& frame) {
    if (std::holds_alternative<Connected>(state_)) {
        take_page(std::move(frame));
    }
}

void ClientSession::on_frame(Instant /*now*/, wire::Presence&& frame) {
    outputs_.emplace_back(ContactsChanged{std::move(frame.contacts)});
}

void ClientSession::on_frame(Instant /*now*/, wire::Pong&& /*frame*/) {
}  // a sign of life, as any frame

void ClientSession::on_frame(Instant now, wire::GoAway&& frame) {
    if (is_auth(frame.code)) {
        renew(now);
    } else if (frame.code == ErrorCode::auth_wrong_device) {
        // A copy of this device has taken the session with it. Its tokens are good, and not ours.
        on(now, SignedOut{frame.code});
        outputs_.emplace_back(LoseSession{frame.code});
    } else if (frame.code == ErrorCode::protocol_unsupported) {
        leave_connection();
        enter(Stopped{.signed_out = false, .code = frame.code});
        outputs_.emplace_back(StatusChanged{});
    } else {
        const bool passing = frame.code == ErrorCode::server_draining ||
                             frame.code == ErrorCode::server_busy ||
                             frame.code == ErrorCode::request_too_many;
        wait(now, passing ? Cause::unreachable : Cause::refused, frame.code, frame.retry_after);
    }
}

template <class Unexpected>
void ClientSession::on_frame(Instant now, Unexpected&& /*frame*/) {
    wait(now, Cause::unreachable, ErrorCode::protocol_unexpected);
}

void ClientSession::on(Instant now, const Renewed& input) {
    options_.token = input.token;
    renewing_ = false;
    pull_again_at_.reset();
    if (std::holds_alternative<Waiting>(state_) || std::holds_alternative<Stopped>(state_)) {
        open(now);
    }
}

void ClientSession::on(Instant /*now*/, const SignedOut& input) {
    renewing_ = false;
    leave_connection();
    enter(Stopped{.signed_out = true, .code = input.code});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on(Instant now, const RenewFailed& /*input*/) {
    renewing_ = false;
    if (std::holds_alternative<Waiting>(state_)) {
        wait(now, Cause::unreachable, ErrorCode::server_unreachable);
    } else {
        pulls_failed(now);
    }
}

void ClientSession::on(Instant now, const TryNow& /*input*/) {
    store_failed_ = false;
    const auto* stopped = std::get_if<Stopped>(&state_);
    if ((std::holds_alternative<Waiting>(state_) && !renewing_) ||
        (stopped != nullptr && !stopped->signed_out)) {
        open(now);
    }
}

void ClientSession::on(Instant now, const NetworkDoubted& /*input*/) {
    ping(now, limits::probe_answer_max);
}

void ClientSession::ping(Instant now, Millis answer_max) {
    auto* connected = std::get_if<Connected>(&state_);
    if (connected == nullptr) {
        return;
    }
    const Instant answer_by = now + answer_max;
    if (!connected->answer_by || answer_by < *connected->answer_by) {
        connected->answer_by = answer_by;
    }
    connected->ping_at = now + limits::ping_every;
    nonce_ += 1;
    outputs_.emplace_back(Send{wire::encode(wire::Ping{nonce_})});
}

void ClientSession::on(Instant now, const TimePassed& /*input*/) {
    const auto deadline = next_deadline();
    if (!deadline || now < *deadline) {
        return;
    }
    if (std::holds_alternative<Waiting>(state_)) {
        if (renewing_) {
            renew(now);
        } else {
            open(now);
        }
        return;
    }
    auto* connected = std::get_if<Connected>(&state_);
    if (connected == nullptr) {
        wait(now, Cause::unreachable, ErrorCode::server_unreachable);
        return;
    }
    const bool silent = connected->answer_by && now >= *connected->answer_by;
    const auto outcomes_by = outcomes_due();
    const bool unanswered = outcomes_by && now >= *outcomes_by;
    if (silent || unanswered) {
        wait(now, Cause::unreachable, ErrorCode::server_unreachable);
        return;
    }
    if (now >= connected->ping_at) {
        ping(now, limits::ping_answer_max);
    }
    if (pull_again_at_ && now >= *pull_again_at_) {
        pull_again_at_.reset();
    }
    if (rest_until_ && now >= *rest_until_) {
        end_rest();
    }
    release_lanes(now);
}

void ClientSession::enter(State next) {
    HF_ASSERT(transitions[state_.index()][next.index()]);
    state_ = std::move(next);
}

void ClientSession::schedule(Instant now) {
    schedule_intents(now);
    schedule_pulls(now);
    time_rest(now);
    const bool complete = progress().complete;
    if (was_complete_ && !complete) {
        received_ = 0;  // a new synchronization begins
    }
    was_complete_ = complete;
}

}  // namespace holdfast::sync
