// The messages of a channel, of all places that they are in, as one sequence of rows.

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

#include "client/engine/view/view.hpp"
#include "core/model/facts.hpp"

namespace holdfast::client {
namespace {

constexpr SortKey behind_all{std::numeric_limits<std::int64_t>::max(), Id{}};

SortKey place_of(const Row& row) {
    return {row.sort, row.id};
}

/// Rows of both buckets in one order, each once: while one moves it may be in both for a moment.
/// Of two that are one `rows` has the newer.
template <class Order>
void join(std::vector<Row>& rows, std::vector<Row> others, std::size_t count, Order order) {
    if (others.empty()) {
        return;
    }
    std::ranges::move(others, std::back_inserter(rows));
    std::ranges::stable_sort(rows, order, place_of);
    const auto repeated = std::ranges::unique(rows, {}, &Row::id);
    rows.erase(repeated.begin(), repeated.end());
    rows.resize(std::min(rows.size(), count));
}

}  // namespace

Result<std::optional<SortKey>> oldest_kept(Replica& replica, const sync::BucketCursor& timeline) {
    constexpr SortKey before_all{std::numeric_limits<std::int64_t>::min(), Id{}};
    HF_TRY(const auto rows, replica.after(timeline.head.id, RowKind::message, before_all, 1));
    return rows.empty() ? std::nullopt : std::optional(SortKey{rows.front().sort, rows.front().id});
}

std::vector<Id> View::channels_with_messages(Id group) const {
    note_buckets(BucketKind::timeline);
    std::vector<Id> ids;
    for (const sync::BucketCursor* cursor :
         sources_.replica.children(BucketKind::timeline, group)) {
        ids.push_back(cursor->head.owner);
    }
    return ids;
}

const sync::BucketCursor* View::of_messages(BucketKind kind, Id channel) const {
    const sync::BucketCursor* cursor = sources_.replica.bucket(kind, channel);
    if (cursor == nullptr) {
        note_buckets(kind);
        return nullptr;
    }
    dependencies_.add({Topic::About::buckets, cursor->head.id, static_cast<std::uint8_t>(kind)});
    note_rows(cursor->head.id, RowKind::message);
    return cursor;
}

const sync::BucketCursor* View::timeline(Id channel) const {
    return of_messages(BucketKind::timeline, channel);
}

const sync::BucketCursor* View::archive(Id channel) const {
    return of_messages(BucketKind::archive, channel);
}

Result<const OlderMessages::Held*> View::older(Id channel) const {
    dependencies_.add(Topic::About::older);
    const sync::BucketCursor* cursor = timeline(channel);
    if (cursor == nullptr || sources_.older.find(channel) == nullptr) {
        return nullptr;
    }
    if (cursor->complete || cursor->exact()) {  // else the phone's own are still on their way
        HF_TRY(const auto oldest, oldest_kept(sources_.replica, *cursor));
        sources_.older.join(channel, oldest);
    }
    return sources_.older.find(channel);
}

Result<std::optional<Row>> View::stored_message(Id channel, Id id) const {
    for (const BucketKind kind : facts::places_of_messages) {
        if (const sync::BucketCursor* cursor = of_messages(kind, channel)) {
            HF_TRY(auto row, sources_.replica.find({cursor->head.id, RowKind::message, id}));
            if (row) {
                return row;
            }
        }
    }
    return sources_.older.message(channel, id);
}

const RowChange* View::waiting_change(RowKey key) const {
    note_rows(key.bucket, key.kind);
    return sources_.overlay.find(key);
}

Result<std::vector<Row>> View::newest_messages(Id channel, std::size_t count) const {
    std::vector<Row> rows;
    if (const sync::BucketCursor* cursor = timeline(channel)) {
        HF_TRY(rows, sources_.replica.newest(cursor->head.id, RowKind::message, count));
    }
    const sync::BucketCursor* older = rows.size() < count ? archive(channel) : nullptr;
    if (older != nullptr) {
        HF_TRY(auto more, sources_.replica.newest(older->head.id, RowKind::message, count));
        join(rows, std::move(more), count, std::ranges::greater{});
    }
    if (rows.size() < count) {
        join(
            rows, sources_.older.before(channel, behind_all, count), count, std::ranges::greater{});
    }
    return rows;
}

Result<std::vector<Row>> View::before(Id channel, SortKey place, std::size_t n) const {
    std::vector<Row> rows;
    if (const sync::BucketCursor* cursor = timeline(channel)) {
        HF_TRY(rows, sources_.replica.before(cursor->head.id, RowKind::message, place, n));
    }
    const sync::BucketCursor* older = rows.size() < n ? archive(channel) : nullptr;
    if (older != nullptr) {
        HF_TRY(auto more, sources_.replica.before(older->head.id, RowKind::message, place, n));
        join(rows, std::move(more), n, std::ranges::greater{});
    }
    if (rows.size() < n) {
        join(rows, sources_.older.before(channel, place, n), n, std::ranges::greater{});
    }
    return rows;
}

Result<std::vector<Row>> View::after(Id channel, SortKey place, std::size_t n) const {
    std::vector<Row> rows;
    if (const sync::BucketCursor* cursor = timeline(channel)) {
        HF_TRY(rows, sources_.replica.after(cursor->head.id, RowKind::message, place, n));
    }
    if (const sync::BucketCursor* older = archive(channel)) {
        HF_TRY(auto more, sources_.replica.after(older->head.id, RowKind::message, place, n));
        join(rows, std::move(more), n, std::ranges::less{});
    }
    join(rows, sources_.older.after(channel, place, n), n, std::ranges::less{});
    return rows;
}

Result<> View::visit_messages(Id channel, const std::function<bool(const RowRef&)>& visit) const {
    bool goes_on = true;
    std::optional<SortKey> oldest;
    const auto look = [&](const RowRef& row) {
        oldest = SortKey{row.sort, row.id};
        goes_on = visit(row);
        return goes_on;
    };
    if (const sync::BucketCursor* cursor = timeline(channel)) {
        HF_CHECK(sources_.replica.visit_newest(cursor->head.id, RowKind::message, look));
    }
    const sync::BucketCursor* older = goes_on ? archive(channel) : nullptr;
    if (older == nullptr) {
        return {};
    }
    return sources_.replica.visit_newest(older->head.id, RowKind::message, [&](const RowRef& row) {
        const bool is_behind = !oldest || SortKey{row.sort, row.id} < *oldest;
        return is_behind ? look(row) : true;
    });
}

}  // namespace holdfast::client
