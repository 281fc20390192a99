#include "server/services/archiving.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "core/model/body_files.hpp"
#include "core/model/entitlement.hpp"
#include "server/services/policy.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::services {
namespace {

using storage::BucketRecord;

/// Each by its sort, when the server got it. A task's history stays with its task.
constexpr RowKind kinds_that_move[] = {RowKind::message, RowKind::answer, RowKind::file};

/// A phone takes a file whose row is gone for deleted, and drops the bytes that it has not sent:
/// one that nobody has uploaded stays until it is settled (OM33).
bool is_on_its_way(const Row& row) {
    const auto file = row.kind == RowKind::file ? body::parse_file(row.body)
                                                : Result<body::File>(fail(ErrorCode::none));
    return file && !file->stored && file->refused == 0;
}

void move(std::vector<RowChange>& changes, BucketId from, BucketId to, const Row& row) {
    changes.push_back({.key = {from, row.kind, row.id}});
    changes.push_back({.key = {to, row.kind, row.id}, .sort = row.sort, .body = row.body});
}

}  // namespace

void Archiving::wake() {
    look_at_ = environment_.now();
    next_ = look_at_;
}

Result<Batch> Archiving::step() {
    const Instant now = environment_.now();
    if (now < next_) {
        return Batch{};
    }
    next_ = now + limits::archive_retry;
    if (now >= look_at_) {
        HF_CHECK(look(now));
        look_at_ = now + limits::archive_look_every;
    }
    Batch batch;
    if (!places_.empty()) {
        std::size_t finished = 0;
        HF_TRY(batch, storage::transact(storage_, [&] { return move_some(finished); }));
        places_.erase(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(finished));
    }
    next_ = places_.empty() ? look_at_ : now + limits::archive_pause;
    return batch;
}

/// Lines up the channels of each organization whose window is another than it was, or was not
/// looked at for an hour.
Result<> Archiving::look(Instant now) {
    HF_TRY(const auto organizations, storage_.organizations());
    for (const storage::OrganizationRecord& organization : organizations) {
        HF_TRY(const auto terms, read_entitlement(storage_, organization.id));
        const WallTime begins = body::history_begins(terms, environment_.wall());
        Window& known = windows_[organization.id];
        const bool has_one = begins.ms != 0;
        if (known.seen && known.begins == begins && (!has_one || now < known.again)) {
            continue;
        }
        known = {.begins = begins, .again = now + limits::archive_pass_every};
        HF_CHECK(line_up(organization.id));
        known.seen = true;
    }
    return {};
}

Result<> Archiving::line_up(Id organization) {
    std::erase_if(places_, [&](const Place& place) { return place.organization == organization; });
    const bool has_one = windows_.at(organization).begins.ms != 0;
    HF_TRY(const auto records, storage_.buckets_of(organization));
    std::set<Id> channels;
    for (const BucketRecord& record : records) {
        // Without a window only what was moved can be in the wrong place.
        const BucketKind kind = record.bucket.kind;
        if (record.bucket.rows > 0 &&
            (kind == BucketKind::archive || (has_one && kind == BucketKind::timeline))) {
            channels.insert(record.bucket.owner);
        }
    }
    for (const Id channel : channels) {
        places_.push_back({organization, channel});
    }
    return {};
}

Result<Batch> Archiving::move_some(std::size_t& finished) {
    Batch batch;
    batch.quiet = true;
    const std::size_t count = std::min(places_.size(), limits::archive_looks_max);
    for (std::size_t i = 0; i < count; ++i) {
        HF_TRY(const bool all, move_channel(places_[i], batch));
        if (!all) {
            break;  // the rest of it next time
        }
        ++finished;
        if (batch.rows >= limits::archive_rows_max) {
            break;
        }
    }
    std::ranges::sort(batch.moved, {}, &BucketMove::bucket);
    std::ranges::sort(batch.created);
    return batch;
}

/// Oldest first into the archive, newest first out of it: at any moment all that is in the archive
/// is older than what is left.
Result<bool> Archiving::move_channel(const Place& place, Batch& batch) {
    HF_TRY(const auto timeline, storage_.find_bucket(BucketKind::timeline, place.channel));
    HF_TRY(auto archive, storage_.find_bucket(BucketKind::archive, place.channel));
    if (!timeline) {
        return true;
    }
    HF_TRY(const Misplaced found, misplaced(*timeline, archive, place.organization));
    if (found.old.empty() && found.back.empty()) {
        return true;
    }
    if (!archive) {
        HF_TRY(const bool is_whole, is_task(*timeline));
        if (is_whole) {
            return true;
        }
        HF_TRY(archive, make_archive(*timeline));
        batch.created.push_back(archive->bucket.id);
    }
    std::vector<RowChange> changes;
    for (const Row& row : found.old) {
        move(changes, timeline->bucket.id, archive->bucket.id, row);
    }
    for (const Row& row : found.back) {
        move(changes, archive->bucket.id, timeline->bucket.id, row);
    }
    HF_CHECK(storage_.write_rows(changes));
    batch.rows += found.old.size() + found.back.size();
    for (const Bucket& before : {timeline->bucket, archive->bucket}) {
        HF_TRY(const auto head, storage_.find_bucket(before.id));
        if (head) {
            batch.moved.push_back({before.id, before.version, head->bucket.version});
            batch.heads.push_back(*head);
        }
    }
    return found.all;
}

Result<Archiving::Misplaced> Archiving::misplaced(const BucketRecord& timeline,
                                                  const std::optional<BucketRecord>& archive,
                                                  Id organization) {
    const std::int64_t begins = windows_.at(organization).begins.ms;
    Misplaced found;
    for (const RowKind kind : kinds_that_move) {
        constexpr std::size_t max = limits::archive_rows_max;
        HF_TRY(auto old, storage_.oldest_rows(timeline.bucket.id, kind, begins, max));
        const bool has_more = old.size() == max;
        std::erase_if(old, is_on_its_way);
        found.all = found.all && (!has_more || old.empty());
        std::ranges::move(old, std::back_inserter(found.old));
        if (archive) {
            HF_TRY(auto back, storage_.newest_rows(archive->bucket.id, kind, max));
            std::erase_if(back, [&](const Row& row) { return row.sort < begins; });
            found.all = found.all && back.size() < max;
            std::ranges::move(back, std::back_inserter(found.back));
        }
    }
    return found;
}

Result<BucketRecord> Archiving::make_archive(const BucketRecord& timeline) {
    BucketRecord made{.organization = timeline.organization, .open = timeline.open};
    made.bucket.kind = BucketKind::archive;
    made.bucket.owner = timeline.bucket.owner;
    made.bucket.parent = timeline.bucket.parent;
    HF_TRY(made.bucket.id, storage_.create_bucket(made));
    return made;
}

/// A task's channel has its id.
Result<bool> Archiving::is_task(const BucketRecord& timeline) {
    HF_TRY(const auto tasks, storage_.find_bucket(BucketKind::tasks, timeline.bucket.parent));
    if (!tasks) {
        return false;
    }
    HF_TRY(const auto task,
           storage_.find_row({tasks->bucket.id, RowKind::task, timeline.bucket.owner}));
    return task.has_value();
}

}  // namespace holdfast::services
