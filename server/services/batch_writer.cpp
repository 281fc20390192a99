#include "server/services/batch_writer.hpp"

#include <utility>

namespace holdfast::services {

Result<> BatchWriter::alone(const std::function<Result<>()>& body) {
    const Result<bool> kept = storage_.nested([&]() -> Result<bool> {
        HF_CHECK(body());
        return true;
    });
    if (kept) {
        for (const Position& position : staged_positions_) {
            after_[position.bucket] = position.version;
        }
        created_.insert(staged_created_.begin(), staged_created_.end());
        runs_queued_ += staged_runs_;
    } else {
        cache_.clear();  // rows that it has read may have been undone
    }
    staged_positions_.clear();
    staged_created_.clear();
    staged_runs_ = 0;
    return kept ? Result<>() : std::unexpected(kept.error());
}

Result<std::vector<Position>> BatchWriter::apply(const Effects& effects,
                                                 Id organization,
                                                 WallTime now) {
    for (const Effects::NewBucket& made : effects.buckets) {
        HF_CHECK(create(made, organization));
    }
    HF_TRY(auto positions, write(effects.rows));
    for (const QueuedRun& run : effects.runs) {
        HF_CHECK(queue(run, organization, now));
    }
    return positions;
}

Result<> BatchWriter::create(const Effects::NewBucket& made, Id organization) {
    storage::BucketRecord record;
    record.bucket.id = made.id;
    record.bucket.kind = made.kind;
    record.bucket.owner = made.owner;
    record.bucket.parent = made.parent;
    record.organization = organization;
    record.open = made.open;
    HF_TRY(const BucketId id, storage_.create_bucket(record));
    before_[id] = 0;
    staged_created_.push_back(id);
    return {};
}

Result<std::vector<Position>> BatchWriter::write(const std::vector<RowChange>& rows) {
    for (const RowChange& change : rows) {
        if (before_.contains(change.key.bucket)) {
            continue;
        }
        HF_TRY(const auto record, storage_.find_bucket(change.key.bucket));
        before_[change.key.bucket] = record ? record->bucket.version : 0;
    }
    for (const RowChange& change : rows) {
        cache_.forget(change.key);
        if (change.key.kind == RowKind::grant) {
            granted_.insert(change.key.bucket);
        }
    }
    HF_TRY(auto positions, storage_.write_rows(rows));
    staged_positions_.insert(staged_positions_.end(), positions.begin(), positions.end());
    return positions;
}

/// One whose routine is not there is queued too: it fails with that reason, where people look.
Result<> BatchWriter::queue(const QueuedRun& run, Id organization, WallTime now) {
    HF_TRY(const auto definition, storage_.find_routine(organization, run.routine));
    HF_TRY(const Id id, run.id ? Result<Id>(run.id) : storage_.mint_id());
    ++staged_runs_;
    return storage_.queue_run({.id = id,
                               .organization = organization,
                               .routine = run.routine,
                               .definition = definition ? definition->id : Id{},
                               .user = run.user,
                               .task = run.task,
                               .channel = run.channel,
                               .context = run.context,
                               .queued_at = now,
                               .due_at = run.due_at.ms == 0 ? now : run.due_at});
}

std::vector<BucketMove> BatchWriter::moved() const {
    std::vector<BucketMove> all;
    for (const auto& [bucket, version] : after_) {
        all.push_back({bucket, before_.at(bucket), version});
    }
    return all;
}

Result<std::vector<storage::BucketRecord>> BatchWriter::heads() const {
    std::set<BucketId> touched = created_;
    for (const auto& [bucket, version] : after_) {
        touched.insert(bucket);
    }
    std::vector<storage::BucketRecord> heads;
    heads.reserve(touched.size());
    for (const BucketId bucket : touched) {
        HF_TRY(const auto record, storage_.find_bucket(bucket));
        if (record) {
            heads.push_back(*record);
        }
    }
    return heads;
}

std::vector<BucketId> BatchWriter::created() const {
    return {created_.begin(), created_.end()};
}

}  // namespace holdfast::services
