#include <algorithm>
#include <limits>
#include <span>

#include "core/base/assert.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/gen/sync_generated.h"
#include "core/wire/varint.hpp"

// Every part of a frame is created in a statement of its own: arguments of one call are evaluated
// in an order that compilers choose, and the bytes of a frame are part of the contract
// (spec/vectors).
namespace holdfast::wire {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
template <class T>
using Offset = flatbuffers::Offset<T>;
template <class T>
using Vector = flatbuffers::Vector<T>;
using Column = Offset<Vector<std::uint8_t>>;

/// A body that stands in the builder, with its place in the union.
struct Built {
    fb::Body type;
    Offset<void> body;
};

template <class T>
Built built(Offset<T> body) {
    return {fb::BodyTraits<T>::enum_value, body.Union()};
}

fb::Sum to_fb(Sum sum) {
    return {sum.low, sum.high};
}

std::uint32_t retry_ms(Millis retry_after) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(retry_after.count, 0, most));
}

/// Empty texts and vectors are left out: an absent one reads as an empty one.
Offset<flatbuffers::String> text(Builder& fbb, std::string_view value) {
    return value.empty() ? Offset<flatbuffers::String>{}
                         : fbb.CreateString(value.data(), value.size());
}

/// A vector of tables; `build` makes one of them.
template <class T, class Items, class Build>
Offset<Vector<Offset<T>>> tables(Builder& fbb, const Items& items, Build build) {
    if (items.empty()) {
        return {};
    }
    std::vector<Offset<T>> offsets;
    offsets.reserve(items.size());
    for (const auto& item : items) {
        offsets.push_back(build(fbb, item));
    }
    return fbb.CreateVector(offsets);
}

Offset<Vector<std::uint64_t>> ids(Builder& fbb, const std::vector<BucketId>& buckets) {
    if (buckets.empty()) {
        return {};
    }
    std::uint64_t* to = nullptr;
    const auto vector = fbb.CreateUninitializedVector(buckets.size(), &to);
    for (const BucketId bucket : buckets) {
        flatbuffers::WriteScalar(to++, bucket.value);
    }
    return vector;
}

Offset<fb::Head> head(Builder& fbb, const Bucket& bucket) {
    HF_ASSERT(bucket.rows <= std::numeric_limits<std::uint32_t>::max());
    const fb::Sum sum = to_fb(bucket.sum);
    return fb::CreateHead(fbb,
                          bucket.id.value,
                          static_cast<std::uint8_t>(bucket.kind),
                          bucket.owner.value,
                          bucket.parent.value,
                          bucket.segment,
                          bucket.epoch,
                          bucket.version,
                          static_cast<std::uint32_t>(bucket.rows),
                          bucket.bytes,
                          &sum,
                          bucket.horizon,
                          static_cast<std::uint64_t>(bucket.active_at.ms));
}

Offset<fb::Range> range_table(Builder& fbb, const KeyRange& range) {
    if (range == KeyRange{}) {
        return {};
    }
    return fb::CreateRange(fbb,
                           static_cast<std::uint8_t>(range.after.kind),
                           range.after.id.value,
                           static_cast<std::uint8_t>(range.to.kind),
                           range.to.id.value);
}

/// Bytes without a meaning here; absent when there are none.
Column opaque(Builder& fbb, std::string_view bytes) {
    return bytes.empty() ? Column{}
                         : fbb.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            bytes.size());
}

// ------------------------------------------------------------------------------------- columns

Column kind_column(Builder& fbb, std::span<const RowRef> rows) {
    std::uint8_t* to = nullptr;
    const Column column = fbb.CreateUninitializedVector(rows.size(), &to);
    for (const RowRef& row : rows) {
        *to++ = static_cast<std::uint8_t>(row.kind);
    }
    return column;
}

Column body_column(Builder& fbb, std::span<const RowRef> rows, std::size_t bytes) {
    std::uint8_t* to = nullptr;
    const Column column = fbb.CreateUninitializedVector(bytes, &to);
    for (const RowRef& row : rows) {
        to = std::copy(row.body.begin(), row.body.end(), to);
    }
    return column;
}

/// A column of numbers, measured first and then written in place. `next(row)` is called for every
/// row in order, twice over; `start` is called before each of the two passes.
template <class Start, class Next>
Column number_column(Builder& fbb, std::span<const RowRef> rows, Start start, Next next) {
    start();
    std::size_t bytes = 0;
    for (const RowRef& row : rows) {
        bytes += varint::size(next(row));
    }
    std::uint8_t* to = nullptr;
    const Column column = fbb.CreateUninitializedVector(bytes, &to);
    start();
    for (const RowRef& row : rows) {
        to = varint::write(to, next(row));
    }
    return column;
}

/// Zigzag differences, modulo 2^64, of what `field(row)` gives.
template <class Field>
Column difference_column(Builder& fbb, std::span<const RowRef> rows, Field field) {
    std::uint64_t before = 0;
    return number_column(
        fbb,
        rows,
        [&] { before = 0; },
        [&](const RowRef& row) {
            const std::uint64_t value = field(row);
            const std::uint64_t coded = varint::zigzag(value - before);
            before = value;
            return coded;
        });
}

Column size_column(Builder& fbb, std::span<const RowRef> rows) {
    return number_column(
        fbb, rows, [] {}, [](const RowRef& row) { return std::uint64_t{row.body.size()}; });
}

std::size_t body_bytes(std::span<const RowRef> rows) {
    std::size_t bytes = 0;
    for (const RowRef& row : rows) {
        bytes += row.body.size();
    }
    return bytes;
}

Offset<fb::Rows> pack(Builder& fbb, std::span<const RowRef> rows) {
    if (rows.empty()) {
        return {};
    }
    const std::size_t bytes = body_bytes(rows);
    const Column bodies = bytes == 0 ? Column{} : body_column(fbb, rows, bytes);
    const Column body_sizes = size_column(fbb, rows);
    const Column sorts = difference_column(
        fbb, rows, [](const RowRef& row) { return static_cast<std::uint64_t>(row.sort); });
    const Column versions =
        difference_column(fbb, rows, [](const RowRef& row) { return row.version; });
    const Column row_ids =
        difference_column(fbb, rows, [](const RowRef& row) { return row.id.value; });
    const Column kinds = kind_column(fbb, rows);
    return fb::CreateRows(fbb,
                          static_cast<std::uint32_t>(rows.size()),
                          kinds,
                          row_ids,
                          versions,
                          sorts,
                          body_sizes,
                          bodies);
}

// ------------------------------------------------------------------------------------- upstream

Offset<fb::Cursor> cursor_table(Builder& fbb, const Cursor& cursor) {
    const fb::Sum sum = to_fb(cursor.sum);
    return fb::CreateCursor(fbb, cursor.bucket.value, cursor.epoch, cursor.version, &sum);
}

Built build(Builder& fbb, const Hello& hello) {
    const auto token = text(fbb, hello.token);
    const auto app_version = text(fbb, hello.app_version);
    const auto cursors = tables<fb::Cursor>(fbb, hello.cursors, cursor_table);
    const auto resume = opaque(fbb, hello.resume);
    const fb::Sum digest = to_fb(hello.digest.value_or(Sum{}));
    return built(fb::CreateHello(fbb,
                                 hello.protocol,
                                 token,
                                 hello.device,
                                 hello.salt,
                                 app_version,
                                 static_cast<std::uint8_t>(hello.device_class),
                                 cursors,
                                 hello.waiting,
                                 resume,
                                 hello.digest ? &digest : nullptr));
}

Offset<fb::Intent> intent_table(Builder& fbb, const Intent& intent) {
    const auto args = text(fbb, intent.args);
    return fb::CreateIntent(fbb,
                            intent.id.value,
                            intent.lane.value,
                            static_cast<std::uint16_t>(intent.kind),
                            intent.version,
                            args,
                            intent.claimed_at.ms,
                            intent.elapsed_ms);
}

Built build(Builder& fbb, const Push& push) {
    const auto intents = tables<fb::Intent>(fbb, push.intents, intent_table);
    return built(fb::CreatePush(fbb, intents));
}

Offset<fb::Want> want_table(Builder& fbb, const Want& want) {
    const auto range = range_table(fbb, want.range);
    return fb::CreateWant(fbb,
                          want.bucket.value,
                          static_cast<fb::PullMode>(want.mode),
                          want.epoch,
                          want.from,
                          static_cast<std::uint8_t>(want.after_kind),
                          want.after_id.value,
                          want.limit,
                          range,
                          want.segments);
}

Built build(Builder& fbb, const Pull& pull) {
    const auto wants = tables<fb::Want>(fbb, pull.wants, want_table);
    return built(fb::CreatePull(fbb, wants, pull.bytes));
}

Built build(Builder& fbb, const Ping& ping) {
    return built(fb::CreatePing(fbb, ping.nonce));
}

// ----------------------------------------------------------------------------------- downstream

Built build(Builder& fbb, const Welcome& welcome) {
    const auto policy = text(fbb, welcome.policy);
    const auto heads = tables<fb::Head>(fbb, welcome.heads, head);
    const auto revoked = ids(fbb, welcome.revoked);
    const auto resume = opaque(fbb, welcome.resume);
    return built(fb::CreateWelcome(fbb,
                                   welcome.protocol,
                                   welcome.server_time.ms,
                                   welcome.user.value,
                                   welcome.organization.value,
                                   welcome.salt,
                                   welcome.device,
                                   policy,
                                   heads,
                                   welcome.exact,
                                   revoked,
                                   resume));
}

Built build(Builder& fbb, const Again&) {
    return built(fb::CreateAgain(fbb));
}

Built build(Builder& fbb, const Heads& heads) {
    const auto vector = tables<fb::Head>(fbb, heads.heads, head);
    return built(fb::CreateHeads(fbb, vector));
}

Built build(Builder& fbb, const Revoke& revoke) {
    const auto buckets = ids(fbb, revoke.buckets);
    return built(fb::CreateRevoke(fbb, buckets));
}

Built build(Builder& fbb, const Page& page) {
    const auto rows = pack(fbb, page.rows);
    const auto page_head = head(fbb, page.head);
    const auto range = range_table(fbb, page.range);
    return built(fb::CreatePage(fbb,
                                page_head,
                                static_cast<fb::PullMode>(page.mode),
                                page.from,
                                page.to,
                                static_cast<std::uint8_t>(page.after_kind),
                                page.after_id.value,
                                page.complete,
                                rows,
                                range));
}

Offset<fb::RangeSum> range_sum_table(Builder& fbb, const RangeSum& range) {
    const fb::Sum sum = to_fb(range.sum);
    return fb::CreateRangeSum(
        fbb, static_cast<std::uint8_t>(range.to.kind), range.to.id.value, range.rows, &sum);
}

Built build(Builder& fbb, const Sums& sums) {
    const auto ranges = tables<fb::RangeSum>(fbb, sums.ranges, range_sum_table);
    const auto sums_head = head(fbb, sums.head);
    return built(fb::CreateSums(
        fbb, sums_head, static_cast<std::uint8_t>(sums.after.kind), sums.after.id.value, ranges));
}

Built build(Builder& fbb, const Segment& segment) {
    const auto address = fbb.CreateString(segment.address);
    return built(fb::CreateSegment(
        fbb, segment.bucket.value, segment.as_of, segment.first, segment.parts, address));
}

Built build(Builder& fbb, const Unwanted& unwanted) {
    return built(
        fb::CreateUnwanted(fbb, unwanted.bucket.value, static_cast<std::uint16_t>(unwanted.code)));
}

Offset<Vector<const fb::Position*>> position_structs(Builder& fbb,
                                                     const std::vector<Position>& positions) {
    if (positions.empty()) {
        return {};
    }
    std::vector<fb::Position> structs;
    structs.reserve(positions.size());
    for (const Position& position : positions) {
        structs.emplace_back(position.bucket.value, position.version);
    }
    return fbb.CreateVectorOfStructs(structs);
}

Offset<fb::Outcome> outcome_table(Builder& fbb, const Outcome& outcome) {
    const auto detail = text(fbb, outcome.detail);
    const auto positions = position_structs(fbb, outcome.positions);
    return fb::CreateOutcome(fbb,
                             outcome.intent.value,
                             static_cast<fb::OutcomeStatus>(outcome.status),
                             static_cast<std::uint16_t>(outcome.code),
                             detail,
                             positions,
                             outcome.at.ms,
                             outcome.replayed,
                             retry_ms(outcome.retry_after));
}

Built build(Builder& fbb, const Outcomes& outcomes) {
    const auto vector = tables<fb::Outcome>(fbb, outcomes.outcomes, outcome_table);
    return built(fb::CreateOutcomes(fbb, vector));
}

Offset<fb::Contact> contact_table(Builder& fbb, const Presence::Entry& entry) {
    return fb::CreateContact(fbb, entry.user.value, static_cast<std::uint8_t>(entry.state));
}

Built build(Builder& fbb, const Presence& presence) {
    const auto contacts = tables<fb::Contact>(fbb, presence.contacts, contact_table);
    return built(fb::CreatePresence(fbb, contacts));
}

Built build(Builder& fbb, const Pong& pong) {
    return built(fb::CreatePong(fbb, pong.nonce, pong.server_time.ms));
}

Built build(Builder& fbb, const GoAway& go_away) {
    const auto detail = text(fbb, go_away.detail);
    return built(fb::CreateGoAway(
        fbb, static_cast<std::uint16_t>(go_away.code), detail, retry_ms(go_away.retry_after)));
}

/// Room to start with: exact enough for a Page that the builder never has to move its bodies.
std::size_t first_allocation(const Frame& frame) {
    constexpr std::size_t small_frame_bytes = 512;
    constexpr std::size_t row_columns_bytes = 24;
    if (const Page* page = std::get_if<Page>(&frame)) {
        return small_frame_bytes + body_bytes(page->rows) + page->rows.size() * row_columns_bytes;
    }
    return small_frame_bytes;
}

}  // namespace

Bytes encode(const Frame& frame) {
    Builder fbb(first_allocation(frame));
    const Built part = std::visit([&](const auto& body) { return build(fbb, body); }, frame);
    fb::FinishFrameBuffer(fbb, fb::CreateFrame(fbb, part.type, part.body));
    const auto bytes = fbb.GetBufferSpan();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace holdfast::wire
