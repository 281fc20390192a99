#include "server/services/hub.hpp"

/// Work that somebody else brings for a device (OM35).
namespace holdfast::services {

Result<> Hub::admit_delivery(const Identity& identity) {
    if (draining_) {
        return fail(ErrorCode::server_draining);
    }
    TokenBucket& deliveries = meter(identity.device).deliveries;
    if (!deliveries.take(environment_.now())) {
        const std::string wait = std::to_string(deliveries.wait().count);
        return fail(
            ErrorCode::request_too_many, "deliveries", R"({"retry_after_ms":)" + wait + "}");
    }
    return {};
}

std::vector<Outcome> Hub::deliver(const Identity& identity,
                                  std::vector<Intent> intents,
                                  std::set<Id>& held) {
    // A ticket as of a connection, so that it is nobody else's.
    const ConnectionId ticket = next_connection_++;
    std::vector<Outcome>& outcomes = brought_[ticket];
    std::map<Id, Id> lanes;
    TokenBucket& tokens = meter(identity.device).intents;
    for (Intent& intent : intents) {
        const Id id = intent.id;
        const Id lane = intent.lane;
        lanes[id] = lane;
        ErrorCode code = ErrorCode::none;
        if (held.contains(lane)) {
            code = ErrorCode::server_busy;
        } else if (draining_) {
            code = ErrorCode::server_draining;
        } else if (!tokens.take(environment_.now())) {
            code = ErrorCode::request_too_many;
        } else if (!executor_.enqueue({.user = identity.user,
                                       .organization = identity.organization,
                                       .device = identity.device,
                                       .intent = std::move(intent),
                                       .ticket = ticket})) {
            code = ErrorCode::server_busy;
        }
        if (code != ErrorCode::none) {
            held.insert(lane);
            outcomes.push_back(later_outcome(id, code, limits::busy_retry, environment_.wall()));
        }
    }
    while (executor_.queued() > 0) {
        run_batch();
    }
    for (const Outcome& outcome : outcomes) {
        if (outcome.status == OutcomeStatus::later) {
            held.insert(lanes[outcome.intent]);
        }
    }
    std::vector<Outcome> done = std::move(outcomes);
    brought_.erase(ticket);
    return done;
}

}  // namespace holdfast::services
