// The pushing half of ClientSession: what is read from the outbox, sent, answered and sent again.

#include <algorithm>
#include <utility>

#include "core/base/deadline.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::sync {

bool ClientSession::is_in_flight(Id intent) const {
    return in_flight_.contains(intent);
}

std::optional<Instant> ClientSession::outcomes_due() const {
    std::optional<Instant> oldest;
    for (const auto& [id, sent] : in_flight_) {
        oldest = earliest({oldest, sent.at});
    }
    return oldest ? std::optional(*oldest + limits::outcome_time_max) : std::nullopt;
}

/// A new connection begins with everything that waits.
void ClientSession::forget_sent() {
    in_flight_.clear();
    held_.clear();
    release_at_.reset();
    push_at_.reset();
    unknown_.clear();
    read_up_to_ = {};
    intents_exhausted_ = false;
    intents_loading_ = false;
    read_anew_ = false;
}

void ClientSession::on(Instant /*now*/, const OutboxChanged& input) {
    options_.waiting = input.waiting;
    intents_exhausted_ = false;
    if (input.from) {
        read_up_to_ = std::min(read_up_to_, Id{input.from.value - 1});
        read_anew_ = read_anew_ || intents_loading_;  // what is being read may begin behind them
    }
}

void ClientSession::on(Instant now, const IntentsLoaded& input) {
    intents_loading_ = false;
    intents_exhausted_ = !input.more;
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    wire::Push push;
    for (const Intent& intent : input.intents) {
        read_up_to_ = std::max(read_up_to_, intent.id);
        if (in_flight_.contains(intent.id) || unknown_.contains(intent.id)) {
            continue;
        }
        if (const auto held = held_.find(intent.lane); held != held_.end()) {
            held->second.from = std::min(held->second.from, intent.id);
            continue;
        }
        in_flight_.insert_or_assign(intent.id, SentIntent{now, intent.lane});
        push.intents.push_back(intent);
    }
    if (std::exchange(read_anew_, false)) {
        read_up_to_ = {};
        intents_exhausted_ = false;
    }
    if (!push.intents.empty()) {
        outputs_.emplace_back(Send{wire::encode(push)});
        outputs_.emplace_back(StatusChanged{});
    }
}

void ClientSession::on_frame(Instant now, wire::Outcomes&& frame) {
    if (!std::holds_alternative<Connected>(state_)) {
        return;
    }
    StoreOutcomes store;
    for (Outcome& outcome : frame.outcomes) {
        const auto sent = in_flight_.find(outcome.intent);
        const Id lane = sent == in_flight_.end() ? Id{} : sent->second.lane;
        if (sent != in_flight_.end()) {
            in_flight_.erase(sent);
        }
        if (outcome.status != OutcomeStatus::later) {
            store.outcomes.push_back(std::move(outcome));
        } else if (lane) {
            hold_lane(now, outcome, lane);
        }
    }
    if (!store.outcomes.empty()) {
        outputs_.emplace_back(std::move(store));
    }
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::hold_lane(Instant now, const Outcome& outcome, Id lane) {
    if (outcome.code == ErrorCode::intent_unknown_kind) {
        unknown_.insert(outcome.intent);
        return;
    }
    const Instant until =
        now + Millis{std::max(outcome.retry_after.count, limits::retry_first.count)};
    const auto [held, fresh] = held_.try_emplace(lane, HeldLane{outcome.intent, until});
    held->second.from = std::min(held->second.from, outcome.intent);
    release_at_ = earliest({release_at_, held->second.until});
}

void ClientSession::release_lanes(Instant now) {
    if (!release_at_ || now < *release_at_) {
        return;
    }
    release_at_.reset();
    for (auto held = held_.begin(); held != held_.end();) {
        if (held->second.until > now) {
            release_at_ = earliest({release_at_, held->second.until});
            ++held;
            continue;
        }
        // The outbox is read again from there on; what is under way is passed over.
        read_up_to_ = std::min(read_up_to_, Id{held->second.from.value - 1});
        intents_exhausted_ = false;
        held = held_.erase(held);
    }
}

/// A device that writes fast would be cut off by the server's budget of frames. Its own is smaller:
/// then what was written meanwhile goes in one push.
void ClientSession::schedule_intents(Instant now) {
    push_at_.reset();
    const bool room =
        in_flight_.size() + wire::limits::intents_per_push_max <= limits::intents_window;
    if (!std::holds_alternative<Connected>(state_) || intents_loading_ || intents_exhausted_ ||
        options_.waiting == 0 || !room) {
        return;
    }
    if (!pushes_.take(now)) {
        push_at_ = now + pushes_.wait();
        return;
    }
    intents_loading_ = true;
    outputs_.emplace_back(LoadIntents{.after = read_up_to_,
                                      .limit = wire::limits::intents_per_push_max,
                                      .bytes = wire::limits::push_bytes_max});
}

}  // namespace holdfast::sync
