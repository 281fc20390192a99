#pragma once

#include <optional>
#include <unordered_map>

#include "core/model/world.hpp"
#include "server/services/world_cache.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

/// The tables as the rules see them: one organization's. What belongs to another does not exist.
/// Lives within one transaction. What a cache holds is taken from it: its owner tells it of writes.
class ServerWorld final : public World {
public:
    ServerWorld(storage::Storage& storage, Id organization, WorldCache* cache = nullptr)
        : storage_(storage), organization_(organization), cache_(cache) {}

    [[nodiscard]] Result<std::optional<Row>> find(RowKey key) const override;
    [[nodiscard]] Result<std::optional<Bucket>> bucket(BucketKind kind, Id owner) const override;
    [[nodiscard]] Result<BucketId> directory() const override;
    [[nodiscard]] Result<std::vector<Row>> newest(BucketId bucket,
                                                  RowKind kind,
                                                  std::size_t count) const override;
    [[nodiscard]] Result<BucketId> mint_bucket() override;
    /// Cost  a look at every bucket of the organization for a code that the cache does not know.
    [[nodiscard]] Result<std::optional<Id>> group_of_code(std::string_view code) const override;
    /// Cost  a look at every bucket of the organization.
    [[nodiscard]] Result<std::optional<Id>> collection_of_code(
        std::string_view code) const override;
    /// Cost  a look at every row of the kind in the bucket.
    [[nodiscard]] Result<std::optional<Id>> row_of_code(BucketId bucket,
                                                        RowKind kind,
                                                        std::string_view code) const override;
    [[nodiscard]] FormCache* form_cache() const override {
        return cache_ == nullptr ? nullptr : &cache_->forms;
    }
    [[nodiscard]] FactCache* fact_cache() const override {
        return cache_ == nullptr ? nullptr : &cache_->facts;
    }

private:
    [[nodiscard]] Result<bool> is_ours(BucketId bucket) const;

    storage::Storage& storage_;
    Id organization_;
    WorldCache* cache_;                                // null, or outlives the world
    mutable std::unordered_map<BucketId, bool> ours_;  ///< a bucket never changes its organization
};

}  // namespace holdfast::services
