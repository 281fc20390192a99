#include <charconv>

#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {
namespace {

constexpr std::string_view epoch_secret = "epoch";
constexpr std::uint32_t epoch_default = 1;

OrganizationRecord read_organization(const sqlite::Statement& row) {
    return {.id = Id{row.unsigned_integer(0)},
            .code = std::string(row.text(1)),
            .directory = BucketId{row.unsigned_integer(2)}};
}

/// The columns of `bucket` in the order of HF_BUCKET_COLUMNS.
BucketRecord read_bucket(const sqlite::Statement& row) {
    return {.bucket = {.id = BucketId{row.unsigned_integer(0)},
                       .kind = static_cast<BucketKind>(row.integer(2)),
                       .owner = Id{row.unsigned_integer(3)},
                       .parent = Id{row.unsigned_integer(4)},
                       .segment = static_cast<std::uint32_t>(row.integer(5)),
                       .epoch = static_cast<std::uint32_t>(row.integer(7)),
                       .version = row.unsigned_integer(8),
                       .rows = row.unsigned_integer(9),
                       .bytes = row.unsigned_integer(10),
                       .sum = {.low = row.unsigned_integer(11), .high = row.unsigned_integer(12)},
                       .horizon = row.unsigned_integer(13)},
            .organization = Id{row.unsigned_integer(1)},
            .open = row.integer(6) != 0,
            .tombstones = row.unsigned_integer(14)};
}

}  // namespace

Result<> SqliteStorage::put_organization(const OrganizationRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::organization_put);
    put->bind(1, record.id.value).bind(2, record.code).bind(3, record.directory.value);
    return put->run();
}

Result<std::vector<OrganizationRecord>> SqliteStorage::organizations() {
    return query(Sql::organization_list).list(&read_organization);
}

Result<std::uint32_t> SqliteStorage::first_epoch() {
    HF_TRY(const auto text, find_secret(epoch_secret));
    if (!text) {
        return epoch_default;
    }
    std::uint32_t epoch = 0;
    const char* end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, epoch);
    if (parsed.ec != std::errc() || parsed.ptr != end || epoch == 0) {
        return fail(ErrorCode::storage_failed, "the secret \"epoch\" is not a positive number");
    }
    return epoch;
}

Result<BucketId> SqliteStorage::create_bucket(const BucketRecord& record) {
    HF_CHECK(writable());
    const Bucket& bucket = record.bucket;
    BucketId id = bucket.id;
    if (!id) {
        HF_TRY(id, mint_bucket());
    }
    std::uint32_t epoch = bucket.epoch;
    if (epoch == 0) {
        HF_TRY(epoch, first_epoch());
    }
    Query create = query(Sql::bucket_create);
    create->bind(1, id.value)
        .bind(2, record.organization.value)
        .bind(3, static_cast<int>(bucket.kind))
        .bind(4, bucket.owner.value)
        .bind(5, bucket.parent.value)
        .bind(6, bucket.segment)
        .bind(7, static_cast<int>(record.open))
        .bind(8, epoch);
    HF_CHECK(create->run());
    return id;
}

Result<std::optional<BucketRecord>> SqliteStorage::find_bucket(BucketId id) {
    const bool inside = database_.in_transaction();
    if (const auto known = heads_.find(id); inside && known != heads_.end()) {
        return known->second;
    }
    Query find = query(Sql::bucket_find);
    find->bind(1, id.value);
    HF_TRY(auto found, find.find(&read_bucket));
    if (inside && found) {
        heads_.emplace(id, *found);
    }
    return found;
}

Result<std::optional<BucketRecord>> SqliteStorage::find_bucket(BucketKind kind, Id owner) {
    Query find = query(Sql::bucket_find_owner);
    find->bind(1, static_cast<int>(kind)).bind(2, owner.value);
    return find.find(&read_bucket);
}

Result<std::vector<BucketRecord>> SqliteStorage::buckets_of(Id organization) {
    Query list = query(Sql::bucket_list);
    list->bind(1, organization.value);
    return list.list(&read_bucket);
}

Result<> SqliteStorage::renew_epoch(std::uint32_t epoch) {
    HF_CHECK(writable());
    HF_CHECK(put_secret(epoch_secret, std::to_string(epoch)));
    for (Counter* counter : {&ids_, &buckets_}) {
        HF_CHECK(leap(*counter));
    }
    heads_.clear();
    Query renew = query(Sql::bucket_renew);
    renew->bind(1, epoch);
    return renew->run();
}

Result<std::uint64_t> SqliteStorage::age() {
    Query age = query(Sql::bucket_age);
    HF_TRY(const bool row, age->step());
    return row ? age->unsigned_integer(0) : 0;
}

Result<> SqliteStorage::set_open(BucketId id, bool open) {
    HF_CHECK(writable());
    heads_.erase(id);
    Query set = query(Sql::bucket_set_open);
    set->bind(1, static_cast<int>(open)).bind(2, id.value);
    return set->run();
}

}  // namespace holdfast::storage
