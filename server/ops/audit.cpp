#include "server/ops/audit.hpp"

#include <fmt/format.h>

#include "core/model/row_sum.hpp"

namespace holdfast::ops {
namespace {

void note_difference(BucketAudit& audit,
                     const char* what,
                     std::uint64_t recorded,
                     std::uint64_t counted) {
    if (recorded != counted) {
        audit.faults.push_back(
            fmt::format("It records {} {}, its rows come to {}.", recorded, what, counted));
    }
}

/// Versions come in ascending order: one that is not above the last stands twice.
void take(BucketAudit& audit, const Row& row) {
    Bucket& counted = audit.counted;
    if (row.version == counted.version) {
        audit.faults.push_back(fmt::format("Version {} stands twice.", row.version));
    }
    counted.version = row.version;
    if (row.body.empty()) {
        ++audit.tombstones;
        return;
    }
    ++counted.rows;
    counted.bytes += row.body.size();
    counted.sum += row_sum(row);
}

void compare(BucketAudit& audit) {
    const Bucket& recorded = audit.record.bucket;
    const Bucket& counted = audit.counted;
    if (recorded.version != counted.version) {
        audit.faults.push_back(
            fmt::format("It stands at version {}, its last change is version {}.",
                        recorded.version,
                        counted.version));
    }
    note_difference(audit, "rows", recorded.rows, counted.rows);
    note_difference(audit, "bytes", recorded.bytes, counted.bytes);
    if (recorded.sum != counted.sum) {
        audit.faults.push_back(fmt::format("It records the sum {}, that of its rows is {}.",
                                           print(recorded.sum),
                                           print(counted.sum)));
    }
    if (recorded.horizon > recorded.version) {
        audit.faults.push_back(fmt::format(
            "Its horizon {} is above its version {}.", recorded.horizon, recorded.version));
    }
    if (audit.record.tombstones != audit.tombstones) {
        audit.faults.push_back(fmt::format(
            "It records {} tombstones, there are {}.", audit.record.tombstones, audit.tombstones));
    }
}

}  // namespace

Result<BucketAudit> audit_bucket(storage::Storage& storage, const storage::BucketRecord& record) {
    BucketAudit audit{.record = record, .counted = record.bucket, .tombstones = 0, .faults = {}};
    audit.counted.version = 0;
    audit.counted.rows = 0;
    audit.counted.bytes = 0;
    audit.counted.sum = {};
    for (bool more = true; more;) {
        HF_TRY(const auto page,
               storage.rows_after_version(record.bucket.id, audit.counted.version, {}));
        more = page.more;
        for (const Row& row : page.rows) {
            take(audit, row);
        }
    }
    compare(audit);
    return audit;
}

std::string describe(const Bucket& bucket) {
    return fmt::format(
        "bucket {} ({} of {})", bucket.id.value, bucket_kind_name(bucket.kind), bucket.owner.value);
}

std::string_view bucket_kind_name(BucketKind kind) {
    switch (kind) {
        case BucketKind::user:
            return "own rows";
        case BucketKind::directory:
            return "directory";
        case BucketKind::group:
            return "group";
        case BucketKind::channel:
            return "channel";
        case BucketKind::timeline:
            return "timeline";
        case BucketKind::archive:
            return "archive";
        case BucketKind::forms:
            return "forms";
        case BucketKind::collection:
            return "collection";
        case BucketKind::tasks:
            return "tasks";
    }
    return "unknown kind";
}

std::string_view row_kind_name(RowKind kind) {
    switch (kind) {
        case RowKind::organization:
            return "organization";
        case RowKind::user:
            return "user";
        case RowKind::role:
            return "role";
        case RowKind::group:
            return "group";
        case RowKind::channel:
            return "channel";
        case RowKind::member:
            return "member";
        case RowKind::message:
            return "message";
        case RowKind::grant:
            return "grant";
        case RowKind::read_mark:
            return "read mark";
        case RowKind::receipt:
            return "receipt";
        case RowKind::form:
            return "form";
        case RowKind::form_version:
            return "form version";
        case RowKind::collection:
            return "collection";
        case RowKind::element:
            return "element";
        case RowKind::answer:
            return "answer";
        case RowKind::task_group:
            return "task group";
        case RowKind::workflow:
            return "workflow";
        case RowKind::task:
            return "task";
        case RowKind::history:
            return "history";
        case RowKind::task_view:
            return "view of tasks";
        case RowKind::bots:
            return "bots";
        case RowKind::entitlement:
            return "entitlement";
        case RowKind::file:
            return "file";
    }
    return "row of an unknown kind";
}

std::string print(const Sum& sum) {
    return fmt::format("{:016x}{:016x}", sum.high, sum.low);
}

}  // namespace holdfast::ops
