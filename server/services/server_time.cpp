#include "server/services/server_time.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace holdfast::services {
namespace {

/// A clock that is further behind than this was set back; less is two readings of one moment.
constexpr Millis set_back_min{1'000};

}  // namespace

Result<> ServerTime::learn(storage::Storage& storage) {
    if (known_) {
        return {};
    }
    HF_TRY(const auto organizations, storage.organizations());
    for (const storage::OrganizationRecord& organization : organizations) {
        HF_TRY(const auto runs, storage.runs_of(organization.id, std::nullopt, 1));
        if (!runs.empty()) {
            last_ = std::max(last_, runs.front().queued_at);
        }
        HF_TRY(const auto buckets, storage.buckets_of(organization.id));
        for (const storage::BucketRecord& record : buckets) {
            if (!is_of_messages(record.bucket.kind) || record.bucket.rows == 0) {
                continue;
            }
            HF_TRY(const auto newest, storage.newest_rows(record.bucket.id, RowKind::message, 1));
            if (!newest.empty()) {
                last_ = std::max(last_, WallTime{newest.front().sort});
            }
        }
    }
    known_ = true;
    seen_ = environment_.now();
    return {};
}

WallTime ServerTime::now() {
    const WallTime wall = environment_.wall();
    const Instant at = environment_.now();
    const Millis passed = at - std::exchange(seen_, at);
    const bool set_back = wall + set_back_min < last_;
    last_ = set_back ? last_ + std::max(passed, Millis{1}) : std::max(last_, wall);
    return last_;
}

}  // namespace holdfast::services
