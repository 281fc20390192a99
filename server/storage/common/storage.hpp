#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/bucket.hpp"
#include "core/model/intent.hpp"
#include "core/model/range.hpp"
#include "core/model/row.hpp"
#include "core/model/sort_key.hpp"
#include "core/wire/frame.hpp"

/// What the server keeps. SQLite implements it today; PostgreSQL has to pass the same
/// testing/storage_conformance.hpp. The tables are the truth: every cache above is rebuilt from
/// them.
namespace holdfast::storage {

/// Tombstones that a bucket keeps: so many, or a twentieth of its rows where that is more. Beyond
/// it the older half goes, and the bucket's horizon rises to the newest of those.
inline constexpr std::uint64_t tombstones_kept_min = 2'000;
inline constexpr std::uint64_t tombstones_kept_share = 20;

/// A bucket with what only the server knows of it.
struct BucketRecord {
    Bucket bucket;
    Id organization;
    bool open = false;             ///< readable by everyone who holds a grant for `bucket.parent`
    std::uint64_t tombstones = 0;  ///< kept, all above the bucket's horizon
};

struct OrganizationRecord {
    Id id;
    std::string code;  ///< short name, unique on the server
    BucketId directory;
};

/// Sign-in data of a user. What others may see of the user is a row of the directory bucket.
struct AccountRecord {
    Id user;
    Id organization;
    std::string email;          ///< lower case, unique on the server
    std::string password_hash;  ///< argon2id, libsodium's text form
    bool active = true;
};

struct DeviceRecord {
    DeviceNumber number = 0;
    Id user;
    std::string name;
    wire::DeviceClass device_class = wire::DeviceClass::mobile;
    std::uint64_t salt = 0;           ///< given by the last Welcome
    std::uint64_t previous_salt = 0;  ///< accepted until the new one is seen
    WallTime created_at{};
    WallTime seen_at{};
    bool revoked = false;
};

/// A signed-in device. Tokens are kept as hashes only.
struct SessionRecord {
    std::string id;  ///< random, public part of the tokens
    Id user;
    Id organization;
    DeviceNumber device = 0;
    std::uint32_t generation = 0;  ///< of the refresh token; the secret is derived from it
    WallTime created_at{};
    WallTime refreshed_at{};
    bool revoked = false;
};

/// An intent that could not be understood, whole, with who sent it and why it was not.
struct QuarantinedIntent {
    Intent intent;
    Id user;
    ErrorCode why{};
};

/// A version of a routine's definition. Runs keep the one that they began with.
struct RoutineRecord {
    Id id;
    Id organization;
    std::string code;
    bool current = true;     ///< new runs begin with it; at most one of a code is
    std::string definition;  ///< JSON of core/workflow/routine.hpp
};

enum class RunState : std::uint8_t { open = 1, done = 2, failed = 3 };

/// A run of a routine: the queue, and the automation log.
struct RunRecord {
    Id id;
    Id organization;
    std::string routine;  ///< code
    Id definition;        ///< the version it keeps; none: there was none of this code
    Id user;              ///< who set it off
    Id task;
    Id channel;
    std::string context;  ///< JSON, as the trigger left it
    RunState state = RunState::open;
    WallTime queued_at{};
    WallTime due_at{};           ///< of an open one: when it goes on
    WallTime ended_at{};         ///< 0: not yet
    std::uint32_t attempts = 0;  ///< at the stage that comes next
    std::string stage;           ///< of a failed one: where
    ErrorCode code{};            ///< and why
    std::string detail;          ///< parameters of its sentence, JSON
    Id again;                    ///< the run that this one repeats; none: a trigger's
};

/// A finished stage of a run. Written once, with its effects.
struct RunEntry {
    Id run;
    std::uint32_t position = 0;  ///< from 1, without gaps
    WallTime at{};
    std::string entry;   ///< JSON of core/workflow/journal.hpp
    ErrorCode code{};    ///< why it ended with ERROR
    std::string detail;  ///< parameters of its sentence, JSON
};

/// One page of a bucket's rows; bodies are owned here and borrowed by the wire's RowRefs.
struct RowPage {
    std::vector<Row> rows;  ///< an empty body marks a tombstone
    bool more = false;
};

struct PageLimits {
    std::size_t rows = 2000;
    std::size_t body_bytes = 256 * 1024;
};

/// What the first rows of a range add up to.
struct RangeTotal {
    RangeSum total;     ///< `to`: the last row that was counted
    bool more = false;  ///< rows of the range are behind it
};

/// Threads  one thread, as the rest of the server's services.
/// Errors   of every call: storage_full · storage_busy · storage_failed · storage_corrupt. After an
/// error inside
///          a transaction, roll it back.
class Storage {
public:
    virtual ~Storage() = default;

    // --- transactions: reads work inside and outside; writes only inside.
    [[nodiscard]] virtual Result<> begin() = 0;
    [[nodiscard]] virtual Result<> commit() = 0;  ///< durable when it returns
    virtual void rollback() = 0;
    /// Runs `body` so that its writes are undone when it returns false or an error, without ending
    /// the transaction.
    [[nodiscard]] virtual Result<bool> nested(const std::function<Result<bool>()>& body) = 0;

    // --- organizations and ids
    [[nodiscard]] virtual Result<> put_organization(const OrganizationRecord& record) = 0;
    [[nodiscard]] virtual Result<std::vector<OrganizationRecord>> organizations() = 0;
    /// The next of the server's own ids (device number `server_device`), never given twice.
    [[nodiscard]] virtual Result<Id> mint_id() = 0;
    /// The first of so many that follow each other, at most 500.
    [[nodiscard]] virtual Result<Id> mint_ids(std::uint32_t count) = 0;

    // --- buckets
    [[nodiscard]] virtual Result<BucketId> create_bucket(
        const BucketRecord& record) = 0;  ///< mints the id when it is 0
    [[nodiscard]] virtual Result<BucketId> mint_bucket() = 0;
    [[nodiscard]] virtual Result<std::optional<BucketRecord>> find_bucket(BucketId id) = 0;
    [[nodiscard]] virtual Result<std::optional<BucketRecord>> find_bucket(BucketKind kind,
                                                                          Id owner) = 0;
    [[nodiscard]] virtual Result<std::vector<BucketRecord>> buckets_of(Id organization) = 0;
    [[nodiscard]] virtual Result<> set_open(BucketId id, bool open) = 0;
    /// Begins another history after a backup was restored: every bucket takes this epoch, and so do
    /// those made from now on. Ids and device numbers leap, so that none is given that a history
    /// which is lost may have given.
    [[nodiscard]] virtual Result<> renew_epoch(std::uint32_t epoch) = 0;
    /// How much has ever been changed: the sum of all versions. Only a restored backup has less.
    [[nodiscard]] virtual Result<std::uint64_t> age() = 0;

    // --- rows
    [[nodiscard]] virtual Result<std::optional<Row>> find_row(RowKey key) = 0;
    /// Writes changes: takes the buckets in ascending order, gives each row its bucket's next
    /// version, keeps rows, bytes and sum of the bucket. Returns the new position of each bucket
    /// touched. A delete of what is not there and a change to the same sort and body take no
    /// version.
    [[nodiscard]] virtual Result<std::vector<Position>> write_rows(
        std::span<const RowChange> changes) = 0;
    /// Rows behind a key in key order, without tombstones: snapshots.
    [[nodiscard]] virtual Result<RowPage> rows_after_key(BucketId bucket,
                                                         RowKind kind,
                                                         Id id,
                                                         PageLimits limits) = 0;
    /// The same within a range.
    [[nodiscard]] virtual Result<RowPage> rows_in_range(BucketId bucket,
                                                        KeyRange range,
                                                        PageLimits limits) = 0;
    /// The sum of the first `rows_max` rows of a range, in key order.
    /// Cost  one hash of each of them; nothing is copied.
    [[nodiscard]] virtual Result<RangeTotal> sum_range(BucketId bucket,
                                                       KeyRange range,
                                                       std::size_t rows_max) = 0;
    /// Rows and tombstones with a version above `version`, by version: deltas.
    [[nodiscard]] virtual Result<RowPage> rows_after_version(BucketId bucket,
                                                             std::uint64_t version,
                                                             PageLimits limits) = 0;
    /// The newest rows by sort, newest first: what a screen shows before the rest has come.
    [[nodiscard]] virtual Result<std::vector<Row>> newest_rows(BucketId bucket,
                                                               RowKind kind,
                                                               std::size_t limit) = 0;
    /// Rows before a place in the order by sort and id, nearest first; the place is not among them.
    [[nodiscard]] virtual Result<std::vector<Row>> rows_before(BucketId bucket,
                                                               RowKind kind,
                                                               SortKey place,
                                                               std::size_t limit) = 0;
    /// The oldest rows with a sort below this, oldest first.
    [[nodiscard]] virtual Result<std::vector<Row>> oldest_rows(BucketId bucket,
                                                               RowKind kind,
                                                               std::int64_t below,
                                                               std::size_t limit) = 0;

    // --- intents
    [[nodiscard]] virtual Result<std::optional<Outcome>> find_outcome(Id intent) = 0;
    [[nodiscard]] virtual Result<> put_outcome(const Outcome& outcome, Id user) = 0;
    /// Keeps an intent that cannot be understood, whole, for an operator to look at.
    [[nodiscard]] virtual Result<> quarantine(const Intent& intent, Id user, ErrorCode why) = 0;
    /// Everything in quarantine, by the intent's id and then the user.
    [[nodiscard]] virtual Result<std::vector<QuarantinedIntent>> quarantined() = 0;
    /// Forgets one of them: it has its outcome, or an operator has decided. Nothing where it is not
    /// there.
    [[nodiscard]] virtual Result<> drop_quarantined(Id intent, Id user) = 0;

    // --- routines
    /// Inserts a version or replaces what is stored of it.
    [[nodiscard]] virtual Result<> put_routine(const RoutineRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<RoutineRecord>> find_routine(Id id) = 0;
    /// The current version of a code.
    [[nodiscard]] virtual Result<std::optional<RoutineRecord>> find_routine(
        Id organization, std::string_view code) = 0;
    /// The current ones, by code.
    [[nodiscard]] virtual Result<std::vector<RoutineRecord>> routines_of(Id organization) = 0;
    /// Errors  storage_failed where a run has this id: each trigger runs once.
    [[nodiscard]] virtual Result<> queue_run(const RunRecord& record) = 0;
    /// Writes what changes of a run: state, due, end, attempts, stage, code, detail.
    [[nodiscard]] virtual Result<> update_run(const RunRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<RunRecord>> find_run(Id id) = 0;
    /// Open runs that are due at `now`, by due time and id.
    [[nodiscard]] virtual Result<std::vector<RunRecord>> due_runs(WallTime now,
                                                                  std::size_t limit) = 0;
    /// The newest runs of an organization, newest first; of one state, where it is given.
    [[nodiscard]] virtual Result<std::vector<RunRecord>> runs_of(Id organization,
                                                                 std::optional<RunState> state,
                                                                 std::size_t limit) = 0;
    /// Errors  storage_failed where the run has an entry at this position.
    [[nodiscard]] virtual Result<> add_run_entry(const RunEntry& entry) = 0;
    /// In their order.
    [[nodiscard]] virtual Result<std::vector<RunEntry>> run_entries(Id run) = 0;
    /// Forgets runs that ended before this, with their entries, the oldest first; how many.
    [[nodiscard]] virtual Result<std::size_t> drop_runs(WallTime ended_before,
                                                        std::size_t limit) = 0;

    // --- accounts, devices, sessions
    [[nodiscard]] virtual Result<> put_account(const AccountRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<AccountRecord>> find_account(
        std::string_view email) = 0;
    [[nodiscard]] virtual Result<std::optional<AccountRecord>> find_account(Id user) = 0;
    /// False, and nothing stored, where a device has the number, or no device can have it.
    [[nodiscard]] virtual Result<bool> add_device(const DeviceRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<DeviceRecord>> find_device(DeviceNumber number) = 0;
    [[nodiscard]] virtual Result<> put_device(const DeviceRecord& record) = 0;
    [[nodiscard]] virtual Result<> put_session(const SessionRecord& record) = 0;
    [[nodiscard]] virtual Result<std::optional<SessionRecord>> find_session(
        std::string_view id) = 0;
    [[nodiscard]] virtual Result<std::vector<SessionRecord>> sessions_of(Id user) = 0;

    // --- secrets of the server itself (token key), made once
    [[nodiscard]] virtual Result<std::optional<std::string>> find_secret(std::string_view name) = 0;
    [[nodiscard]] virtual Result<> put_secret(std::string_view name, std::string_view bytes) = 0;

    /// Changes whenever another process has committed to the same database: caches must be read
    /// again.
    [[nodiscard]] virtual Result<std::uint64_t> foreign_changes() = 0;
};

}  // namespace holdfast::storage
