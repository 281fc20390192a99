#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"
#include "server/services/batch_writer.hpp"
#include "server/services/environment.hpp"
#include "server/services/limits.hpp"
#include "server/services/routines.hpp"
#include "server/services/server_time.hpp"
#include "server/services/world_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// An intent that waits for its judgement.
struct IntentJob {
    Id user;
    Id organization;
    DeviceNumber device = 0;  ///< of the session; the intent's id has to be one of its
    Intent intent;
    std::uint64_t ticket = 0;   ///< comes back with the outcome
    std::int64_t taken_us = 0;  ///< when it was enqueued, by the stopwatch
};

struct JudgedIntent {
    std::uint64_t ticket = 0;
    Id user;
    Outcome outcome;
    std::int64_t taken_us = 0;  ///< of its job
};

/// What became of one run.
struct Batch {
    std::vector<JudgedIntent> judged;          ///< one for each job taken off the queue
    std::vector<BucketMove> moved;             ///< committed; ascending by bucket
    std::vector<BucketId> created;             ///< committed; ascending
    std::vector<storage::BucketRecord> heads;  ///< of both, as committed
    std::set<BucketId> granted;                ///< users' buckets whose grants were written
    std::size_t rows = 0;                      ///< of a move between buckets
    bool quiet = false;                        ///< rows have moved, and nothing has happened
    std::int64_t lock_us = 0;                  ///< waited for other writers
    std::int64_t commit_us = 0;                ///< until it was durable
    std::size_t stages = 0;                    ///< of routines, carried out
    std::optional<Error> failure;  ///< the transaction failed: nothing was done, all are `later`
};

/// Carries intents out, many in one transaction, each exactly once (OM32, OM33).
///
/// The stored outcome is the memory: it is written in the transaction of the effects, so an intent
/// has both or neither, whatever is cut or killed. Within a batch every intent stands alone: one
/// that the storage fails is undone without the others, and those behind it in its lane wait with
/// it.
///
/// Threads  one thread. Storage and environment outlive it.
class Executor {
public:
    Executor(storage::Storage& storage, Environment& environment)
        : storage_(storage),
          environment_(environment),
          time_(environment),
          routines_(storage, environment, time_) {}

    /// Takes a job; false when the queue is full: answer `later` with server_busy.
    [[nodiscard]] bool enqueue(IntentJob job);
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }
    /// Whether run() has something to do.
    [[nodiscard]] bool has_work() const { return !queue_.empty() || routines_.has_ready(); }
    [[nodiscard]] Routines& routines() { return routines_; }
    [[nodiscard]] const Routines& routines() const { return routines_; }

    /// Judges up to `max` of the queued intents, and carries out the stages of routines that are
    /// ready, in one transaction and commits it.
    ///
    /// Outcome by case: known id: the stored outcome, `replayed`, to the same user only
    /// (else access_forbidden), and only to the same intent (else intent_id_conflict, not stored:
    /// two copies of a device have given one id to two things, and neither may be lost) · an id of
    /// another user's device: rejected, intent_id_conflict, not stored · refused by the rules:
    /// rejected, stored · a kind not known: quarantined, `later` · storage fails: `later`, nothing
    /// done. Whatever is stored and not `applied` has a receipt row in the user's bucket too, so
    /// that it survives the connection and reaches other devices, and an answer that was refused is
    /// in it whole (OM33). When the whole transaction fails,
    /// everything queued is answered `later`: order within lanes would be lost otherwise.
    [[nodiscard]] Batch run(std::size_t max = limits::batch_intents_max);

private:
    struct Lane {
        Id user;
        Id lane;
        bool operator==(const Lane&) const = default;
    };

    /// Everything that the transaction does, and its end.
    [[nodiscard]] Result<> carry_out(std::deque<IntentJob>& jobs,
                                     BatchWriter& writer,
                                     Batch& batch);
    [[nodiscard]] Result<> judge_all(std::deque<IntentJob>& jobs,
                                     BatchWriter& writer,
                                     Batch& batch);
    [[nodiscard]] Result<> judge(const IntentJob& job, BatchWriter& writer, Outcome& outcome);
    [[nodiscard]] Result<bool> is_own_id(const IntentJob& job, Id id);
    [[nodiscard]] Result<bool> has_own_files(const IntentJob& job, const Effects& effects);
    [[nodiscard]] Result<bool> has_new_runs(const Effects& effects);
    [[nodiscard]] Result<bool> answer_known(const IntentJob& job, Outcome& outcome);
    [[nodiscard]] Result<> apply(const IntentJob& job,
                                 Effects effects,
                                 BatchWriter& writer,
                                 Outcome& outcome);
    [[nodiscard]] Result<> refuse(const IntentJob& job,
                                  Error why,
                                  BatchWriter& writer,
                                  Outcome& outcome);
    /// What stays of an intent that was not simply applied; nothing where the user has no bucket.
    [[nodiscard]] Result<> add_heads(const IntentJob& job, std::vector<Position>& positions);
    [[nodiscard]] Result<std::optional<RowChange>> receipt_row(const IntentJob& job,
                                                               const Outcome& outcome,
                                                               bool answer_kept);
    void put_off(IntentJob& job, ErrorCode code, Batch& batch);

    storage::Storage& storage_;
    Environment& environment_;
    ServerTime time_;
    WorldCache cache_;
    Routines routines_;
    std::deque<IntentJob> queue_;
};

/// `later`, to be sent again after `retry_after`.
[[nodiscard]] Outcome later_outcome(Id intent, ErrorCode code, Millis retry_after, WallTime at);

}  // namespace holdfast::services
