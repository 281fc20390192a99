#include "core/sync/client_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/assert.hpp"

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
           code == ErrorCode::auth_wrong_device;
}

}  // namespace

ClientSession::ClientSession(Options options, Instant now)
    : options_(std::move(options)), state_(Waiting{now}), random_state_(options_.seed) {
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
    std::optional<Instant> deadline;
    const auto consider = [&](std::optional<Instant> at) {
        if (at && (!deadline || *at < *deadline)) {
            deadline = at;
        }
    };
    if (const auto* opening = std::get_if<Opening>(&state_)) {
        consider(opening->give_up_at);
    } else if (const auto* greeting = std::get_if<Greeting>(&state_)) {
        consider(greeting->give_up_at);
    } else if (const auto* waiting = std::get_if<Waiting>(&state_)) {
        consider(waiting->until);
    } else if (const auto* connected = std::get_if<Connected>(&state_)) {
        consider(connected->answer_by);
        consider(connected->ping_at);
        consider(pull_again_at_);
        consider(resend_at_);
        if (!in_flight_.empty()) {
            consider(in_flight_.begin()->second + limits::outcome_time_max);
        }
    }
    return deadline;
}

Progress ClientSession::progress() const {
    Progress progress{.received = received_, .expected = received_, .complete = greeted_};
    for (const auto& [id, track] : tracks_) {
        const BucketCursor& cursor = track.cursor;
        if (cursor.exact() && !track.refused) {
            continue;
        }
        progress.complete = false;
        progress.expected += cursor.complete
                                 ? cursor.head.version - cursor.version
                                 : cursor.head.rows - std::min(cursor.rows, cursor.head.rows);
    }
    return progress;
}

bool ClientSession::is_in_flight(Id intent) const {
    return in_flight_.contains(intent);
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
        static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(retry_bound_.count)) + 1;
    retry_bound_.count = std::min(retry_bound_.count * 2, limits::retry_bound_max.count);
    enter(Waiting{now + Millis{std::max(span, at_least.count)}, cause, code});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::leave_connection() {
    outputs_.emplace_back(CloseSocket{});
    for (auto& [id, track] : tracks_) {
        track.in_flight = false;
        track.refused = false;
        track.resets = 0;
    }
    pulls_.clear();  // late answers are not taken: their numbers are unknown now
    pull_again_at_.reset();
    pull_delay_ = {};
    in_flight_.clear();
    resend_at_.reset();
    last_sent_ = {};
    intents_exhausted_ = false;
    intents_loading_ = false;
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
    wire::Hello hello;
    hello.token = options_.token;
    hello.device = options_.device;
    hello.salt = options_.salt;
    hello.app_version = options_.app_version;
    hello.device_class = options_.device_class;
    hello.waiting = static_cast<std::uint32_t>(options_.waiting);
    for (const auto& [id, track] : tracks_) {
        if (hello.cursors.size() == wire::limits::cursors_max) {
            break;
        }
        // A bucket that is not complete is named too, at version 0: so the server can say that it
        // is lost.
        const BucketCursor& cursor = track.cursor;
        hello.cursors.push_back(
            cursor.complete ? wire::Cursor{id, cursor.head.epoch, cursor.version, cursor.sum}
                            : wire::Cursor{id, cursor.head.epoch, 0, {}});
    }
    enter(Greeting{now + limits::open_time_max});
    outputs_.emplace_back(Send{wire::encode(hello)});
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
    greeted_ = true;
    store_failed_ = false;
    outputs_.emplace_back(
        Greeted{frame.server_time, frame.salt, frame.device, std::move(frame.policy)});
    drop(frame.revoked);
    learn(frame.heads);
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on_frame(Instant /*now*/, wire::Heads&& frame) {
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    learn(frame.heads);
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

void ClientSession::on_frame(Instant now, wire::Outcomes&& frame) {
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    StoreOutcomes store;
    for (Outcome& outcome : frame.outcomes) {
        in_flight_.erase(outcome.intent);
        if (outcome.status == OutcomeStatus::later &&
            outcome.code == ErrorCode::intent_unknown_kind) {
            continue;  // the server keeps it whole; asked again on the next connection, others go
                       // on
        }
        if (outcome.status == OutcomeStatus::later) {
            const Instant at = now + Millis{std::max<std::int64_t>(outcome.retry_after.count,
                                                                   limits::retry_first.count)};
            resend_at_ = resend_at_ ? std::min(*resend_at_, at) : at;
        } else {
            store.outcomes.push_back(std::move(outcome));
        }
    }
    if (!store.outcomes.empty()) {
        outputs_.emplace_back(std::move(store));
    }
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on_frame(Instant /*now*/, wire::Presence&& frame) {
    outputs_.emplace_back(ContactsChanged{std::move(frame.contacts)});
}

void ClientSession::on_frame(Instant /*now*/, wire::Pong&& /*frame*/) {
}  // a sign of life, as any frame

void ClientSession::on_frame(Instant now, wire::GoAway&& frame) {
    if (is_auth(frame.code)) {
        renew(now);
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
    const bool unanswered =
        !in_flight_.empty() && now >= in_flight_.begin()->second + limits::outcome_time_max;
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
    if (resend_at_ && now >= *resend_at_) {
        resend_at_.reset();
        last_sent_ = {};  // what is in flight is sent twice: harmless, each id is done once
        intents_exhausted_ = false;
    }
}

void ClientSession::enter(State next) {
    HF_ASSERT(transitions[state_.index()][next.index()]);
    state_ = std::move(next);
}

std::uint64_t ClientSession::random() {
    // SplitMix64 (Steele, Lea, Flood 2014): jitter needs no secrecy.
    std::uint64_t mixed = (random_state_ += 0x9e37'79b9'7f4a'7c15ULL);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11ebULL;
    return mixed ^ (mixed >> 31);
}

// ---------------------------------------------------------------------------- what waits to be
// sent

void ClientSession::on(Instant /*now*/, const OutboxChanged& input) {
    options_.waiting = input.waiting;
    intents_exhausted_ = false;
}

void ClientSession::on(Instant now, const IntentsLoaded& input) {
    intents_loading_ = false;
    intents_exhausted_ = !input.more;
    if (!std::holds_alternative<Connected>(state_) || input.intents.empty()) {
        return;
    }
    for (const Intent& intent : input.intents) {
        in_flight_.insert_or_assign(intent.id, now);
        last_sent_ = std::max(last_sent_, intent.id);
    }
    // `settled` stays 0: the server keeps every outcome.
    outputs_.emplace_back(Send{wire::encode(wire::Push{input.intents, {}})});
    outputs_.emplace_back(StatusChanged{});
}

// One push at a time: when the server answers "later" to a part of it, nothing that came after has
// overtaken it.
void ClientSession::schedule_intents() {
    if (!std::holds_alternative<Connected>(state_) || intents_loading_ || intents_exhausted_ ||
        resend_at_ || options_.waiting == 0 || !in_flight_.empty()) {
        return;
    }
    intents_loading_ = true;
    outputs_.emplace_back(LoadIntents{.after = last_sent_,
                                      .limit = limits::intents_in_flight_max,
                                      .bytes = wire::limits::push_bytes_max});
}

void ClientSession::schedule(Instant now) {
    schedule_intents();
    schedule_pulls(now);
    const bool complete = progress().complete;
    if (was_complete_ && !complete) {
        received_ = 0;  // a new synchronization begins
    }
    was_complete_ = complete;
}

}  // namespace holdfast::sync
