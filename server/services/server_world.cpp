#include "server/services/server_world.hpp"

#include <utility>

#include "core/model/body.hpp"
#include "core/model/json.hpp"

namespace holdfast::services {

Result<std::optional<Row>> ServerWorld::find(RowKey key) const {
    HF_TRY(const bool ours, is_ours(key.bucket));
    if (!ours) {
        return std::nullopt;
    }
    if (cache_ == nullptr || !WorldCache::keeps(key.kind)) {
        return storage_.find_row(key);
    }
    if (const auto* known = cache_->find(key)) {
        return *known;
    }
    HF_TRY(auto row, storage_.find_row(key));
    cache_->put(key, row);
    return row;
}

Result<std::optional<Bucket>> ServerWorld::bucket(BucketKind kind, Id owner) const {
    const WorldCache::KnownBucket* known =
        cache_ == nullptr ? nullptr : cache_->find_bucket(kind, owner);
    if (known == nullptr) {
        HF_TRY(const auto record, storage_.find_bucket(kind, owner));
        if (!record || record->organization != organization_) {
            return std::nullopt;
        }
        ours_[record->bucket.id] = true;
        if (cache_ != nullptr) {
            cache_->put_bucket({record->bucket, record->organization});
        }
        return record->bucket;
    }
    if (known->organization != organization_) {
        return std::nullopt;
    }
    ours_[known->bucket.id] = true;
    return known->bucket;
}

Result<BucketId> ServerWorld::directory() const {
    HF_TRY(const auto found, bucket(BucketKind::directory, organization_));
    if (!found) {
        return fail(ErrorCode::access_forbidden, "no organization " + to_string(organization_));
    }
    return found->id;
}

Result<std::vector<Row>> ServerWorld::newest(BucketId bucket,
                                             RowKind kind,
                                             std::size_t count) const {
    HF_TRY(const bool ours, is_ours(bucket));
    return ours ? storage_.newest_rows(bucket, kind, count) : std::vector<Row>{};
}

Result<std::optional<Id>> ServerWorld::group_of_code(std::string_view code) const {
    const auto has_code = [&](Id id) -> Result<bool> {
        HF_TRY(const auto held, bucket(BucketKind::group, id));
        HF_TRY(const auto row,
               held ? find({held->id, RowKind::group, id}) : Result<std::optional<Row>>());
        const auto group = body::parse_group(row ? row->body : "");
        return group && group->code == code;
    };
    const std::pair key{organization_, std::string(code)};
    if (cache_ != nullptr && cache_->groups_by_code().contains(key)) {
        const Id known = cache_->groups_by_code().at(key);
        HF_TRY(const bool still, has_code(known));
        if (still) {
            return known;
        }
    }
    HF_TRY(const auto buckets, storage_.buckets_of(organization_));
    for (const storage::BucketRecord& record : buckets) {
        if (record.bucket.kind != BucketKind::group) {
            continue;
        }
        HF_TRY(const bool found, has_code(record.bucket.owner));
        if (found) {
            if (cache_ != nullptr) {
                cache_->groups_by_code()[key] = record.bucket.owner;
            }
            return record.bucket.owner;
        }
    }
    return std::nullopt;
}

Result<std::optional<Id>> ServerWorld::collection_of_code(std::string_view code) const {
    HF_TRY(const auto buckets, storage_.buckets_of(organization_));
    for (const storage::BucketRecord& record : buckets) {
        if (record.bucket.kind != BucketKind::collection) {
            continue;
        }
        HF_TRY(const auto found, row_of_code(record.bucket.id, RowKind::collection, code));
        if (found) {
            return found;
        }
    }
    return std::nullopt;
}

Result<std::optional<Id>> ServerWorld::row_of_code(BucketId bucket,
                                                   RowKind kind,
                                                   std::string_view code) const {
    HF_TRY(const bool ours, is_ours(bucket));
    Id after;
    for (bool more = ours; more;) {
        HF_TRY(const auto page, storage_.rows_after_key(bucket, kind, after, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            if (row.kind != kind) {
                return std::nullopt;  // rows of other kinds stand behind these
            }
            std::string found;
            json::Reader(row.body).read("code", found);
            if (found == code) {
                return row.id;
            }
            after = row.id;
        }
    }
    return std::nullopt;
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
