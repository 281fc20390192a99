#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/base/token_bucket.hpp"
#include "core/model/body_files.hpp"
#include "core/sync/server_session.hpp"
#include "server/services/access.hpp"
#include "server/services/admission_budget.hpp"
#include "server/services/archiving.hpp"
#include "server/services/authenticator.hpp"
#include "server/services/bucket_index.hpp"
#include "server/services/choices/choice_search.hpp"
#include "server/services/environment.hpp"
#include "server/services/executor.hpp"
#include "server/services/histogram.hpp"
#include "server/services/limits.hpp"
#include "server/services/presence.hpp"
#include "server/services/pull.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// Names a live connection; never used twice.
using ConnectionId = std::uint64_t;

/// What the shell has to do with a connection's socket, in this order.
struct Command {
    ConnectionId connection = 0;
    sync::SharedBytes bytes;  ///< one binary message to send; null: close, after what was sent
    ErrorCode code{};         ///< close: why, for the log
    std::string detail;       ///< close: for the log
};

/// For /metrics. Totals since the start, unless it says otherwise.
struct Counters {
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_open = 0;  ///< now
    std::uint64_t sessions_live = 0;     ///< now: admitted
    std::uint64_t admissions_refused = 0;
    std::uint64_t admissions_put_off = 0;  ///< of them: told when to come again
    std::uint64_t resumed = 0;             ///< greeted without a look into the tables
    std::uint64_t greeted_again = 0;       ///< a short greeting was not enough
    std::uint64_t devices_ahead = 0;  ///< greetings with a cursor above the head: a lost history
    std::array<std::uint64_t, 5> intents_by_status{};  ///< index: OutcomeStatus
    std::uint64_t intents_replayed = 0;
    std::uint64_t intents_queued = 0;  ///< now
    std::uint64_t batches = 0;
    std::uint64_t batches_failed = 0;
    std::uint64_t live_pages_encoded = 0;  ///< once for all readers
    std::uint64_t frames_sent = 0;
    std::uint64_t frames_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t pulls = 0;
    std::uint64_t pulls_refused = 0;
    std::uint64_t pull_pages = 0;
    std::uint64_t pull_rows = 0;
    std::uint64_t pull_bytes = 0;
    std::uint64_t foreign_reloads = 0;
    RoutineCounters routines{};
    std::uint64_t runs_in_flight = 0;  ///< now

    std::map<ErrorCode, std::uint64_t> intents_by_code{};  ///< refused, adjusted or put off: why
    Histogram intent_time;  ///< from an intent's arrival to its durable outcome
    Histogram lock_time;    ///< a batch waited for another process that was writing
    Histogram commit_time;  ///< until a batch was on the disk
    Histogram news_time;    ///< from a commit until its outcomes and pages were handed to sockets
    Histogram pull_time;    ///< to read and encode the answer to a pull
};

/// Rates that one device is held to; tests make them small.
struct HubOptions {
    Rate pulls = limits::pulls;
    Rate intents = limits::intents;
    Rate frames = limits::frames;
    Rate choices = limits::choices;
    Rate older = limits::older;
    Rate deliveries = limits::deliveries;
    std::size_t connections_max = limits::connections_max;
    AdmissionBudget::Options admission{};
    storage::PageLimits page{};
};

/// Who has snapshots that were made before.
class SegmentOffers {
public:
    virtual ~SegmentOffers() = default;
    /// For a want of a snapshot of a bucket that this device may read.
    [[nodiscard]] virtual std::optional<wire::Segment> offer(const Identity& identity,
                                                             const Bucket& head,
                                                             const wire::Want& want) = 0;
};

/// A file as the timeline of a channel refers to it.
struct KnownFile {
    RowKey key;
    std::int64_t sort = 0;
    body::File file;
};

/// Everything behind the sockets: owns the live sessions, carries their outputs out, runs the
/// intents, and tells each change of a bucket to those who follow it, encoded once.
///
/// How a shell drives it, with one thread:
///     on accept      id = hub.open()
///     on message     hub.received(id, bytes)
///     after I/O      while (hub.has_pending()) hub.run_pending();
///     then           for (auto& command : hub.poll()) ...; hub.queued(id, bytes waiting in the
///     socket) on a timer     hub.tick(), at next_deadline() or each 100 ms on close
///     hub.closed(id); not needed after a close command
///
/// Nothing is called back. What it caches is rebuilt from the tables.
class Hub {
public:
    Hub(storage::Storage& storage,
        Environment& environment,
        Authenticator& authenticator,
        HubOptions options = {});

    [[nodiscard]] ConnectionId open();
    void received(ConnectionId connection, std::string_view bytes);
    /// Bytes of this connection that wait in the shell now: pages are held back from a slow one.
    void queued(ConnectionId connection, std::size_t bytes);
    void closed(ConnectionId connection);

    /// Whether handshakes, intents or ended sessions wait for run_pending().
    [[nodiscard]] bool has_pending() const;
    /// Admits who waits and runs one batch of intents, in one transaction each, and tells the news.
    void run_pending();

    /// Deadlines of sessions, presence, changes by other processes. Cheap when nothing is due.
    void tick();
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Reads everything again and tells what differs: after a write to the storage of this process
    /// that did not go through the hub (an organization file applied, a test).
    void refresh();

    /// Sends everybody away, spread over some time, and refuses newcomers.
    void drain();

    /// The answer to POST /sync/v1/pull of this device.
    /// Errors  request_too_many (params: retry_after_ms) · those of PullService::answer.
    [[nodiscard]] Result<wire::Bytes> pull(const Identity& identity, std::string_view body);

    /// Pulls are answered with these too. They outlive the hub's last pull.
    void offer_segments(SegmentOffers* offers) { offers_ = offers; }
    /// A piece of a segment that is made.  Errors  those of PullService::read_part.
    [[nodiscard]] Result<SnapshotPart> read_part(const SegmentName& name,
                                                 RowPlace after,
                                                 std::size_t bytes_max) {
        return pulls_.read_part(name, after, bytes_max);
    }
    /// Whether a device may read the bucket now.  Errors  those of storage.
    [[nodiscard]] Result<bool> may_read(const Identity& identity, BucketId bucket);

    /// The file, if the user may read the channel that refers to it.
    /// Errors  file_unknown · those of storage.
    [[nodiscard]] Result<KnownFile> find_file(Id user, Id channel, Id file);
    /// Of one file, by the organization's entitlement; 0: no limit of its own.
    /// Errors  those of storage.
    [[nodiscard]] Result<std::int64_t> file_bytes_max(Id organization);
    /// Writes that the bytes are here, or why they were not taken, and tells everybody.
    /// Nothing where the file's message is gone.  Errors  those of storage.
    [[nodiscard]] Result<> settle_file(const RowKey& key, ErrorCode refused = ErrorCode::none);

    /// Lets a device's work be brought by somebody else, so often (OM35).
    /// Errors  request_too_many (params: retry_after_ms) · server_draining.
    [[nodiscard]] Result<> admit_delivery(const Identity& identity);
    /// Judges what was brought, in its order, each intent once. What would overtake another in its
    /// lane is `later`, as that is.
    /// @param held  lanes that are held up by what was brought before; those of now are added.
    /// @returns an outcome for each intent, in no order.
    [[nodiscard]] std::vector<Outcome> deliver(const Identity& identity,
                                               std::vector<Intent> intents,
                                               std::set<Id>& held);

    /// The address that a form takes the choices of a component from, if the user may fill the form
    /// in there.
    /// Errors  request_too_many (params: retry_after_ms) · request_malformed: data that the
    ///         component does not pass · intent_gone · answer_unknown_component · those of
    ///         may_fill_in() and offer_in().
    [[nodiscard]] Result<std::string> choice_source(const Identity& identity,
                                                    const ChoiceSearch& search);

    /// The answer to POST /sync/v1/older of this device.
    /// Errors  request_too_many (params: retry_after_ms) · those of older_messages().
    [[nodiscard]] Result<wire::Bytes> older(const Identity& identity, std::string_view body);

    /// What the shell has to do; empty afterwards.
    [[nodiscard]] std::vector<Command> poll();

    /// Runs of routines: what the shell evaluates and asks for them (poll_evaluations(),
    /// poll_requests()), and is answered (evaluated(), asked()).
    [[nodiscard]] Routines& routines() { return executor_.routines(); }

    [[nodiscard]] const Counters& counters() const { return counters_; }

private:
    struct Connection {
        sync::ServerSession session;
        std::optional<Identity> identity;  ///< once admitted
        std::shared_ptr<const Keys> keys;
        std::optional<Instant> armed;  ///< its entry in deadlines_
        bool in_turn = false;          ///< the admission budget has let it in
    };
    struct Meter {
        TokenBucket pulls;
        TokenBucket intents;
        TokenBucket frames;
        TokenBucket choices;
        TokenBucket older;
        TokenBucket deliveries;
    };
    /// A handshake, until the transaction that decides it is committed.
    struct Waiting {
        ConnectionId connection = 0;
        wire::Hello hello;
        Result<Authenticator::Admission> admission;
    };
    /// The policy as it is encoded, of this version of the directory.
    struct CachedPolicy {
        std::uint64_t version = 0;
        std::string text;
    };
    using Connections = std::map<ConnectionId, Connection>;

    // --- connections: hub.cpp
    void feed(ConnectionId id, const sync::ServerSession::Input& input);
    void carry_out(ConnectionId id, Connection& connection, sync::ServerSession::Execute&& output);
    void arm(ConnectionId id, Connection& connection);
    void forget(ConnectionId id);
    void end(ConnectionId id, ErrorCode code, Millis retry_after = {});
    void follow(ConnectionId id, const Keys* before, const Keys* after);
    [[nodiscard]] Meter& meter(DeviceNumber device);
    /// By chance: devices that are sent away together do not come back together.
    [[nodiscard]] Millis moment_within(Millis span);

    // --- handshakes: hub_admission.cpp
    void admit_waiting();
    [[nodiscard]] bool put_off(const Waiting& waiting);
    [[nodiscard]] bool resume(const Waiting& waiting);
    [[nodiscard]] Result<> decide(std::vector<Waiting>& waiting);
    [[nodiscard]] Result<> welcome(const Waiting& waiting,
                                   const Authenticator::Admission& admission);
    [[nodiscard]] Result<std::string> policy_of(Id organization);
    [[nodiscard]] sync::SharedBytes contacts_of(Id organization);
    void count_ahead(const std::vector<wire::Cursor>& cursors);
    void refuse(ConnectionId id, const Error& error);
    void refuse(ConnectionId id, const Error& error, Millis retry_after);
    void end_superseded(ConnectionId id, const Identity& identity, bool is_copy);
    void end_sessions();
    void check_sessions();

    // --- news: hub_news.cpp
    void run_batch();
    void answer_judged(const std::vector<JudgedIntent>& judged);
    void tell_batch(const Batch& batch);
    [[nodiscard]] Result<Batch> write_settled(const RowKey& key, ErrorCode refused);
    [[nodiscard]] std::set<Id> users_with_new_access(const Batch& batch);
    [[nodiscard]] std::set<Id> reach_anew(Id organization);
    void tell_move(const BucketMove& move);
    void tell_access(const std::set<Id>& users);
    [[nodiscard]] Result<> tell_access(Id user, const std::vector<ConnectionId>& connections);
    void tell_presence(Instant now);
    void poll_foreign(Instant now);
    void look_for_runs();
    void keep_archives();
    void reload(Id organization);

    [[nodiscard]] std::vector<ConnectionId> followers_of(const BucketRecord& record) const;
    [[nodiscard]] std::vector<ConnectionId> holders_of(Id key) const;
    [[nodiscard]] std::set<Id> users_of(const std::vector<ConnectionId>& connections) const;

    storage::Storage& storage_;
    Environment& environment_;
    Authenticator& authenticator_;
    HubOptions options_;
    BucketIndex index_;
    Access access_;
    PullService pulls_;
    SegmentOffers* offers_ = nullptr;
    Executor executor_;
    Archiving archiving_;
    Presence presence_;
    AdmissionBudget budget_;

    ConnectionId next_connection_ = 1;
    Connections connections_;
    std::unordered_map<Id, std::set<ConnectionId>> followers_;  ///< by what they hold: Keys::ids
    std::set<std::pair<Instant, ConnectionId>> deadlines_;  ///< may come too early, never too late
    std::unordered_map<DeviceNumber, Meter> meters_;
    std::vector<Waiting> waiting_;
    std::map<ConnectionId, std::vector<Outcome>> brought_;  ///< what is being judged for deliver()
    std::unordered_map<Id, CachedPolicy> policies_;         ///< by organization
    std::unordered_map<Id, sync::SharedBytes> contacts_;    ///< who is online, until there is news
    std::vector<Command> commands_;

    bool draining_ = false;
    Instant foreign_poll_at_{};
    std::uint64_t foreign_seen_ = 0;
    Counters counters_;
};

}  // namespace holdfast::services
