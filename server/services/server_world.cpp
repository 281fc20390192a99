#include "server/services/server_world.hpp"

namespace holdfast::services {

Result<std::optional<Row>> ServerWorld::find(RowKey key) const {
    HF_TRY(const bool ours, is_ours(key.bucket));
    if (!ours) {
        return std::nullopt;
    }
    return storage_.find_row(key);
}

Result<std::optional<Bucket>> ServerWorld::bucket(BucketKind kind, Id owner) const {
    HF_TRY(const auto record, storage_.find_bucket(kind, owner));
    if (!record || record->organization != organization_) {
        return std::nullopt;
    }
    ours_[record->bucket.id] = true;
    return record->bucket;
}

Result<BucketId> ServerWorld::directory() const {
    HF_TRY(const auto found, bucket(BucketKind::directory, organization_));
    if (!found) {
        return fail(ErrorCode::access_forbidden, "no organization " + to_string(organization_));
    }
    return found->id;
}

Result<BucketId> ServerWorld::mint_bucket() {
    return storage_.mint_bucket();
}

Result<bool> ServerWorld::is_ours(BucketId bucket) const {
    if (const auto known = ours_.find(bucket); known != ours_.end()) {
        return known->second;
    }
    HF_TRY(const auto record, storage_.find_bucket(bucket));
    const bool ours = record && record->organization == organization_;
    ours_[bucket] = ours;
    return ours;
}

}  // namespace holdfast::services
