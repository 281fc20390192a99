// The repairing part of ClientSession: when a bucket is compared with the server's, and what
// follows from the sums and rows that come. The comparing itself: repair.hpp.

#include <algorithm>
#include <utility>

#include "core/base/broken.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::sync {
namespace {

/// Of one bucket on one connection; then it rests.
constexpr std::uint32_t repairs_max = 3;

/// Answers may have been damaged on the way: what rests is compared once more after a while, at
/// longer and longer intervals while it stays wrong.
constexpr Millis rest_first{15'000};
constexpr Millis rest_max{300'000};

}  // namespace

std::optional<RepairCause> ClientSession::find_difference(const BucketCursor& cursor,
                                                          const Bucket& head,
                                                          bool greeting) {
    if (cursor.head.epoch != head.epoch) {
        return RepairCause::history;
    }
    if (!cursor.complete) {
        return std::nullopt;  // what is missing is pulled first
    }
    if (cursor.version > head.version) {
        // On a connection that goes on, a head may be older than a page that came by HTTP.
        return greeting ? std::optional(RepairCause::history) : std::nullopt;
    }
    if (cursor.version == head.version) {
        const bool same = cursor.sum == head.sum || HF_BROKEN(sums_not_compared);
        return same ? std::nullopt : std::optional(RepairCause::sum);
    }
    return cursor.version < head.horizon ? std::optional(RepairCause::horizon) : std::nullopt;
}

void ClientSession::begin_repair(Track& track, const Bucket& head, RepairCause cause) {
    track.repairs += 1;
    forget_requests(track, head.id);
    track.planned = track.cursor;
    track.repair.reset();
    if (track.repairs > repairs_max) {
        track.refused = true;
        resting_.insert_or_assign(head.id, Rest{head, cause});
        return;
    }
    track.repair.emplace(
        RepairUnderWay{.number = next_repair_++, .work = Repair(head, cause), .told = head});
    outputs_.emplace_back(BeginRepair{head.id, cause});
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::time_rest(Instant now) {
    if (!resting_.empty() && !rest_until_) {
        rest_.count = std::clamp(rest_.count * 2, rest_first.count, rest_max.count);
        rest_until_ = now + rest_;
    }
}

void ClientSession::end_rest() {
    rest_until_.reset();
    for (const auto& [bucket, rest] : std::exchange(resting_, {})) {
        Track& track = tracks_.at(bucket);
        track.refused = false;
        track.repairs = repairs_max - 1;
        begin_repair(track, rest.told, rest.cause);
    }
}

/// What could not be stored is compared once more when there is space again.
void ClientSession::repair_anew(Track& track) {
    const Bucket told = track.repair->told;
    const RepairCause cause = track.repair->work.record.cause;
    track.repair.emplace(
        RepairUnderWay{.number = next_repair_++, .work = Repair(told, cause), .told = told});
}

void ClientSession::hear_under_repair(Track& track, const Bucket& head) {
    RepairUnderWay& repair = *track.repair;
    const bool same_history = repair.work.epoch() == 0 || repair.work.epoch() == head.epoch;
    if (!same_history) {
        begin_repair(track, head, RepairCause::history);
    } else if (head.epoch != repair.told.epoch || head.version >= repair.told.version) {
        repair.told = head;
    }
}

void ClientSession::take_sums(const wire::Sums& sums, std::size_t bytes) {
    const auto found = tracks_.find(sums.head.id);
    if (found == tracks_.end() || !found->second.repair) {
        return;
    }
    Track& track = found->second;
    if (!track.repair->work.take(sums)) {
        begin_repair(track, sums.head, RepairCause::history);
        return;
    }
    track.repair->work.record.bytes += bytes;
    hear_under_repair(track, sums.head);
    ask_for_sums(track);
}

void ClientSession::ask_for_sums(Track& track) {
    std::vector<KeyRange> ranges = track.repair->work.take_sums();
    if (!ranges.empty()) {
        outputs_.emplace_back(
            SumRanges{track.repair->number, track.cursor.head.id, std::move(ranges)});
    }
}

void ClientSession::on(Instant /*now*/, const RangesSummed& input) {
    const auto found = tracks_.find(input.bucket);
    if (found == tracks_.end() || !found->second.repair ||
        found->second.repair->number != input.repair) {
        return;
    }
    found->second.repair->work.compare(input.sums);
    ask_for_sums(found->second);
    end_repair_if_done(found->second);
}

/// A page while a repair is under way: its rows, or news that the delta behind the repair will
/// bring.
void ClientSession::take_range(Track& track, wire::Page&& page) {
    if (page.mode != wire::PullMode::range) {
        hear_under_repair(track, page.head);
        return;
    }
    if (store_failed_) {
        return;
    }
    if (!track.repair->work.take(page)) {
        begin_repair(track, page.head, RepairCause::history);
        return;
    }
    hear_under_repair(track, page.head);
    track.repair->replacing += 1;
    outputs_.emplace_back(ReplaceRange{std::move(page)});
}

void ClientSession::on(Instant /*now*/, const RangeReplaced& input) {
    const auto found = tracks_.find(input.bucket);
    if (found == tracks_.end()) {
        return;
    }
    Track& track = found->second;
    // Where the repair is cut here, the next greeting tells of the mixture: its old sum may be
    // right again by then.
    track.cursor.rows = input.rows;
    track.cursor.sum = input.sum;
    if (!track.repair) {
        return;
    }
    RepairUnderWay& repair = *track.repair;
    RepairRecord& record = repair.work.record;
    record.added += input.added;
    record.changed += input.changed;
    record.removed += input.removed;
    record.own_removed += input.own_removed;
    received_ += input.added + input.changed;
    repair.replacing -= repair.replacing == 0 ? 0 : 1;
    end_repair_if_done(track);
}

void ClientSession::end_repair_if_done(Track& track) {
    RepairUnderWay& repair = *track.repair;
    if (repair.ending || repair.replacing > 0 || !repair.work.done()) {
        return;
    }
    repair.ending = true;
    BucketCursor cursor;
    cursor.head = repair.told;
    cursor.version = repair.work.as_of();
    cursor.complete = true;
    cursor.tail_done = true;
    cursor.rows = repair.work.rows();
    cursor.sum = repair.work.sum();
    outputs_.emplace_back(EndRepair{cursor, repair.work.record});
}

void ClientSession::on(Instant /*now*/, const RepairStored& input) {
    const auto found = tracks_.find(input.cursor.head.id);
    if (found == tracks_.end() || !found->second.repair) {
        return;
    }
    Track& track = found->second;
    const Bucket head = track.repair->told;
    track.repair.reset();
    track.cursor = input.cursor;
    track.cursor.head = head;
    track.planned = track.cursor;
    if (const auto cause = find_difference(track.cursor, head, false)) {
        begin_repair(track, head, *cause);
    } else {
        rest_ = {};
    }
    outputs_.emplace_back(StatusChanged{});
}

}  // namespace holdfast::sync
