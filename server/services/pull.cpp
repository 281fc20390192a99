#include "server/services/pull.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::services {
namespace {

std::vector<RowRef> refer(const std::vector<Row>& rows) {
    std::vector<RowRef> refs;
    refs.reserve(rows.size());
    for (const Row& row : rows) {
        refs.push_back({.kind = row.kind,
                        .id = row.id,
                        .version = row.version,
                        .sort = row.sort,
                        .body = row.body});
    }
    return refs;
}

bool continues_snapshot(const wire::Want& want) {
    return want.after_kind != RowKind{} || want.after_id;
}

/// Whether the device's place in the bucket belongs to another history than the server's.
bool is_stale(const wire::Want& want, const Bucket& head) {
    switch (want.mode) {
        case wire::PullMode::tail:
            return false;
        case wire::PullMode::snapshot:
            return continues_snapshot(want) &&
                   (want.epoch != head.epoch || want.from > head.version);
        case wire::PullMode::delta:
            return want.epoch != head.epoch || want.from > head.version || want.from < head.horizon;
        case wire::PullMode::sums:
        case wire::PullMode::range:
            return want.epoch != 0 && want.epoch != head.epoch;  // 0: whichever it is
    }
    return false;
}

/// Whether the answer to a want goes on behind this page.
bool goes_on(const wire::Page& page, const wire::Want& want) {
    switch (page.mode) {
        case wire::PullMode::tail:
        case wire::PullMode::sums:
            return false;
        case wire::PullMode::snapshot:
            return page.after_id.value != 0;
        case wire::PullMode::delta:
            return !page.complete;
        case wire::PullMode::range:
            return page.range.to != want.range.to;
    }
    return false;
}

void append(wire::Bytes& stream, const wire::Frame& frame) {
    wire::append_framed(stream, wire::encode(frame));
}

}  // namespace

Result<std::optional<wire::Bytes>> delta_page(storage::Storage& storage,
                                              const Bucket& head,
                                              std::uint64_t from,
                                              storage::PageLimits limits) {
    if (from < head.horizon) {
        return std::nullopt;
    }
    HF_TRY(const auto page, storage.rows_after_version(head.id, from, limits));
    if (page.more || (!page.rows.empty() && page.rows.back().version > head.version)) {
        return std::nullopt;  // too much for one page, or another process has gone on
    }
    return wire::encode(wire::Page{.head = head,
                                   .mode = wire::PullMode::delta,
                                   .from = from,
                                   .to = head.version,
                                   .complete = true,
                                   .rows = refer(page.rows)});
}

Result<PullService::Answer> PullService::answer(Id user,
                                                std::string_view body,
                                                Reach reach,
                                                const Offer& offer) {
    HF_TRY(const wire::Frame frame, wire::decode(body));
    const auto* pull = std::get_if<wire::Pull>(&frame);
    if (pull == nullptr) {
        return fail(ErrorCode::request_malformed, "not a pull");
    }
    HF_TRY(const auto keys, access_.keys(user, reach));
    const std::size_t budget = pull->bytes == 0
                                   ? wire::limits::pull_bytes_max
                                   : std::min(pull->bytes, wire::limits::pull_bytes_max);
    Answer answer;
    Asked asked{.keys = *keys, .offer = offer, .budget = budget};
    for (const wire::Want& want : pull->wants) {
        if (answer.pages > 0 && asked.spent >= budget) {
            break;
        }
        HF_CHECK(serve(asked, want, answer));
    }
    return answer;
}

Result<> PullService::serve(Asked& asked, wire::Want want, Answer& answer) {
    const std::size_t budget = asked.budget;
    std::size_t& spent = asked.spent;
    do {
        storage::PageLimits limits = page_limits_;
        limits.body_bytes = std::min(limits.body_bytes, budget - std::min(spent, budget));
        HF_TRY(Read found, read(asked, want, limits));
        if (found.unwanted != ErrorCode::none) {
            append(answer.bytes, wire::Unwanted{want.bucket, found.unwanted});
            ++answer.unwanted;
            return {};
        }
        if (found.segment) {
            append(answer.bytes, *std::move(found.segment));
            ++answer.pages;
            return {};
        }
        spent += found.bytes;
        ++answer.pages;
        if (want.mode == wire::PullMode::sums) {
            append(answer.bytes, std::move(found.sums));
            return {};
        }
        found.page.rows = refer(found.rows);
        append(answer.bytes, found.page);
        answer.rows += found.rows.size();

        const wire::Page& page = found.page;
        if (!goes_on(page, want)) {
            return {};
        }
        want.range.after = page.range.to;
        want.epoch = page.head.epoch;
        want.from = page.to;
        want.after_kind = page.after_kind;
        want.after_id = page.after_id;
        want.segments = false;  // whoever was sent pages is sent pages
    } while (spent < budget);
    return {};
}

Result<SnapshotPart> PullService::read_part(const SegmentName& name,
                                            RowPlace after,
                                            std::size_t bytes_max) {
    SnapshotPart part;
    std::size_t bytes = 0;  // below the limit each time round
    do {
        HF_TRY(const auto record, storage_.find_bucket(name.bucket));
        if (!record || record->bucket.epoch != name.epoch || record->bucket.horizon > name.as_of) {
            return fail(ErrorCode::sync_stale_epoch, "a segment of a history that is gone");
        }
        storage::PageLimits limits = page_limits_;
        limits.body_bytes = std::min(limits.body_bytes, bytes_max - bytes);
        HF_TRY(const auto found,
               storage_.rows_after_key(name.bucket, after.kind, after.id, limits));
        // It need not be of one moment: what has moved since `as_of` comes again, in a delta.
        after = found.more ? RowPlace{found.rows.back().kind, found.rows.back().id} : RowPlace{};
        append(part.frames,
               wire::Page{.head = record->bucket,
                          .mode = wire::PullMode::snapshot,
                          .to = name.as_of,
                          .after_kind = after.kind,
                          .after_id = after.id,
                          .rows = refer(found.rows)});
        for (const Row& row : found.rows) {
            bytes += services::limits::row_bytes + row.body.size();
        }
        part.rows += found.rows.size();
    } while (!after.is_open() && bytes < bytes_max);
    part.to = after;
    return part;
}

Result<PullService::Read> PullService::read(const Asked& asked,
                                            const wire::Want& want,
                                            storage::PageLimits limits) {
    for (int i = 0; i < services::limits::torn_reads_max; ++i) {
        HF_TRY(Read found, read_once(asked, want, limits));
        if (!found.torn) {
            return found;
        }
    }
    HF_CHECK(storage_.begin());
    Result<Read> found = read_once(asked, want, limits);
    storage_.rollback();
    return found;
}

Result<PullService::Read> PullService::read_once(const Asked& asked,
                                                 const wire::Want& want,
                                                 storage::PageLimits limits) {
    Read read;
    HF_TRY(const auto record, storage_.find_bucket(want.bucket));
    if (!record || !asked.keys.opens(*record)) {
        read.unwanted = ErrorCode::access_forbidden;
        return read;
    }
    if (is_stale(want, record->bucket)) {
        read.unwanted = ErrorCode::sync_stale_epoch;
        return read;
    }
    if (want.mode == wire::PullMode::snapshot && want.segments && asked.offer) {
        read.segment = asked.offer(record->bucket, want);
        if (read.segment) {
            return read;
        }
    }
    read.page.head = record->bucket;
    read.page.mode = want.mode;
    switch (want.mode) {
        case wire::PullMode::tail:
            HF_CHECK(read_tail(want, limits, read));
            break;
        case wire::PullMode::snapshot:
            HF_CHECK(read_snapshot(want, limits, read));
            break;
        case wire::PullMode::delta:
            HF_CHECK(read_delta(want, limits, read));
            break;
        case wire::PullMode::sums:
            HF_CHECK(read_sums(want, limits, read));
            break;
        case wire::PullMode::range:
            HF_CHECK(read_range(want, limits, read));
            break;
    }
    for (const Row& row : read.rows) {
        read.bytes += services::limits::row_bytes + row.body.size();
    }
    HF_TRY(const auto after, storage_.find_bucket(want.bucket));
    read.torn = !after || after->bucket.version != record->bucket.version ||
                after->bucket.epoch != record->bucket.epoch;
    return read;
}

Result<> PullService::read_tail(const wire::Want& want, storage::PageLimits limits, Read& read) {
    const std::uint32_t wanted = want.limit == 0 ? services::limits::tail_rows_default : want.limit;
    const std::size_t count =
        std::min<std::size_t>({wanted, wire::limits::tail_rows_max, limits.rows});
    HF_TRY(read.rows, storage_.newest_rows(want.bucket, RowKind::message, count));
    std::size_t bytes = 0;
    const auto over = std::ranges::find_if(read.rows, [&](const Row& row) {
        bytes += row.body.size();
        return bytes > limits.body_bytes;
    });
    if (over != read.rows.end()) {
        // The newest comes however large it is.
        read.rows.erase(std::max(over, read.rows.begin() + 1), read.rows.end());
    }
    return {};
}

Result<> PullService::read_snapshot(const wire::Want& want,
                                    storage::PageLimits limits,
                                    Read& read) {
    wire::Page& page = read.page;
    page.from = want.from;
    page.to = continues_snapshot(want) ? want.from : page.head.version;
    HF_TRY(auto found,
           storage_.rows_after_key(want.bucket, want.after_kind, want.after_id, limits));
    read.rows = std::move(found.rows);
    if (found.more) {
        page.after_kind = read.rows.back().kind;
        page.after_id = read.rows.back().id;
    } else {
        page.complete = page.to == page.head.version;
    }
    return {};
}

Result<> PullService::read_delta(const wire::Want& want, storage::PageLimits limits, Read& read) {
    wire::Page& page = read.page;
    page.from = want.from;
    HF_TRY(auto found, storage_.rows_after_version(want.bucket, want.from, limits));
    read.rows = std::move(found.rows);
    page.to = found.more ? read.rows.back().version : page.head.version;
    page.complete = !found.more;
    return {};
}

Result<> PullService::read_range(const wire::Want& want, storage::PageLimits limits, Read& read) {
    HF_TRY(auto found, storage_.rows_in_range(want.bucket, want.range, limits));
    read.rows = std::move(found.rows);
    read.page.range = want.range;
    if (found.more) {
        read.page.range.to = {read.rows.back().kind, read.rows.back().id};
    }
    return {};
}

/// Rows are counted from the beginning, so that the ranges hold as many each wherever their ids
/// lie.
Result<> PullService::read_sums(const wire::Want& want, storage::PageLimits limits, Read& read) {
    const std::size_t rows_each = std::max<std::size_t>(want.limit, 1);
    std::size_t rows_left = std::max(limits.body_bytes / services::limits::summed_row_bytes,
                                     services::limits::sums_rows_min);
    wire::Sums sums{.head = read.page.head, .after = want.range.after};
    KeyRange rest = want.range;
    for (bool more = true;
         more && rows_left > 0 && sums.ranges.size() < wire::limits::ranges_per_sums_max;) {
        HF_TRY(const auto counted,
               storage_.sum_range(want.bucket, rest, std::min(rows_each, rows_left)));
        more = counted.more;
        sums.ranges.push_back(counted.total);
        sums.ranges.back().to = more ? counted.total.to : want.range.to;
        rest.after = counted.total.to;
        rows_left -= static_cast<std::size_t>(counted.total.rows);
        read.bytes +=
            static_cast<std::size_t>(counted.total.rows) * services::limits::summed_row_bytes +
            services::limits::range_bytes;
    }
    read.sums = std::move(sums);
    return {};
}

}  // namespace holdfast::services
