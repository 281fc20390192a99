#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "core/model/world.hpp"
#include "server/services/world_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// A bucket that a batch has moved, by what its followers have to learn.
struct BucketMove {
    BucketId bucket;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// What one transaction writes, and what it has moved so far: intents and the stages of routines
/// alike, each undone without the others when it fails.
///
/// Lifetime  one transaction. Storage and cache outlive it.
class BatchWriter {
public:
    BatchWriter(storage::Storage& storage, WorldCache& cache) : storage_(storage), cache_(cache) {}

    /// Runs `body`; where it fails, what it has written is undone, and its error is the result.
    [[nodiscard]] Result<> alone(const std::function<Result<>()>& body);

    /// Makes the buckets, writes the rows and queues the runs of effects, for an organization.
    /// Returns the positions of the buckets that were written to.
    [[nodiscard]] Result<std::vector<Position>> apply(const Effects& effects,
                                                      Id organization,
                                                      WallTime now);
    [[nodiscard]] Result<std::vector<Position>> write(const std::vector<RowChange>& rows);

    [[nodiscard]] std::vector<BucketMove> moved() const;  ///< ascending by bucket
    [[nodiscard]] std::vector<BucketId> created() const;  ///< ascending
    /// Where the buckets of both stand now. Errors  those of the storage.
    [[nodiscard]] Result<std::vector<storage::BucketRecord>> heads() const;
    /// Users' buckets into which a grant was written, or that it was taken from; also by what was
    /// undone.
    [[nodiscard]] const std::set<BucketId>& granted() const { return granted_; }
    [[nodiscard]] std::size_t runs_queued() const { return runs_queued_; }

private:
    [[nodiscard]] Result<> create(const Effects::NewBucket& made, Id organization);
    [[nodiscard]] Result<> queue(const QueuedRun& run, Id organization, WallTime now);

    storage::Storage& storage_;
    WorldCache& cache_;
    std::map<BucketId, std::uint64_t> before_;  ///< version when the batch first came to the bucket
    std::map<BucketId, std::uint64_t> after_;
    std::set<BucketId> created_;
    std::set<BucketId> granted_;
    std::size_t runs_queued_ = 0;
    // What the intent or stage at work would add.
    std::vector<Position> staged_positions_;
    std::vector<BucketId> staged_created_;
    std::size_t staged_runs_ = 0;
};

}  // namespace holdfast::services
