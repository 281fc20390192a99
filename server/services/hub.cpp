#include "server/services/hub.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "core/base/deadline.hpp"
#include "server/services/older_messages.hpp"

namespace holdfast::services {

using sync::ServerSession;

Hub::Hub(storage::Storage& storage,
         Environment& environment,
         Authenticator& authenticator,
         HubOptions options)
    : storage_(storage),
      environment_(environment),
      authenticator_(authenticator),
      options_(options),
      index_(storage),
      access_(storage, index_),
      pulls_(storage, access_, options.page),
      executor_(storage, environment),
      archiving_(storage, environment),
      budget_(options.admission),
      foreign_poll_at_(environment.now()) {}

ConnectionId Hub::open() {
    const ConnectionId id = next_connection_++;
    const auto [at, made] =
        connections_.try_emplace(id, Connection{.session = ServerSession(environment_.now())});
    ++counters_.connections_opened;
    counters_.connections_open = connections_.size();
    arm(id, at->second);
    if (draining_) {
        end(id, ErrorCode::server_draining, moment_within(limits::drain_spread));
    } else if (connections_.size() > options_.connections_max) {
        end(id, ErrorCode::server_busy, moment_within(limits::full_spread));
    }
    return id;
}

void Hub::received(ConnectionId id, std::string_view bytes) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
        return;
    }
    ++counters_.frames_received;
    counters_.bytes_received += bytes.size();
    if (const auto& identity = found->second.identity) {
        TokenBucket& frames = meter(identity->device).frames;
        if (!frames.take(environment_.now())) {
            end(id, ErrorCode::request_too_many, frames.wait());
            return;
        }
    }
    feed(id, ServerSession::Received{bytes});
}

void Hub::queued(ConnectionId id, std::size_t bytes) {
    feed(id, ServerSession::Queued{bytes});
}

void Hub::closed(ConnectionId id) {
    forget(id);
}

bool Hub::has_pending() const {
    return !waiting_.empty() || executor_.has_work() || authenticator_.has_ended();
}

void Hub::run_pending() {
    end_sessions();
    admit_waiting();
    run_batch();
    counters_.intents_queued = executor_.queued();
    counters_.routines = executor_.routines().counters();
    counters_.runs_in_flight = executor_.routines().in_flight();
}

void Hub::tick() {
    const Instant now = environment_.now();
    end_sessions();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const ConnectionId id = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        const auto found = connections_.find(id);
        if (found == connections_.end()) {
            continue;
        }
        found->second.armed.reset();
        const auto due = found->second.session.next_deadline();
        if (due && *due <= now) {
            feed(id, ServerSession::TimePassed{environment_.wall()});
        } else {
            arm(id, found->second);  // it has moved on since
        }
    }
    tell_presence(now);
    poll_foreign(now);
    look_for_runs();
    executor_.routines().keep_house();
    keep_archives();
}

std::optional<Instant> Hub::next_deadline() const {
    if (has_pending()) {
        return environment_.now();
    }
    std::optional<Instant> next = presence_.next_deadline();
    if (!deadlines_.empty()) {
        next = earliest({next, deadlines_.begin()->first});
    }
    if (counters_.sessions_live > 0) {
        next = earliest({next, foreign_poll_at_});
    }
    if (!draining_) {
        next = earliest({next, executor_.routines().next_look(), archiving_.next_step()});
    }
    return next;
}

void Hub::drain() {
    draining_ = true;
    while (executor_.queued() > 0) {
        run_batch();  // what was taken is answered
    }
    for (Waiting& waiting : std::exchange(waiting_, {})) {
        refuse(waiting.connection, Error{ErrorCode::server_draining, {}, {}});
    }
    std::vector<ConnectionId> all;
    for (const auto& [id, connection] : connections_) {
        all.push_back(id);
    }
    for (const ConnectionId id : all) {
        end(id, ErrorCode::server_draining, moment_within(limits::drain_spread));
    }
}

Millis Hub::moment_within(Millis span) {
    std::uint64_t number = 0;
    environment_.random(&number, sizeof number);
    return Millis{1 + static_cast<std::int64_t>(number % static_cast<std::uint64_t>(span.count))};
}

Result<wire::Bytes> Hub::pull(const Identity& identity, std::string_view body) {
    ++counters_.pulls;
    TokenBucket& pulls = meter(identity.device).pulls;
    if (!pulls.take(environment_.now())) {
        ++counters_.pulls_refused;
        const std::string wait = std::to_string(pulls.wait().count);
        return fail(ErrorCode::request_too_many, "pulls", R"({"retry_after_ms":)" + wait + "}");
    }
    const std::int64_t begun_us = environment_.stopwatch_us();
    PullService::Offer offer;
    if (offers_ != nullptr) {
        offer = [&](const Bucket& head, const wire::Want& want) {
            return offers_->offer(identity, head, want);
        };
    }
    auto answer = pulls_.answer(identity.user, body, reach_of(identity.device_class), offer);
    counters_.pull_time.add(environment_.stopwatch_us() - begun_us);
    if (!answer) {
        ++counters_.pulls_refused;
        return std::unexpected(std::move(answer).error());
    }
    counters_.pull_pages += answer->pages;
    counters_.pull_rows += answer->rows;
    counters_.pull_bytes += answer->bytes.size();
    return std::move(answer->bytes);
}

Result<wire::Bytes> Hub::older(const Identity& identity, std::string_view body) {
    TokenBucket& older = meter(identity.device).older;
    if (!older.take(environment_.now())) {
        const std::string wait = std::to_string(older.wait().count);
        return fail(ErrorCode::request_too_many, "older", R"({"retry_after_ms":)" + wait + "}");
    }
    HF_TRY(const OlderWanted wanted, parse_older_wanted(body));
    HF_TRY(const auto keys, access_.keys(identity.user, reach_of(identity.device_class)));
    return older_messages(storage_, *keys, wanted, options_.page.body_bytes);
}

Result<bool> Hub::may_read(const Identity& identity, BucketId bucket) {
    HF_TRY(const auto keys, access_.keys(identity.user, reach_of(identity.device_class)));
    HF_TRY(const auto record, storage_.find_bucket(bucket));
    return record && keys->opens(*record);
}

std::vector<Command> Hub::poll() {
    return std::exchange(commands_, {});
}

void Hub::feed(ConnectionId id, const ServerSession::Input& input) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
        return;
    }
    Connection& connection = found->second;
    connection.session.handle(environment_.now(), input);
    bool closed = false;
    while (auto output = connection.session.poll_output()) {
        std::visit(
            [&](auto&& specific) {
                using Specific = std::decay_t<decltype(specific)>;
                if constexpr (std::is_same_v<Specific, ServerSession::Admit>) {
                    waiting_.push_back({id, std::move(specific.hello), {}});
                } else if constexpr (std::is_same_v<Specific, ServerSession::Execute>) {
                    carry_out(id, connection, std::move(specific));
                } else if constexpr (std::is_same_v<Specific, ServerSession::Send>) {
                    ++counters_.frames_sent;
                    counters_.bytes_sent += specific.bytes->size();
                    commands_.push_back({id, std::move(specific.bytes), {}, {}});
                } else {
                    static_assert(std::is_same_v<Specific, ServerSession::Close>);
                    commands_.push_back({id, nullptr, specific.code, std::move(specific.detail)});
                    closed = true;
                }
            },
            *std::move(output));
    }
    if (closed) {
        forget(id);
    } else {
        arm(id, connection);
    }
}

void Hub::carry_out(ConnectionId id, Connection& connection, ServerSession::Execute&& output) {
    const Identity& identity = *connection.identity;
    const Instant now = environment_.now();
    TokenBucket& tokens = meter(identity.device).intents;
    ServerSession::Judged refused;
    for (Intent& intent : output.intents) {
        const Id intent_id = intent.id;
        ErrorCode code = ErrorCode::none;
        Millis wait = limits::busy_retry;
        if (!refused.outcomes.empty()) {
            // The rest waits too: it must not overtake in its lane.
            code = refused.outcomes.front().code;
            wait = refused.outcomes.front().retry_after;
        } else if (!tokens.take(now)) {
            code = ErrorCode::request_too_many;
            wait = std::max(tokens.wait(), limits::busy_retry);
        } else if (!executor_.enqueue({.user = identity.user,
                                       .organization = identity.organization,
                                       .device = identity.device,
                                       .intent = std::move(intent),
                                       .ticket = id})) {
            code = ErrorCode::server_busy;
        }
        if (code != ErrorCode::none) {
            refused.outcomes.push_back(later_outcome(intent_id, code, wait, environment_.wall()));
        }
    }
    if (!refused.outcomes.empty()) {
        counters_.intents_by_status[static_cast<std::size_t>(OutcomeStatus::later)] +=
            refused.outcomes.size();
        counters_.intents_by_code[refused.outcomes.front().code] += refused.outcomes.size();
        connection.session.handle(now, refused);  // feed() goes on with what comes of it
    }
}

void Hub::arm(ConnectionId id, Connection& connection) {
    const auto due = connection.session.next_deadline();
    if (!due || (connection.armed && *connection.armed <= *due)) {
        return;
    }
    if (connection.armed) {
        deadlines_.erase({*connection.armed, id});
    }
    connection.armed = due;
    deadlines_.insert({*due, id});
}

void Hub::forget(ConnectionId id) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) {
        return;
    }
    Connection& connection = found->second;
    if (connection.armed) {
        deadlines_.erase({*connection.armed, id});
    }
    if (connection.identity) {
        follow(id, connection.keys.get(), nullptr);
        presence_.left(
            environment_.now(), connection.identity->organization, connection.identity->user);
        --counters_.sessions_live;
    }
    connections_.erase(found);
    counters_.connections_open = connections_.size();
}

void Hub::end(ConnectionId id, ErrorCode code, Millis retry_after) {
    feed(id, ServerSession::End{code, retry_after});
}

void Hub::follow(ConnectionId id, const Keys* before, const Keys* after) {
    if (before != nullptr) {
        for (const Id key : before->ids) {
            const auto found = followers_.find(key);
            if (found != followers_.end()) {
                found->second.erase(id);
                if (found->second.empty()) {
                    followers_.erase(found);
                }
            }
        }
    }
    if (after != nullptr) {
        for (const Id key : after->ids) {
            followers_[key].insert(id);
        }
    }
}

Hub::Meter& Hub::meter(DeviceNumber device) {
    const auto found = meters_.find(device);
    if (found != meters_.end()) {
        return found->second;
    }
    if (meters_.size() >= limits::devices_metered_max) {
        const Instant now = environment_.now();
        std::erase_if(meters_, [now](const auto& entry) {
            const Meter& one = entry.second;
            return one.pulls.full(now) && one.intents.full(now) && one.frames.full(now) &&
                   one.choices.full(now) && one.older.full(now) && one.deliveries.full(now);
        });
        if (meters_.size() >= limits::devices_metered_max) {
            meters_.clear();
        }
    }
    return meters_
        .try_emplace(device,
                     Meter{TokenBucket(options_.pulls),
                           TokenBucket(options_.intents),
                           TokenBucket(options_.frames),
                           TokenBucket(options_.choices),
                           TokenBucket(options_.older),
                           TokenBucket(options_.deliveries)})
        .first->second;
}

}  // namespace holdfast::services
