#include <algorithm>
#include <set>
#include <utility>

#include "server/services/hub.hpp"
#include "server/services/policy.hpp"

/// How connections come to be live, and how they are sent away.
namespace holdfast::services {

using sync::ServerSession;

void Hub::admit_waiting() {
    if (waiting_.empty()) {
        return;
    }
    std::vector<Waiting> waiting = std::exchange(waiting_, {});
    std::erase_if(waiting, [&](const Waiting& one) {
        return !connections_.contains(one.connection) ||  // has gone meanwhile
               put_off(one) || resume(one);
    });
    if (waiting.empty()) {
        return;
    }
    const Result<> decided = decide(waiting);
    for (Waiting& one : waiting) {
        if (!decided) {
            refuse(one.connection, decided.error());
            continue;
        }
        if (!one.admission) {
            refuse(one.connection, one.admission.error());
            continue;
        }
        if (const Result<> welcomed = welcome(one, *one.admission); !welcomed) {
            refuse(one.connection, welcomed.error());
        }
    }
}

/// Sends away whoever comes faster than the server takes devices in, with the moment to come again.
/// Asked once a connection: the greeting in full that follows a short one is of the same turn.
bool Hub::put_off(const Waiting& waiting) {
    Connection& connection = connections_.at(waiting.connection);
    if (std::exchange(connection.in_turn, true)) {
        return false;
    }
    const wire::Hello& hello = waiting.hello;
    const bool has_rows = hello.digest.has_value() || !hello.cursors.empty();
    const auto verdict =
        budget_.ask(environment_.now(), has_rows ? Arrival::resume : Arrival::bootstrap);
    if (verdict.admitted) {
        return false;
    }
    ++counters_.admissions_put_off;
    refuse(waiting.connection, Error{ErrorCode::server_busy, {}, {}}, verdict.retry_after);
    return true;
}

/// A greeting that a sealed token decides; false where it takes the long way.
bool Hub::resume(const Waiting& waiting) {
    std::optional<Authenticator::Admission> admission;
    if (!waiting.hello.resume.empty()) {
        admission = authenticator_.resume(waiting.hello);
    }
    if (!admission) {
        if (waiting.hello.token.empty() && waiting.hello.digest) {
            ++counters_.greeted_again;
            feed(waiting.connection, ServerSession::TooShort{});
            return true;
        }
        return false;
    }
    if (const Result<> welcomed = welcome(waiting, *admission); !welcomed) {
        refuse(waiting.connection, welcomed.error());
    } else {
        ++counters_.resumed;
    }
    return true;
}

/// All handshakes that wait take one commit: a thousand devices that come back share the fsync.
Result<> Hub::decide(std::vector<Waiting>& waiting) {
    HF_CHECK(storage_.begin());
    for (Waiting& one : waiting) {
        const Result<bool> kept = storage_.nested([&]() -> Result<bool> {
            one.admission = authenticator_.admit(one.hello);
            return one.admission.has_value();
        });
        if (!kept) {
            one.admission = std::unexpected(kept.error());
        }
    }
    Result<> committed = storage_.commit();
    if (!committed) {
        storage_.rollback();
    }
    return committed;
}

Result<> Hub::welcome(const Waiting& waiting, const Authenticator::Admission& admission) {
    const ConnectionId id = waiting.connection;
    const Identity& identity = admission.identity;
    const Reach reach = reach_of(identity.device_class);
    if (waiting.hello.digest) {
        HF_TRY(const Sum digest, access_.digest(identity.user, reach));
        if (!(digest == *waiting.hello.digest)) {
            ++counters_.greeted_again;
            feed(id, ServerSession::TooShort{});
            return {};
        }
    }
    Connection& connection = connections_.at(id);
    HF_TRY(auto keys, access_.keys(identity.user, reach));
    HF_TRY(auto readable, access_.readable(identity.user, reach));
    HF_TRY(auto policy, policy_of(identity.organization));
    count_ahead(waiting.hello.cursors);

    connection.identity = identity;
    connection.keys = std::move(keys);
    follow(id, nullptr, connection.keys.get());
    ++counters_.sessions_live;
    const Instant now = environment_.now();
    presence_.arrived(now, identity.organization, identity.user);
    feed(id,
         ServerSession::Admitted{.user = identity.user,
                                 .organization = identity.organization,
                                 .device = identity.device,
                                 .salt = admission.salt,
                                 .server_time = environment_.wall(),
                                 .policy = std::move(policy),
                                 .readable = std::move(readable),
                                 .resume = admission.resume,
                                 .exact = waiting.hello.digest.has_value()});
    feed(id, ServerSession::ContactsChanged{contacts_of(identity.organization)});
    end_superseded(id, identity, identity.device != waiting.hello.device);
    return {};
}

/// Encoded once between two news, however many arrive meanwhile.
sync::SharedBytes Hub::contacts_of(Id organization) {
    sync::SharedBytes& contacts = contacts_[organization];
    if (contacts == nullptr) {
        contacts = std::make_shared<const wire::Bytes>(
            wire::encode(wire::Presence{presence_.told(organization)}));
    }
    return contacts;
}

/// The policy stands in the directory, so it is as new as that is.
Result<std::string> Hub::policy_of(Id organization) {
    const BucketRecord* directory = index_.directory_of(organization);
    CachedPolicy& cached = policies_[organization];
    if (directory == nullptr || cached.text.empty() ||
        cached.version != directory->bucket.version) {
        HF_TRY(const auto policy, read_policy(storage_, organization));
        cached.text = encode_policy(policy);
        cached.version = directory == nullptr ? 0 : directory->bucket.version;
    }
    return cached.text;
}

/// A device that stands above the server has seen a history that is lost here; it mends itself.
void Hub::count_ahead(const std::vector<wire::Cursor>& cursors) {
    const bool ahead = std::ranges::any_of(cursors, [&](const wire::Cursor& cursor) {
        const BucketRecord* record = index_.find(cursor.bucket);
        return record != nullptr && record->bucket.epoch == cursor.epoch &&
               record->bucket.version < cursor.version;
    });
    counters_.devices_ahead += ahead ? 1 : 0;
}

void Hub::refuse(ConnectionId id, const Error& error) {
    const ErrorEntry* entry = find_error(error.code);
    const bool again = entry != nullptr && entry->retry == Retry::later;
    refuse(id, error, again ? limits::refused_retry : Millis{});
}

void Hub::refuse(ConnectionId id, const Error& error, Millis retry_after) {
    ++counters_.admissions_refused;
    feed(id,
         ServerSession::Refused{
             .code = error.code, .detail = error.detail, .retry_after = retry_after});
}

/// A copied image shares its session with the original, which has to sign in again: the session is
/// the new number's now. And one device does not need many connections.
void Hub::end_superseded(ConnectionId id, const Identity& identity, bool is_copy) {
    std::vector<ConnectionId> same_device;
    for (const ConnectionId other : holders_of(identity.user)) {
        const auto found = connections_.find(other);
        if (found == connections_.end() || other == id) {
            continue;
        }
        const Identity& held = *found->second.identity;
        if (is_copy && held.session == identity.session) {
            end(other, ErrorCode::auth_wrong_device);
        } else if (held.device == identity.device) {
            same_device.push_back(other);
        }
    }
    for (std::size_t i = 0; i + limits::connections_per_device_max <= same_device.size(); ++i) {
        end(same_device[i], ErrorCode::request_too_many);
    }
}

void Hub::end_sessions() {
    if (!authenticator_.has_ended()) {
        return;
    }
    std::vector<std::string> ended = authenticator_.take_ended();
    const std::set<std::string> sessions(std::make_move_iterator(ended.begin()),
                                         std::make_move_iterator(ended.end()));
    std::vector<ConnectionId> ending;
    for (const auto& [id, connection] : connections_) {
        if (connection.identity && sessions.contains(connection.identity->session)) {
            ending.push_back(id);
        }
    }
    for (const ConnectionId id : ending) {
        end(id, ErrorCode::auth_session_revoked);
    }
}

void Hub::check_sessions() {
    std::vector<std::pair<ConnectionId, ErrorCode>> ending;
    for (const auto& [id, connection] : connections_) {
        if (!connection.identity) {
            continue;
        }
        if (const Result<> standing = authenticator_.check(*connection.identity); !standing) {
            ending.emplace_back(id, standing.error().code);
        }
    }
    for (const auto& [id, code] : ending) {
        end(id, code);
    }
}

}  // namespace holdfast::services
