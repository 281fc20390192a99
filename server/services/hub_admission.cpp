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
        return !connections_.contains(one.connection);  // has gone meanwhile
    });
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
        const bool is_copy = one.admission->identity.device != one.hello.device;
        if (const Result<> welcomed = welcome(one.connection, *one.admission); !welcomed) {
            refuse(one.connection, welcomed.error());
        } else {
            end_superseded(one.connection, one.admission->identity, is_copy);
        }
    }
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

Result<> Hub::welcome(ConnectionId id, const Authenticator::Admission& admission) {
    const Identity& identity = admission.identity;
    Connection& connection = connections_.at(id);
    HF_TRY(auto keys, access_.keys(identity.user));
    HF_TRY(auto readable, access_.readable(identity.user));
    HF_TRY(const auto policy, read_policy(storage_, identity.organization));

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
                                 .policy = encode_policy(policy),
                                 .readable = std::move(readable)});
    const wire::Presence everybody{presence_.everybody(identity.organization)};
    feed(id,
         ServerSession::ContactsChanged{
             std::make_shared<const wire::Bytes>(wire::encode(everybody))});
    return {};
}

void Hub::refuse(ConnectionId id, const Error& error) {
    ++counters_.admissions_refused;
    const ErrorEntry* entry = find_error(error.code);
    const bool again = entry != nullptr && entry->retry == Retry::later;
    feed(id,
         ServerSession::Refused{.code = error.code,
                                .detail = error.detail,
                                .retry_after = again ? limits::refused_retry : Millis{}});
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
