#include <algorithm>
#include <map>
#include <utility>

#include "server/services/hub.hpp"

/// Who is told what, when something has changed.
namespace holdfast::services {

using sync::ServerSession;

void Hub::run_batch() {
    if (!executor_.has_work()) {
        return;
    }
    const Batch batch = executor_.run();
    ++counters_.batches;
    if (batch.failure) {
        ++counters_.batches_failed;
    }
    counters_.lock_time.add(batch.lock_us);
    counters_.commit_time.add(batch.commit_us);
    const std::int64_t committed_us = environment_.stopwatch_us();
    for (const JudgedIntent& one : batch.judged) {
        counters_.intent_time.add(committed_us - one.taken_us);
    }
    answer_judged(batch.judged);
    tell_batch(batch);
    counters_.news_time.add(environment_.stopwatch_us() - committed_us);
    look_for_runs();
}

/// Moves what has left the history windows, or is in them again; what fails is tried again later.
void Hub::keep_archives() {
    if (draining_) {
        return;
    }
    if (const auto moved = archiving_.step()) {
        tell_batch(*moved);
    }
}

/// What cannot be read now is looked for again.
void Hub::look_for_runs() {
    if (!draining_) {
        (void)executor_.routines().load();
    }
}

void Hub::answer_judged(const std::vector<JudgedIntent>& judged) {
    std::map<ConnectionId, ServerSession::Judged> by_connection;
    for (const JudgedIntent& one : judged) {
        ++counters_.intents_by_status[static_cast<std::size_t>(one.outcome.status)];
        counters_.intents_replayed += one.outcome.replayed ? 1 : 0;
        if (one.outcome.code != ErrorCode::none) {
            ++counters_.intents_by_code[one.outcome.code];
        }
        if (const auto brought = brought_.find(one.ticket); brought != brought_.end()) {
            brought->second.push_back(one.outcome);
        } else {
            by_connection[one.ticket].outcomes.push_back(one.outcome);
        }
    }
    for (auto& [id, answer] : by_connection) {
        feed(id, answer);  // one that has gone sends its intents again and is answered from memory
    }
}

void Hub::tell_batch(const Batch& batch) {
    for (const BucketRecord& head : batch.heads) {
        index_.put(head, batch.quiet ? std::nullopt : std::optional(environment_.wall()));
    }
    // Access first: who has just lost a bucket does not get its last page.
    tell_access(users_with_new_access(batch));
    for (const BucketMove& move : batch.moved) {
        tell_move(move);
    }
}

std::set<Id> Hub::users_with_new_access(const Batch& batch) {
    std::set<Id> users;
    for (const BucketId bucket : batch.created) {
        if (const BucketRecord* record = index_.find(bucket)) {
            users.merge(users_of(followers_of(*record)));
        }
    }
    for (const BucketId bucket : batch.granted) {
        const BucketRecord* record = index_.find(bucket);
        if (record == nullptr || record->bucket.kind != BucketKind::user) {
            continue;
        }
        access_.forget(record->bucket.owner);
        users.insert(record->bucket.owner);
    }
    return users;
}

/// The entitlement may have changed, and with it what phones are served; who is here. Only another
/// process grants: a request changes nothing of it.
std::set<Id> Hub::reach_anew(Id organization) {
    access_.forget_organization(organization);
    return users_of(holders_of(organization));
}

void Hub::tell_move(const BucketMove& move) {
    const BucketRecord* record = index_.find(move.bucket);
    if (record == nullptr) {
        return;  // nobody of the organization is here
    }
    const std::vector<ConnectionId> followers = followers_of(*record);
    if (followers.empty()) {
        return;
    }
    ServerSession::Changed change{.head = record->bucket, .from = move.from, .page = nullptr};
    auto page = delta_page(storage_, record->bucket, move.from, options_.page);
    if (page && *page) {
        change.page = std::make_shared<const wire::Bytes>(*std::move(*page));
        ++counters_.live_pages_encoded;
    }  // otherwise they are told the head, and pull
    const ServerSession::Input input{std::move(change)};
    for (const ConnectionId id : followers) {
        feed(id, input);
    }
}

void Hub::tell_access(const std::set<Id>& users) {
    for (const Id user : users) {
        const std::vector<ConnectionId> connections = holders_of(user);
        if (connections.empty()) {
            continue;
        }
        if (const Result<> told = tell_access(user, connections); !told) {
            for (const ConnectionId id : connections) {
                end(id, told.error().code, limits::refused_retry);
            }
        }
    }
}

Result<> Hub::tell_access(Id user, const std::vector<ConnectionId>& connections) {
    for (const Reach reach : {Reach::all, Reach::phone}) {
        std::vector<ConnectionId> told = connections;
        std::erase_if(told, [&](ConnectionId id) {
            return reach_of(connections_.at(id).identity->device_class) != reach;
        });
        if (told.empty()) {
            continue;
        }
        HF_TRY(const auto keys, access_.keys(user, reach));
        HF_TRY(auto readable, access_.readable(user, reach));
        const ServerSession::Input input{ServerSession::AccessChanged{std::move(readable)}};
        for (const ConnectionId id : told) {
            Connection& connection = connections_.at(id);
            follow(id, connection.keys.get(), keys.get());
            connection.keys = keys;
            feed(id, input);
        }
    }
    return {};
}

void Hub::tell_presence(Instant now) {
    for (Presence::News& news : presence_.take_news(now)) {
        contacts_.erase(news.organization);
        const ServerSession::Input input{
            ServerSession::ContactsChanged{std::make_shared<const wire::Bytes>(
                wire::encode(wire::Presence{std::move(news.contacts)}))}};
        for (const ConnectionId id : holders_of(news.organization)) {
            feed(id, input);
        }
    }
}

void Hub::poll_foreign(Instant now) {
    if (now < foreign_poll_at_) {
        return;
    }
    foreign_poll_at_ = now + limits::foreign_poll_every;
    const auto changes = storage_.foreign_changes();
    if (changes && *changes != foreign_seen_) {
        foreign_seen_ = *changes;
        refresh();
    }
}

void Hub::refresh() {
    ++counters_.foreign_reloads;
    executor_.routines().wake();
    archiving_.wake();
    authenticator_.forget_standings();
    policies_.clear();
    check_sessions();
    std::set<Id> organizations;
    for (const auto& [id, connection] : connections_) {
        if (connection.identity) {
            organizations.insert(connection.identity->organization);
        }
    }
    index_.keep_only(organizations);
    access_.keep_only(organizations);
    for (const Id organization : organizations) {
        reload(organization);
    }
}

void Hub::reload(Id organization) {
    const auto difference = index_.reload(organization);
    if (!difference) {
        foreign_seen_ = 0;  // again at the next poll
        for (const ConnectionId id : holders_of(organization)) {
            end(id, difference.error().code, limits::refused_retry);
        }
        return;
    }
    std::set<Id> users;
    if (difference->shape) {
        users = users_of(holders_of(organization));
    }
    for (const Bucket& head : difference->moved) {
        if (head.kind == BucketKind::user) {
            access_.forget(head.owner);
            users.insert(head.owner);
        } else if (head.kind == BucketKind::directory) {
            users.merge(reach_anew(organization));
        }
    }
    tell_access(users);
    for (const Bucket& head : difference->moved) {
        const BucketRecord* record = index_.find(head.id);
        if (record == nullptr) {
            continue;
        }
        const ServerSession::Input input{ServerSession::Changed{head, 0, nullptr}};
        for (const ConnectionId id : followers_of(*record)) {
            feed(id, input);
        }
    }
}

std::vector<ConnectionId> Hub::followers_of(const BucketRecord& record) const {
    const auto [first, second] = openers_of(record);
    std::vector<ConnectionId> all = holders_of(first);
    if (second) {
        const std::vector<ConnectionId> by_first = std::exchange(all, {});
        const std::vector<ConnectionId> by_second = holders_of(second);
        all.reserve(by_first.size() + by_second.size());
        std::ranges::set_union(by_first, by_second, std::back_inserter(all));
    }
    if (record.bucket.kind == BucketKind::archive) {
        std::erase_if(all, [&](ConnectionId id) {
            return reach_of(connections_.at(id).identity->device_class) == Reach::phone;
        });
    }
    return all;
}

std::vector<ConnectionId> Hub::holders_of(Id key) const {
    const auto found = followers_.find(key);
    return found == followers_.end()
               ? std::vector<ConnectionId>{}
               : std::vector<ConnectionId>(found->second.begin(), found->second.end());
}

std::set<Id> Hub::users_of(const std::vector<ConnectionId>& connections) const {
    std::set<Id> users;
    for (const ConnectionId id : connections) {
        users.insert(connections_.at(id).identity->user);
    }
    return users;
}

}  // namespace holdfast::services
