#include "server/services/bucket_index.hpp"

#include <algorithm>
#include <utility>

#include "core/sync/digest.hpp"

namespace holdfast::services {

std::array<Id, 2> openers_of(const BucketRecord& record) {
    const Bucket& bucket = record.bucket;
    switch (bucket.kind) {
        case BucketKind::user:
        case BucketKind::directory:
        case BucketKind::group:
        case BucketKind::tasks:
            return {bucket.owner, Id{}};
        case BucketKind::channel:
        case BucketKind::timeline:
        case BucketKind::archive:
            return {bucket.owner, record.open ? bucket.parent : Id{}};
        case BucketKind::forms:
        case BucketKind::collection:
            return {record.organization, Id{}};
    }
    return {};  // a kind of a newer version: nobody's
}

Result<> BucketIndex::ensure(Id organization) {
    if (organizations_.contains(organization)) {
        return {};
    }
    HF_TRY(auto records, storage_.buckets_of(organization));
    for (BucketRecord& record : records) {
        HF_CHECK(note_activity(record.bucket));
    }
    organizations_[organization];  // known, even without buckets
    for (const BucketRecord& record : records) {
        insert(record);
    }
    return {};
}

Result<BucketIndex::Difference> BucketIndex::reload(Id organization) {
    HF_TRY(auto records, storage_.buckets_of(organization));
    for (BucketRecord& record : records) {
        const BucketRecord* known = find(record.bucket.id);
        if (known != nullptr && known->bucket.version == record.bucket.version) {
            record.bucket.active_at = known->bucket.active_at;
        } else {
            HF_CHECK(note_activity(record.bucket));
        }
    }
    Difference difference;
    std::set<BucketId> gone = organizations_[organization];
    for (const BucketRecord& record : records) {
        gone.erase(record.bucket.id);
        const BucketRecord* known = find(record.bucket.id);
        const bool same_shape = known != nullptr && known->open == record.open;
        difference.shape = difference.shape || !same_shape;
        if (known == nullptr || known->bucket.version != record.bucket.version ||
            known->bucket.epoch != record.bucket.epoch) {
            difference.moved.push_back(record.bucket);
        }
        if (same_shape) {
            records_[record.bucket.id] = make_entry(record);
        } else {
            erase(record.bucket.id);
            insert(record);
        }
    }
    for (const BucketId bucket : gone) {
        difference.shape = true;
        erase(bucket);
    }
    std::ranges::sort(difference.moved, {}, &Bucket::id);
    return difference;
}

Result<> BucketIndex::note_activity(Bucket& head) {
    if (head.kind != BucketKind::timeline || head.rows == 0) {
        return {};
    }
    HF_TRY(const auto newest, storage_.newest_rows(head.id, RowKind::message, 1));
    if (!newest.empty()) {
        head.active_at.ms = std::max<std::int64_t>(newest.front().sort, 0);
    }
    return {};
}

void BucketIndex::put(const BucketRecord& moved, std::optional<WallTime> happened) {
    BucketRecord record = moved;
    const BucketId bucket = record.bucket.id;
    if (record.bucket.kind == BucketKind::timeline) {
        const BucketRecord* known = find(bucket);
        const WallTime before = known == nullptr ? WallTime{} : known->bucket.active_at;
        record.bucket.active_at.ms = std::max<std::int64_t>(happened.value_or(before).ms, 0);
    }
    if (!organizations_.contains(record.organization)) {
        return erase(bucket);
    }
    if (const auto known = records_.find(bucket);
        known != records_.end() && known->second.record.open == record.open) {
        known->second = make_entry(record);
    } else {
        erase(bucket);
        insert(record);
    }
}

const BucketRecord* BucketIndex::find(BucketId bucket) const {
    const auto found = records_.find(bucket);
    return found == records_.end() ? nullptr : &found->second.record;
}

const BucketRecord* BucketIndex::directory_of(Id organization) const {
    for (const BucketId bucket : opened_by(organization)) {
        const BucketRecord* record = find(bucket);
        if (record->bucket.kind == BucketKind::directory) {
            return record;
        }
    }
    return nullptr;
}

Sum BucketIndex::digest_of(BucketId bucket) const {
    const auto found = records_.find(bucket);
    return found == records_.end() ? Sum{} : found->second.digest;
}

BucketIndex::Entry BucketIndex::make_entry(const BucketRecord& record) {
    const Bucket& head = record.bucket;
    return {record, sync::digest_of(head.id, head.epoch, head.version, head.sum)};
}

const std::set<BucketId>& BucketIndex::opened_by(Id key) const {
    static const std::set<BucketId> none;
    const auto found = opened_by_.find(key);
    return found == opened_by_.end() ? none : found->second;
}

void BucketIndex::keep_only(const std::set<Id>& organizations) {
    for (auto at = organizations_.begin(); at != organizations_.end();) {
        if (organizations.contains(at->first)) {
            ++at;
            continue;
        }
        const std::set<BucketId> buckets = at->second;
        for (const BucketId bucket : buckets) {
            erase(bucket);
        }
        at = organizations_.erase(at);
    }
}

void BucketIndex::insert(const BucketRecord& record) {
    const BucketId id = record.bucket.id;
    organizations_[record.organization].insert(id);
    for (const Id opener : openers_of(record)) {
        if (opener) {
            opened_by_[opener].insert(id);
        }
    }
    records_.insert_or_assign(id, make_entry(record));
}

void BucketIndex::erase(BucketId bucket) {
    const auto found = records_.find(bucket);
    if (found == records_.end()) {
        return;
    }
    for (const Id opener : openers_of(found->second.record)) {
        if (const auto opened = opened_by_.find(opener); opened != opened_by_.end()) {
            opened->second.erase(bucket);
            if (opened->second.empty()) {
                opened_by_.erase(opened);
            }
        }
    }
    organizations_[found->second.record.organization].erase(bucket);
    records_.erase(found);
}

}  // namespace holdfast::services
