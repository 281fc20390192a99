#include "server/services/executor.hpp"

#include <algorithm>
#include <utility>

#include "core/base/sum.hpp"
#include "core/model/body.hpp"
#include "core/model/limits.hpp"
#include "core/rules/reduce.hpp"
#include "server/services/server_world.hpp"

namespace holdfast::services {
namespace {

bool is_storage_error(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::storage_failed ||
           code == ErrorCode::storage_corrupt || code == ErrorCode::storage_busy;
}

/// Errors that the next intent would meet as well.
bool is_everybodys(ErrorCode code) {
    return code == ErrorCode::storage_full || code == ErrorCode::storage_busy;
}

/// Tells two intents of one id apart: copies of a device may give an id twice before they are
/// noticed. Never 0. Not a secret, and no attacker gains by a collision but to lose own work.
std::uint64_t content_of(const Intent& intent) {
    const std::uint64_t shape = (static_cast<std::uint64_t>(intent.kind) << 16U) |
                                static_cast<std::uint64_t>(intent.version);
    const Sum sum = row_sum(0, intent.lane, shape, intent.claimed_at.ms, intent.args);
    return sum.low == 0 ? 1 : sum.low;
}

/// What stays of a refused intent in its author's own bucket. An answer is in it whole (OM33),
/// unless the rules have kept it among the rows, or it does not fit a page of rows: no device of
/// ours writes such text.
std::string receipt_of(const Intent& intent, const Outcome& outcome, bool answer_kept) {
    body::Receipt receipt{.code = static_cast<std::uint16_t>(outcome.code),
                          .detail = outcome.detail};
    if (is_kept_when_refused(intent.kind) && !answer_kept) {
        receipt.kept = intent.args;
    }
    std::string body = body::encode(receipt);
    if (body.size() > holdfast::limits::kept_bytes_max) {
        receipt.kept.clear();
        body = body::encode(receipt);
    }
    return body;
}

}  // namespace

Outcome later_outcome(Id intent, ErrorCode code, Millis retry_after, WallTime at) {
    return {.intent = intent,
            .status = OutcomeStatus::later,
            .code = code,
            .detail = {},
            .positions = {},
            .at = at,
            .replayed = false,
            .retry_after = retry_after};
}

bool Executor::enqueue(IntentJob job) {
    if (queue_.size() >= limits::queue_intents_max) {
        return false;
    }
    job.taken_us = environment_.stopwatch_us();
    queue_.push_back(std::move(job));
    return true;
}

Batch Executor::run(std::size_t max) {
    Batch batch;
    if (!has_work() || max == 0) {
        return batch;
    }
    std::deque<IntentJob> jobs;
    while (!queue_.empty() && jobs.size() < max) {
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    BatchWriter writer(storage_, cache_);
    if (const Result<> done = carry_out(jobs, writer, batch); done) {
        batch.stages = routines_.committed(writer.runs_queued() > 0);
        return batch;
    } else {
        storage_.rollback();
        cache_.clear();
        routines_.undone();
        batch = Batch{};
        batch.failure = done.error();
    }
    for (auto* waiting : {&jobs, &queue_}) {
        for (IntentJob& job : *waiting) {
            put_off(job, batch.failure->code, batch);
        }
        waiting->clear();
    }
    return batch;
}

Result<> Executor::carry_out(std::deque<IntentJob>& jobs, BatchWriter& writer, Batch& batch) {
    const std::int64_t begun_us = environment_.stopwatch_us();
    HF_CHECK(storage_.begin());
    batch.lock_us = environment_.stopwatch_us() - begun_us;
    HF_CHECK(cache_.renew(storage_));
    HF_CHECK(time_.learn(storage_));
    HF_CHECK(judge_all(jobs, writer, batch));
    HF_CHECK(routines_.carry_out(writer, cache_));
    batch.moved = writer.moved();
    batch.created = writer.created();
    batch.granted = writer.granted();
    HF_TRY(batch.heads, writer.heads());
    const std::int64_t judged_us = environment_.stopwatch_us();
    HF_CHECK(storage_.commit());
    batch.commit_us = environment_.stopwatch_us() - judged_us;
    return {};
}

void Executor::put_off(IntentJob& job, ErrorCode code, Batch& batch) {
    batch.judged.push_back(
        {job.ticket,
         job.user,
         later_outcome(job.intent.id, code, limits::storage_retry, environment_.wall()),
         job.taken_us});
}

Result<> Executor::judge_all(std::deque<IntentJob>& jobs, BatchWriter& writer, Batch& batch) {
    std::vector<std::pair<Lane, ErrorCode>> held;
    const auto hold_of = [&](const IntentJob& job) {
        return std::ranges::find(
            held, Lane{job.user, job.intent.lane}, &std::pair<Lane, ErrorCode>::first);
    };
    batch.judged.reserve(jobs.size());
    for (IntentJob& job : jobs) {
        if (const auto hold = hold_of(job); hold != held.end()) {
            put_off(job, hold->second, batch);
            continue;
        }
        Outcome outcome;
        const Result<> judged = writer.alone([&] { return judge(job, writer, outcome); });
        if (judged) {
            batch.judged.push_back({job.ticket, job.user, std::move(outcome), job.taken_us});
        } else if (is_everybodys(judged.error().code)) {
            return judged;
        } else {
            held.emplace_back(Lane{job.user, job.intent.lane}, judged.error().code);
            put_off(job, judged.error().code, batch);
        }
    }
    if (!held.empty()) {
        std::erase_if(queue_, [&](IntentJob& job) {
            const auto hold = hold_of(job);
            if (hold == held.end()) {
                return false;
            }
            put_off(job, hold->second, batch);
            return true;
        });
    }
    return {};
}

/// Any device of the user may bring it: what waits on one may be delivered by another (OM35), and a
/// copy that was given a number of its own still holds what the original had written.
Result<bool> Executor::is_own_id(const IntentJob& job, Id id) {
    const DeviceNumber minted_by = id.device();
    if (minted_by == job.device) {
        return true;
    }
    HF_TRY(const auto device, storage_.find_device(minted_by));
    return device && device->user == job.user;
}

/// The rules do not know whose a device is.
Result<bool> Executor::has_own_files(const IntentJob& job, const Effects& effects) {
    for (const RowChange& change : effects.rows) {
        if (change.key.kind != RowKind::file || change.deletes()) {
            continue;
        }
        HF_TRY(const bool own, is_own_id(job, change.key.id));
        if (!own) {
            return false;
        }
    }
    return true;
}

/// Spans of ids overlap where a device does not keep to its own.
Result<bool> Executor::has_new_runs(const Effects& effects) {
    for (const QueuedRun& run : effects.runs) {
        HF_TRY(const auto known, storage_.find_run(run.id));
        if (known) {
            return false;
        }
    }
    return true;
}

Result<> Executor::judge(const IntentJob& job, BatchWriter& writer, Outcome& outcome) {
    outcome = Outcome{.intent = job.intent.id,
                      .detail = {},
                      .positions = {},
                      .at = time_.now(),
                      .content = content_of(job.intent)};
    HF_TRY(const bool known, answer_known(job, outcome));
    if (known) {
        return {};
    }
    HF_TRY(const bool own, is_own_id(job, job.intent.id));
    if (!own) {
        // Not stored: the id is somebody else's to use.
        outcome.status = OutcomeStatus::rejected;
        outcome.code = ErrorCode::intent_id_conflict;
        return {};
    }
    ServerWorld world(storage_, job.organization, &cache_);
    const Occasion occasion{.user = job.user, .organization = job.organization, .now = outcome.at};
    Result<Effects> effects = reduce(world, occasion, job.intent);
    if (effects) {
        HF_TRY(const bool own_files, has_own_files(job, *effects));
        if (!own_files) {
            effects = fail(ErrorCode::intent_malformed, "a file with an id of somebody else's");
        }
    }
    if (effects) {
        HF_TRY(const bool new_runs, has_new_runs(*effects));
        if (!new_runs) {
            effects = fail(ErrorCode::intent_id_conflict, "a run of this id");
        }
    }
    if (effects) {
        return apply(job, *std::move(effects), writer, outcome);
    }
    return refuse(job, std::move(effects).error(), writer, outcome);
}

Result<bool> Executor::answer_known(const IntentJob& job, Outcome& outcome) {
    HF_TRY(auto stored, storage_.find_outcome(job.intent.id));
    if (!stored) {
        return false;
    }
    // An id belongs to the user whose device minted it, and a device's number stays with its user.
    bool own = job.intent.id.device() == job.device;
    if (!own) {
        HF_TRY(const auto device, storage_.find_device(job.intent.id.device()));
        own = device && device->user == job.user;
    }
    const bool same = stored->content == 0 || stored->content == outcome.content;
    if (own && same) {
        outcome = *std::move(stored);
        outcome.replayed = true;
    } else {
        outcome.status = OutcomeStatus::rejected;
        outcome.code = own ? ErrorCode::intent_id_conflict : ErrorCode::access_forbidden;
    }
    return true;
}

Result<> Executor::apply(const IntentJob& job,
                         Effects effects,
                         BatchWriter& writer,
                         Outcome& outcome) {
    outcome.status = effects.status;
    outcome.code = effects.code;
    outcome.detail = std::move(effects.params);
    const bool found_done = effects.rows.empty();
    if (outcome.status != OutcomeStatus::applied) {
        HF_TRY(auto receipt, receipt_row(job, outcome, effects.answer_kept));
        if (receipt) {
            effects.rows.push_back(*std::move(receipt));
        }
    }
    HF_TRY(outcome.positions, writer.apply(effects, job.organization, outcome.at));
    if (found_done) {
        HF_CHECK(add_heads(job, outcome.positions));
    }
    return storage_.put_outcome(outcome, job.user);
}

/// Nothing was left to be done. What stands there may not have reached the device yet, which shows
/// its own action until it has passed these positions.
Result<> Executor::add_heads(const IntentJob& job, std::vector<Position>& positions) {
    HF_TRY(const auto channel, storage_.find_bucket(BucketKind::channel, job.intent.lane));
    const Id group = channel ? channel->bucket.parent : Id{};
    const std::pair<BucketKind, Id> concerned[] = {{BucketKind::user, job.user},
                                                   {BucketKind::channel, job.intent.lane},
                                                   {BucketKind::timeline, job.intent.lane},
                                                   {BucketKind::archive, job.intent.lane},
                                                   {BucketKind::tasks, group}};
    for (const auto& [kind, owner] : concerned) {
        HF_TRY(const auto found, storage_.find_bucket(kind, owner));
        if (found) {
            positions.push_back({found->bucket.id, found->bucket.version});
        }
    }
    return {};
}

Result<std::optional<RowChange>> Executor::receipt_row(const IntentJob& job,
                                                       const Outcome& outcome,
                                                       bool answer_kept) {
    HF_TRY(const auto own, storage_.find_bucket(BucketKind::user, job.user));
    if (!own) {
        return std::nullopt;
    }
    return RowChange{.key = {own->bucket.id, RowKind::receipt, job.intent.id},
                     .sort = outcome.at.ms,
                     .body = receipt_of(job.intent, outcome, answer_kept)};
}

Result<> Executor::refuse(const IntentJob& job, Error why, BatchWriter& writer, Outcome& outcome) {
    if (is_storage_error(why.code)) {
        return std::unexpected(std::move(why));
    }
    if (why.code == ErrorCode::intent_unknown_kind) {
        outcome = later_outcome(job.intent.id, why.code, limits::unknown_kind_retry, outcome.at);
        return storage_.quarantine(job.intent, job.user, why.code);
    }
    outcome.status = OutcomeStatus::rejected;
    outcome.code = why.code;
    outcome.detail = std::move(why.params);
    HF_TRY(auto receipt, receipt_row(job, outcome, false));
    if (receipt) {
        HF_CHECK(writer.write({*std::move(receipt)}));
    }
    return storage_.put_outcome(outcome, job.user);
}

}  // namespace holdfast::services
