// Segments: snapshots that the server has made before, fetched part by part.

#include <utility>

#include "core/base/broken.hpp"
#include "core/base/http_status.hpp"
#include "core/sync/client_session.hpp"

namespace holdfast::sync {

void ClientSession::take_segment(const wire::Segment& segment) {
    Track& track = tracks_.at(segment.bucket);
    const BucketCursor& planned = track.planned;
    const bool fits = !planned.complete && !track.repair && !track.pages_only &&
                      (planned.snapshot_as_of == 0 || planned.snapshot_as_of == segment.as_of);
    if (fits) {
        track.segment = SegmentUnderWay{
            .address = segment.address, .next = segment.first, .parts = segment.parts};
    }
}

void ClientSession::send_part(Instant now, Track& track, const Turn& turn) {
    track.in_flight = true;
    track.asked_as = turn.priority;
    send({.buckets = {turn.bucket},
          .sent = now,
          .charged = turn.priority,
          .bytes = wire::limits::pull_bytes_max,
          .of_segment = true},
         {},
         track.segment->address + "/" + std::to_string(track.segment->next));
}

/// Whatever comes, what is stored is stored: where a segment fails, pulls go on behind it.
void ClientSession::take_part(Instant now, const PullAnswered& input, BucketId bucket) {
    if (is_passing_status(input.status) || input.status == 401) {
        pulls_failed(now);
        Track& track = tracks_.at(bucket);
        if (track.segment && input.status == 0) {
            track.segment->cuts += 1;
            track.pages_only = track.segment->cuts == limits::segment_cuts_max;
        }
        if (input.status == 401) {  // an address that is too old: a pull brings another
            track.old_addresses += 1;
            track.pages_only = track.old_addresses == limits::segment_addresses_max;
        }
        if (input.status == 401 || track.pages_only) {
            track.segment.reset();
        }
        return;
    }
    const Taken taken = input.status == 200 ? take_pulled(input.bytes, {bucket}) : Taken::nothing;
    const bool whole = taken == Taken::all || (HF_BROKEN(part_skipped) && taken == Taken::some);
    pull_delay_ = {};
    Track& track = tracks_.at(bucket);
    if (!track.segment) {
        return;  // the bucket is repaired, or begun anew
    }
    if (!whole) {
        track.pages_only = true;
    }
    track.old_addresses = 0;
    track.segment->next += 1;
    track.segment->cuts = 0;
    if (!whole || track.planned.complete || track.segment->next == track.segment->parts) {
        track.segment.reset();
    }
}

}  // namespace holdfast::sync
