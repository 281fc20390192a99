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
    const bool has_place = want.mode == wire::PullMode::delta ||
                           (want.mode == wire::PullMode::snapshot && continues_snapshot(want));
    return has_place && (want.epoch != head.epoch || want.from > head.version);
}

void append(wire::Bytes& stream, const wire::Frame& frame) {
    wire::append_framed(stream, wire::encode(frame));
}

}  // namespace

Result<std::optional<wire::Bytes>> delta_page(storage::Storage& storage,
                                              const Bucket& head,
                                              std::uint64_t from,
                                              storage::PageLimits limits) {
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

Result<PullService::Answer> PullService::answer(Id user, std::string_view body) {
    HF_TRY(const wire::Frame frame, wire::decode(body));
    const auto* pull = std::get_if<wire::Pull>(&frame);
    if (pull == nullptr) {
        return fail(ErrorCode::request_malformed, "not a pull");
    }
    HF_TRY(const auto keys, access_.keys(user));
    const std::size_t budget = pull->bytes == 0
                                   ? wire::limits::pull_bytes_max
                                   : std::min(pull->bytes, wire::limits::pull_bytes_max);
    Answer answer;
    std::size_t spent = 0;
    for (const wire::Want& want : pull->wants) {
        if (answer.pages > 0 && spent >= budget) {
            break;
        }
        HF_CHECK(serve(*keys, want, budget, spent, answer));
    }
    return answer;
}

Result<> PullService::serve(
    const Keys& keys, wire::Want want, std::size_t budget, std::size_t& spent, Answer& answer) {
    do {
        storage::PageLimits limits = page_limits_;
        limits.body_bytes = std::min(limits.body_bytes, budget - std::min(spent, budget));
        HF_TRY(Read found, read(keys, want, limits));
        if (found.unwanted != ErrorCode::none) {
            append(answer.bytes, wire::Unwanted{want.bucket, found.unwanted});
            ++answer.unwanted;
            return {};
        }
        found.page.rows = refer(found.rows);
        append(answer.bytes, found.page);
        spent += found.bytes;
        ++answer.pages;
        answer.rows += found.rows.size();

        const wire::Page& page = found.page;
        const bool ended = page.complete || page.mode == wire::PullMode::tail ||
                           (page.mode == wire::PullMode::snapshot && !page.after_id);
        if (ended) {
            return {};
        }
        want.epoch = page.head.epoch;
        want.from = page.to;
        want.after_kind = page.after_kind;
        want.after_id = page.after_id;
    } while (spent < budget);
    return {};
}

Result<PullService::Read> PullService::read(const Keys& keys,
                                            const wire::Want& want,
                                            storage::PageLimits limits) {
    for (int i = 0; i < services::limits::torn_reads_max; ++i) {
        HF_TRY(Read found, read_once(keys, want, limits));
        if (!found.torn) {
            return found;
        }
    }
    HF_CHECK(storage_.begin());
    Result<Read> found = read_once(keys, want, limits);
    storage_.rollback();
    return found;
}

Result<PullService::Read> PullService::read_once(const Keys& keys,
                                                 const wire::Want& want,
                                                 storage::PageLimits limits) {
    Read read;
    HF_TRY(const auto record, storage_.find_bucket(want.bucket));
    if (!record || !keys.opens(*record)) {
        read.unwanted = ErrorCode::access_forbidden;
        return read;
    }
    if (is_stale(want, record->bucket)) {
        read.unwanted = ErrorCode::sync_stale_epoch;
        return read;
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

}  // namespace holdfast::services
