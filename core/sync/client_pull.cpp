// The pulling half of ClientSession: which rows are missing, in which order they are asked for, and
// what follows from a page.

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::sync {
namespace {

constexpr Millis pull_delay_max{8'000};
/// Buckets with much to bring that one pull asks for: few, so that the other pull has some too.
constexpr std::size_t bulk_wants_max = 16;

/// Nothing of the bucket has been stored.
bool holds_nothing(const BucketCursor& cursor) {
    return cursor.rows == 0 && !cursor.complete && !cursor.tail_done && !cursor.after_id;
}

/// A part of a segment may begin with pages that are here.
bool is_behind(const wire::Page& page, const BucketCursor& planned) {
    return page.after_id && RowPlace{page.after_kind, page.after_id} <=
                                RowPlace{planned.after_kind, planned.after_id};
}

wire::Want want_of(const BucketCursor& cursor) {
    wire::Want want;
    want.bucket = cursor.head.id;
    want.epoch = cursor.head.epoch;
    if (needs_tail(cursor)) {
        want.mode = wire::PullMode::tail;
        want.limit = limits::tail_rows;
    } else if (!cursor.complete) {
        want.mode = wire::PullMode::snapshot;
        want.from = cursor.snapshot_as_of;
        want.after_kind = cursor.after_kind;
        want.after_id = cursor.after_id;
    } else {
        want.mode = wire::PullMode::delta;
        want.from = cursor.version;
    }
    return want;
}

}  // namespace

void ClientSession::learn(const std::vector<Bucket>& heads, bool greeting) {
    StoreHeads store;
    for (const Bucket& head : heads) {
        Track& track = tracks_[head.id];
        const bool known = static_cast<bool>(track.cursor.head.id);
        track.refused = false;
        resting_.erase(head.id);
        if (track.repair) {
            hear_under_repair(track, head);
            continue;
        }
        const bool other_history = known && track.cursor.head.epoch != head.epoch;
        if (other_history && holds_nothing(track.cursor)) {
            // There is nothing to compare: the replica may not even know the bucket.
            forget_requests(track, head.id);
            track.planned = track.cursor;
        } else if (known) {
            if (const auto cause = find_difference(track.cursor, head, greeting)) {
                begin_repair(track, head, *cause);
                continue;
            }
            if (!greeting && head.version < track.cursor.head.version) {
                continue;  // a pull over HTTP has overtaken the socket
            }
        }
        note_head(track, head);
        store.heads.push_back(head);
    }
    if (!store.heads.empty()) {
        outputs_.emplace_back(std::move(store));
    }
}

/// Not every answer says when something happened last.
/// Of what a Welcome does not name the device has all. Where it had heard of more, that was of a
/// history that the server has lost since.
std::vector<Bucket> ClientSession::unnamed(const std::vector<Bucket>& heads) const {
    std::set<BucketId> named;
    for (const Bucket& head : heads) {
        named.insert(head.id);
    }
    std::vector<Bucket> exact;
    for (const auto& [id, track] : tracks_) {
        const BucketCursor& cursor = track.cursor;
        if (cursor.complete && cursor.version < cursor.head.version && !named.contains(id)) {
            Bucket head = cursor.head;
            head.version = cursor.version;
            head.rows = cursor.rows;
            head.sum = cursor.sum;
            exact.push_back(head);
        }
    }
    return exact;
}

void ClientSession::note_head(Track& track, const Bucket& head) {
    const WallTime active_at = std::max(track.cursor.head.active_at, head.active_at);
    track.cursor.head = head;
    track.cursor.head.active_at = active_at;
    track.planned.head = track.cursor.head;
}

void ClientSession::forget_requests(Track& track, BucketId bucket) {
    // Pages that were asked for from another place would leave a gap.
    track.in_flight = false;
    track.segment.reset();
    for (auto& [number, pull] : pulls_) {
        std::erase(pull.buckets, bucket);
    }
    std::erase_if(outputs_, [&](const Output& output) {
        if (const auto* store = std::get_if<StorePage>(&output)) {
            return store->page.head.id == bucket;
        }
        if (const auto* replace = std::get_if<ReplaceRange>(&output)) {
            return replace->page.head.id == bucket;
        }
        if (const auto* sum = std::get_if<SumRanges>(&output)) {
            return sum->bucket == bucket;
        }
        const auto* end = std::get_if<EndRepair>(&output);
        return end != nullptr && end->record.bucket == bucket;
    });
}

void ClientSession::drop(const std::vector<BucketId>& buckets) {
    DropBuckets dropped;
    for (const BucketId bucket : buckets) {
        if (const auto track = tracks_.find(bucket); track != tracks_.end()) {
            forget_requests(track->second, bucket);
            tracks_.erase(track);
            resting_.erase(bucket);
            dropped.buckets.push_back(bucket);
        }
    }
    if (!dropped.buckets.empty()) {
        outputs_.emplace_back(std::move(dropped));
    }
}

void ClientSession::on(Instant /*now*/, const Raise& input) {
    raised_ = input.bucket;
}

void ClientSession::on(Instant now, const PullAnswered& input) {
    const auto pull = pulls_.find(input.pull);
    if (pull == pulls_.end()) {
        return;
    }
    const PullInFlight answered = std::move(pull->second);
    const std::vector<BucketId>& buckets = answered.buckets;
    size_next_pull(answered, input.arrived.value_or(now), input.status != 0);
    share_.give_back(answered.charged, answered.bytes);
    pulls_.erase(pull);
    for (const BucketId bucket : buckets) {
        Track& track = tracks_.at(bucket);
        track.in_flight = false;
        if (track.repair) {
            track.repair->work.pull_ended();
        }
    }
    if (answered.of_segment) {
        if (!buckets.empty()) {
            take_part(now, input, buckets.front());
        }
    } else if (input.status == 200 && take_pulled(input.bytes, buckets) != Taken::nothing) {
        pull_delay_ = {};
    } else if (input.status == 401) {
        // The socket goes on; pulls wait for the new token.
        pull_again_at_ = now + limits::retry_bound_max;
        if (!std::exchange(renewing_, true)) {
            outputs_.emplace_back(Renew{});
        }
    } else {
        pulls_failed(now);
    }
}

void ClientSession::size_next_pull(const PullInFlight& pull, Instant now, bool answered) {
    const Millis took = now - pull.sent;
    if (!answered || took > limits::pull_slow) {
        pull_bytes_ = std::max(pull_bytes_ / 2, limits::pull_bytes_min);
    } else if (took < limits::pull_quick && pull.bytes >= pull_bytes_) {  // a portion proves less
        pull_bytes_ = std::min(pull_bytes_ * 2, wire::limits::pull_bytes_max);
    }
}

void ClientSession::pulls_failed(Instant now) {
    pull_delay_.count =
        std::clamp(pull_delay_.count * 2, limits::retry_first.count, pull_delay_max.count);
    pull_again_at_ = now + pull_delay_;
}

ClientSession::Taken ClientSession::take_pulled(std::string_view bytes,
                                                const std::vector<BucketId>& asked) {
    // Where it was cut short, or is damaged, the rest is asked for again.
    wire::FrameReader reader(bytes);
    Taken taken = Taken::nothing;
    for (auto next = reader.next(); next && *next; next = reader.next()) {
        auto frame = wire::decode(**next);
        if (!frame) {
            return taken;
        }
        taken = Taken::some;
        // What a bucket has been asked for before it was begun anew is not taken any more.
        const auto was_asked = [&](BucketId bucket) {
            return std::ranges::find(asked, bucket) != asked.end();
        };
        if (auto* page = std::get_if<wire::Page>(&*frame); page && was_asked(page->head.id)) {
            share_.charge(tracks_.at(page->head.id).asked_as, (**next).size());
            take_page(std::move(*page));
        } else if (const auto* sums = std::get_if<wire::Sums>(&*frame);
                   sums && was_asked(sums->head.id)) {
            take_sums(*sums, (**next).size());
        } else if (const auto* unwanted = std::get_if<wire::Unwanted>(&*frame);
                   unwanted && was_asked(unwanted->bucket)) {
            take_unwanted(*unwanted);
        } else if (const auto* segment = std::get_if<wire::Segment>(&*frame);
                   segment && was_asked(segment->bucket)) {
            take_segment(*segment);
        }
    }
    return taken == Taken::some && reader.at_end() ? Taken::all : taken;
}

void ClientSession::take_unwanted(const wire::Unwanted& unwanted) {
    const auto track = tracks_.find(unwanted.bucket);
    if (track == tracks_.end()) {
        return;
    }
    if (unwanted.code == ErrorCode::sync_stale_epoch) {
        const BucketCursor& cursor = track->second.cursor;
        const bool too_old = cursor.complete && cursor.version < cursor.head.horizon;
        begin_repair(
            track->second, cursor.head, too_old ? RepairCause::horizon : RepairCause::history);
    } else {
        track->second.refused = true;  // Heads or Revoke is on its way, or the next Welcome tells
    }
}

void ClientSession::take_page(wire::Page&& page) {
    const auto found = tracks_.find(page.head.id);
    if (found == tracks_.end()) {
        return;
    }
    Track& track = found->second;
    if (track.repair) {
        take_range(track, std::move(page));
        return;
    }
    if (page.head.epoch != track.cursor.head.epoch) {
        learn({page.head}, false);
        return;
    }
    if (page.head.version > track.cursor.head.version) {
        note_head(track, page.head);
    }
    const BucketCursor& planned = track.planned;
    bool continues = false;
    switch (page.mode) {
        case wire::PullMode::tail:
            continues = !planned.complete;
            break;
        case wire::PullMode::snapshot:
            continues = !planned.complete && !is_behind(page, planned) &&
                        (planned.snapshot_as_of == 0 || planned.snapshot_as_of == page.to);
            break;
        case wire::PullMode::delta:
            continues = planned.complete && page.from == planned.version;
            break;
        case wire::PullMode::sums:
        case wire::PullMode::range:
            break;  // of a repair that is over
    }
    if (!continues || store_failed_) {
        return;  // the head is noted: what is missing is pulled
    }
    plan_after(track, page);
    outputs_.emplace_back(StorePage{std::move(page)});
}

void ClientSession::plan_after(Track& track, const wire::Page& page) {
    BucketCursor& planned = track.planned;
    switch (page.mode) {
        case wire::PullMode::tail:
            planned.tail_done = true;
            break;
        case wire::PullMode::snapshot:
            planned.snapshot_as_of = page.to;
            planned.after_kind = page.after_kind;
            planned.after_id = page.after_id;
            if (!page.after_id) {
                planned.complete = true;
                planned.version = page.to;
            }
            break;
        case wire::PullMode::delta:
            planned.version = page.to;
            break;
        case wire::PullMode::sums:
        case wire::PullMode::range:
            break;
    }
}

void ClientSession::on(Instant /*now*/, const PageStored& input) {
    const auto found = tracks_.find(input.cursor.head.id);
    if (found == tracks_.end()) {
        return;
    }
    Track& track = found->second;
    const Bucket head = track.cursor.head;
    track.cursor = input.cursor;
    track.cursor.head = head;
    received_ += input.new_rows;
    if (const auto cause = find_difference(track.cursor, head, false)) {
        begin_repair(track, head, *cause);
    }
    outputs_.emplace_back(StatusChanged{});
}

void ClientSession::on(Instant /*now*/, const StoreFailed& /*input*/) {
    store_failed_ = true;
    for (auto& [id, track] : tracks_) {
        forget_requests(track, id);
        track.planned = track.cursor;
        if (track.repair) {
            repair_anew(track);
        }
    }
    share_ = {};
    pulls_.clear();
    outputs_.emplace_back(StatusChanged{});
}

bool ClientSession::has_wants(const Track& track) const {
    if (track.in_flight || track.refused) {
        return false;
    }
    return track.repair ? track.repair->work.has_wants() : !track.planned.exact();
}

void ClientSession::add_wants(Track& track, std::vector<wire::Want>& wants) {
    if (!track.repair) {
        wants.push_back(want_of(track.planned));
        wants.back().segments = wants.back().mode == wire::PullMode::snapshot && !track.pages_only;
        return;
    }
    for (wire::Want& want :
         track.repair->work.take_wants(wire::limits::wants_per_pull_max - wants.size())) {
        wants.push_back(std::move(want));
    }
}

Attention ClientSession::attention() const {
    std::vector<WallTime> activity;
    for (const auto& [id, track] : tracks_) {
        if (track.cursor.head.kind == BucketKind::timeline) {
            activity.push_back(track.cursor.head.active_at);
        }
    }
    Attention attention{.raised = raised_,
                        .newest_since = {},
                        .active_since = {server_time_.ms - limits::active_within.count}};
    if (activity.size() > limits::newest_timelines) {
        const auto last = activity.begin() + limits::newest_timelines - 1;
        std::ranges::nth_element(activity, last, std::ranges::greater{});
        attention.newest_since = *last;
    }
    return attention;
}

ClientSession::Missing ClientSession::missing() const {
    Missing missing;
    std::optional<Attention> seen;  // costs a look at every timeline, and mostly nothing is missing
    for (const auto& [id, track] : tracks_) {
        if (has_wants(track)) {
            if (!seen) {
                seen = attention();
            }
            missing.turns.push_back(turn_of(track.planned, *seen));
            missing.at_work[static_cast<std::size_t>(missing.turns.back().priority)] = true;
        } else if (track.in_flight && track.asked_as != Priority::own) {
            missing.at_work[static_cast<std::size_t>(track.asked_as)] = true;
        }
    }
    std::ranges::sort(missing.turns);
    return missing;
}

void ClientSession::schedule_pulls(Instant now) {
    if (!std::holds_alternative<Connected>(state_) || store_failed_ ||
        (pull_again_at_ && now < *pull_again_at_)) {
        return;
    }
    while (pulls_.size() < limits::pulls_in_flight_max && send_pull(now, missing())) {
    }
}

/// False where there is nothing to ask for now: nothing is missing, or whoever comes next waits for
/// an answer and would fall behind its share.
bool ClientSession::send_pull(Instant now, Missing missing) {
    if (missing.turns.empty()) {
        return false;
    }
    const Priority next = share_.next(missing.at_work);
    const auto first = std::ranges::find(missing.turns, next, &Turn::priority);
    if (first == missing.turns.end()) {
        return false;
    }
    if (Track& track = tracks_.at(first->bucket); track.segment) {
        send_part(now, track, *first);
        return true;
    }
    const bool in_bulk = first->is_bulk();
    PullInFlight in_flight{.buckets = {}, .sent = now};
    wire::Pull pull;
    for (auto turn = first; turn != missing.turns.end(); ++turn) {
        const bool fits = in_bulk ? turn->priority == next && pull.wants.size() < bulk_wants_max
                                  : !turn->is_bulk();
        Track& track = tracks_.at(turn->bucket);
        if (!fits || track.segment) {
            continue;  // what a person waits for does not stand behind much of anything
        }
        track.in_flight = true;
        track.asked_as = turn->priority;
        add_wants(track, pull.wants);
        in_flight.buckets.push_back(turn->bucket);
        if (in_flight.charged == Priority::own) {  // it has no share: who comes with it is charged
            in_flight.charged = turn->priority;
        }
        if (pull.wants.size() == wire::limits::wants_per_pull_max) {
            break;
        }
    }
    pull.bytes =
        std::max(FairShare::portion(next, missing.at_work, pull_bytes_), limits::pull_bytes_min);
    in_flight.bytes = pull.bytes;
    send(std::move(in_flight), wire::encode(pull), {});
    return true;
}

void ClientSession::send(PullInFlight in_flight, wire::Bytes bytes, std::string path) {
    share_.charge(in_flight.charged, in_flight.bytes);
    const std::uint32_t number = next_pull_++;
    pulls_.emplace(number, std::move(in_flight));
    // In front of the pages: the server works on the next answer while this one is stored.
    const auto behind_pulls = std::ranges::find_if_not(
        outputs_, [](const Output& output) { return std::holds_alternative<SendPull>(output); });
    outputs_.insert(behind_pulls, SendPull{number, std::move(bytes), std::move(path)});
}

}  // namespace holdfast::sync
