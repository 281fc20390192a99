#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/model/fact_cache.hpp"
#include "core/rules/form_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

namespace limits {
inline constexpr std::size_t world_rows_cached_max = 16'384;     // beyond: all are read again
inline constexpr std::size_t world_buckets_cached_max = 16'384;  // the same
}  // namespace limits

/// What the rules read of the tables at each intent, kept from one to the next: who somebody is,
/// what a role allows, what a channel is, who is let in, and that a row is not there.
///
/// Its owner is the only one in the process that writes rows while it lives. It calls renew() when
/// a transaction has begun, forget() before it writes a row, and clear() when anything was undone.
/// One thread.
class WorldCache {
public:
    /// A bucket by what never changes of it; its head is the one of the reading.
    struct KnownBucket {
        Bucket bucket;
        Id organization;
    };

    /// Only rows that decide: messages are read once and would push the others out.
    [[nodiscard]] static bool keeps(RowKind kind) {
        return kind == RowKind::user || kind == RowKind::role || kind == RowKind::group ||
               kind == RowKind::channel || kind == RowKind::member || kind == RowKind::grant;
    }

    /// Forgets everything where another process has written since the last time.
    /// Call  inside a transaction that keeps others from writing. Errors  those of the storage.
    [[nodiscard]] Result<> renew(storage::Storage& storage) {
        HF_TRY(const std::uint64_t changes, storage.foreign_changes());
        if (changes_ != changes) {
            clear();
            changes_ = changes;
        }
        return {};
    }

    /// Null where the row was not looked for; an empty one is known not to be there.
    [[nodiscard]] const std::optional<Row>* find(RowKey key) const {
        const auto found = rows_.find(key);
        return found == rows_.end() ? nullptr : &found->second;
    }
    void put(RowKey key, std::optional<Row> row) {
        if (rows_.size() >= limits::world_rows_cached_max) {
            rows_.clear();
        }
        rows_.insert_or_assign(key, std::move(row));
    }
    void forget(RowKey key) { rows_.erase(key); }

    /// Null where it was not found before. That a bucket is not there is never kept.
    [[nodiscard]] const KnownBucket* find_bucket(BucketKind kind, Id owner) const {
        const auto found = buckets_.find({kind, owner});
        return found == buckets_.end() ? nullptr : &found->second;
    }
    void put_bucket(KnownBucket known) {
        if (buckets_.size() >= limits::world_buckets_cached_max) {
            buckets_.clear();
        }
        buckets_.insert_or_assign({known.bucket.kind, known.bucket.owner}, known);
    }

    /// The group of a code as it was read once: whether it still is, its row says.
    [[nodiscard]] std::map<std::pair<Id, std::string>, Id>& groups_by_code() {
        return groups_by_code_;
    }

    void clear() {
        groups_by_code_.clear();
        rows_.clear();
        buckets_.clear();
    }

    // What these hold is of bytes or rows that never change: nothing clears them.
    FormCache forms;
    FactCache facts;

private:
    std::map<RowKey, std::optional<Row>> rows_;
    std::map<std::pair<BucketKind, Id>, KnownBucket> buckets_;
    std::map<std::pair<Id, std::string>, Id> groups_by_code_;  ///< by organization
    std::optional<std::uint64_t> changes_;
};

}  // namespace holdfast::services
