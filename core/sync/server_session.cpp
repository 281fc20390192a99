#include "core/sync/server_session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/assert.hpp"

namespace holdfast::sync {
namespace {

/// transitions[from][to], in the order of State's alternatives: Greeting, Admitting, Live, Closed.
constexpr std::array<std::array<bool, 4>, 4> transitions{{
    {false, true, false, true},
    {true, false, true, true},
    {false, false, false, true},
    {false, false, false, false},
}};

bool is_exact(const Bucket& head, const wire::Cursor& cursor) {
    return cursor.epoch == head.epoch && cursor.version == head.version && cursor.sum == head.sum;
}

using Told = std::vector<std::pair<BucketId, std::uint64_t>>;

Told::iterator find_told(Told& told, BucketId bucket) {
    const auto found = std::ranges::lower_bound(told, bucket, {}, &Told::value_type::first);
    return found != told.end() && found->first == bucket ? found : told.end();
}

/// What a device with these cursors has to learn.
void compare(const std::vector<wire::Cursor>& cursors,
             const std::vector<Bucket>& readable,
             wire::Welcome& welcome) {
    std::unordered_map<BucketId, const wire::Cursor*> held;
    held.reserve(cursors.size());
    for (const wire::Cursor& cursor : cursors) {
        held.emplace(cursor.bucket, &cursor);
    }
    for (const Bucket& head : readable) {
        const auto cursor = held.find(head.id);
        if (cursor != held.end() && is_exact(head, *cursor->second)) {
            welcome.exact += 1;
        } else {
            welcome.heads.push_back(head);
        }
    }
    for (const wire::Cursor& cursor : cursors) {
        if (!std::ranges::binary_search(readable, cursor.bucket, {}, &Bucket::id)) {
            welcome.revoked.push_back(cursor.bucket);
        }
    }
}

}  // namespace

ServerSession::ServerSession(Instant now)
    : state_(Greeting{now + limits::greeting_time_max}), wall_at_(now) {}

void ServerSession::handle(Instant now, const Input& input) {
    if (std::holds_alternative<Closed>(state_)) {
        return;
    }
    std::visit([&](const auto& specific) { on(now, specific); }, input);
}

std::optional<ServerSession::Output> ServerSession::poll_output() {
    if (outputs_.empty()) {
        return std::nullopt;
    }
    Output output = std::move(outputs_.front());
    outputs_.pop_front();
    return output;
}

std::optional<Instant> ServerSession::next_deadline() const {
    if (const auto* greeting = std::get_if<Greeting>(&state_)) {
        return greeting->give_up_at;
    }
    if (const auto* live = std::get_if<Live>(&state_)) {
        return live->last_heard + limits::silence_max;
    }
    return std::nullopt;
}

void ServerSession::on(Instant now, const Admitted& input) {
    auto* admitting = std::get_if<Admitting>(&state_);
    if (admitting == nullptr) {
        return;
    }
    wall_ = input.server_time;
    wall_at_ = now;

    Live live{.user = input.user,
              .organization = input.organization,
              .device = input.device,
              .told = {},
              .last_heard = now,
              .missed = {}};
    live.told.reserve(input.readable.size());
    for (const Bucket& head : input.readable) {
        live.told.emplace_back(head.id, head.version);
    }
    wire::Welcome welcome;
    welcome.server_time = input.server_time;
    welcome.user = input.user;
    welcome.organization = input.organization;
    welcome.salt = input.salt;
    welcome.device = input.device;
    welcome.policy = input.policy;
    welcome.resume = input.resume;
    if (input.exact) {
        welcome.exact = static_cast<std::uint32_t>(input.readable.size());
    } else {
        compare(admitting->hello.cursors, input.readable, welcome);
    }
    enter(std::move(live));
    std::vector<Bucket> more;
    if (welcome.heads.size() > limits::heads_per_frame) {
        const auto end_of_first = welcome.heads.begin() + limits::heads_per_frame;
        more.assign(end_of_first, welcome.heads.end());
        welcome.heads.erase(end_of_first, welcome.heads.end());
    }
    send(welcome);
    send_heads(more);
}

void ServerSession::send_heads(std::span<const Bucket> heads) {
    while (!heads.empty()) {
        const auto part = heads.first(std::min<std::size_t>(heads.size(), limits::heads_per_frame));
        send(wire::Heads{{part.begin(), part.end()}});
        heads = heads.subspan(part.size());
    }
}

void ServerSession::on(Instant now, const TooShort& /*input*/) {
    const auto* admitting = std::get_if<Admitting>(&state_);
    if (admitting == nullptr) {
        return;
    }
    if (!admitting->hello.digest) {
        close(ErrorCode::auth_session_expired, "a greeting in full without a token");
        return;
    }
    enter(Greeting{.give_up_at = now + limits::greeting_time_max, .in_full = true});
    send(wire::Again{});
}

void ServerSession::on(Instant /*now*/, const Refused& input) {
    if (std::holds_alternative<Admitting>(state_)) {
        close(input.code, input.detail, input.retry_after);
    }
}

void ServerSession::on(Instant now, const Received& input) {
    auto frame = wire::decode(input.bytes);
    if (!frame) {
        close(frame.error().code, std::move(frame.error().detail));
        return;
    }
    if (auto* live = std::get_if<Live>(&state_)) {
        live->last_heard = now;
    }
    std::visit([&](auto&& specific) { on_frame(now, std::move(specific)); }, *std::move(frame));
}

void ServerSession::on_frame(Instant /*now*/, wire::Hello&& hello) {
    const auto* greeting = std::get_if<Greeting>(&state_);
    if (greeting == nullptr || (greeting->in_full && hello.digest)) {
        close(ErrorCode::protocol_unexpected, "second hello");
        return;
    }
    if (hello.protocol < wire::protocol_oldest_accepted ||
        hello.protocol > wire::protocol_version) {
        close(ErrorCode::protocol_unsupported, "protocol " + std::to_string(hello.protocol));
        return;
    }
    Admit admit{hello};
    hello.token.clear();  // only the cursors are needed from here on
    enter(Admitting{std::move(hello)});
    outputs_.emplace_back(std::move(admit));
}

void ServerSession::on_frame(Instant /*now*/, wire::Push&& push) {
    auto* live = std::get_if<Live>(&state_);
    if (live == nullptr) {
        close(ErrorCode::protocol_unexpected, "push before welcome");
        return;
    }
    if (live->lanes.awaited() + push.intents.size() > limits::intents_in_flight_max ||
        live->lanes.put_off() > limits::intents_put_off_max) {
        close(ErrorCode::request_too_many, "intents in flight", Millis{1000});
        return;
    }
    Execute execute;
    wire::Outcomes put_off;
    for (Intent& intent : push.intents) {
        if (const auto* hold = live->lanes.arrived(intent)) {
            put_off.outcomes.push_back({.intent = intent.id,
                                        .status = OutcomeStatus::later,
                                        .code = hold->code,
                                        .at = wall_,
                                        .retry_after = hold->retry_after});
        } else {
            execute.intents.push_back(std::move(intent));
        }
    }
    if (!put_off.outcomes.empty()) {
        send(put_off);
    }
    if (!execute.intents.empty()) {
        outputs_.emplace_back(std::move(execute));
    }
}

void ServerSession::on_frame(Instant now, wire::Ping&& ping) {
    if (!std::holds_alternative<Live>(state_)) {
        close(ErrorCode::protocol_unexpected, "ping before welcome");
        return;
    }
    send(wire::Pong{ping.nonce, wall_ + (now - wall_at_)});
}

template <class Unexpected>
void ServerSession::on_frame(Instant /*now*/, Unexpected&& /*frame*/) {
    close(ErrorCode::protocol_unexpected,
          "a frame that only a server sends, or a pull outside HTTP");
}

void ServerSession::on(Instant /*now*/, const AccessChanged& input) {
    auto* live = std::get_if<Live>(&state_);
    if (live == nullptr) {
        return;
    }
    std::vector<Bucket> gained;
    Told told;
    told.reserve(input.readable.size());
    for (const Bucket& head : input.readable) {
        const auto known = find_told(live->told, head.id);
        if (known == live->told.end()) {
            gained.push_back(head);
            told.emplace_back(head.id, head.version);
        } else {
            told.push_back(*known);
        }
    }
    wire::Revoke lost;
    for (const auto& [bucket, version] : live->told) {
        if (find_told(told, bucket) == told.end()) {
            lost.buckets.push_back(bucket);
            live->missed.erase(bucket);
        }
    }
    live->told = std::move(told);
    if (!lost.buckets.empty()) {
        send(lost);
    }
    send_heads(gained);
}

void ServerSession::on(Instant /*now*/, const Changed& input) {
    auto* live = std::get_if<Live>(&state_);
    if (live == nullptr) {
        return;
    }
    const auto told = find_told(live->told, input.head.id);
    if (told == live->told.end() || told->second >= input.head.version) {
        return;
    }
    const bool continues = told->second == input.from;
    told->second = input.head.version;
    if (live->behind) {
        miss(*live, input.head);
    } else if (input.page != nullptr && continues) {
        send(input.page);
    } else {
        send(wire::Heads{{input.head}});
    }
}

void ServerSession::miss(Live& live, const Bucket& head) {
    // One entry a bucket, so `missed` is bounded by what the user may read.
    live.missed.insert_or_assign(head.id, head);
}

void ServerSession::on(Instant /*now*/, const Judged& input) {
    auto* live = std::get_if<Live>(&state_);
    if (live == nullptr) {
        return;
    }
    for (const Outcome& outcome : input.outcomes) {
        live->lanes.judged(outcome);
    }
    if (!input.outcomes.empty()) {
        send(wire::Outcomes{input.outcomes});
    }
}

void ServerSession::on(Instant /*now*/, const ContactsChanged& input) {
    // Also to a device that is behind: it is small, comes once a second at most, and is not told
    // again.
    if (std::holds_alternative<Live>(state_)) {
        send(input.presence);
    }
}

void ServerSession::on(Instant /*now*/, const Queued& input) {
    auto* live = std::get_if<Live>(&state_);
    if (live == nullptr) {
        return;
    }
    if (!live->behind) {
        live->behind = input.bytes >= limits::queued_bytes_max;
    } else if (input.bytes < limits::queued_bytes_max / 2) {
        live->behind = false;
        std::vector<Bucket> heads;
        for (const auto& [bucket, head] : live->missed) {
            heads.push_back(head);
        }
        live->missed.clear();
        std::ranges::sort(heads, {}, &Bucket::id);
        send_heads(heads);
    }
}

void ServerSession::on(Instant /*now*/, const End& input) {
    close(input.code, "ended by the server", input.retry_after);
}

void ServerSession::on(Instant now, const TimePassed& input) {
    wall_ = input.server_time;
    wall_at_ = now;
    const auto deadline = next_deadline();
    if (deadline && now >= *deadline) {
        close(ErrorCode::protocol_unexpected, "silence");
    }
}

void ServerSession::send(const wire::Frame& frame) {
    send(std::make_shared<const wire::Bytes>(wire::encode(frame)));
}

void ServerSession::send(SharedBytes bytes) {
    outputs_.emplace_back(Send{std::move(bytes)});
}

void ServerSession::close(ErrorCode code, std::string detail, Millis retry_after) {
    // The detail is for the server's log; the device learns the code.
    send(wire::GoAway{code, {}, retry_after});
    outputs_.emplace_back(Close{code, std::move(detail)});
    enter(Closed{});
}

void ServerSession::enter(State next) {
    HF_ASSERT(transitions[state_.index()][next.index()]);
    state_ = std::move(next);
}

}  // namespace holdfast::sync
