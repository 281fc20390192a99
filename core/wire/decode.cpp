#include <algorithm>
#include <cstring>
#include <utility>

#include "core/wire/checks.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/gen/sync_generated.h"
#include "core/wire/varint.hpp"

namespace holdfast::wire {
namespace {

using ByteVector = flatbuffers::Vector<std::uint8_t>;

// The deepest path is Frame, Page, Rows.
constexpr flatbuffers::uoffset_t depth_max = 8;

/// A table takes at least 8 bytes of an honest frame, its entry in a vector included: more tables
/// than that are one table named many times, to make much of little.
constexpr flatbuffers::uoffset_t tables_max(std::size_t frame_bytes) {
    return static_cast<flatbuffers::uoffset_t>(16 + frame_bytes / 8);
}

std::string_view view(const flatbuffers::String* text) {
    return text == nullptr ? std::string_view{} : std::string_view{text->c_str(), text->size()};
}

Sum read_sum(const fb::Sum* sum) {
    return sum == nullptr ? Sum{} : Sum{.low = sum->low(), .high = sum->high()};
}

/// The entries of a vector of tables, or none; nothing once a check has failed.
template <class Entry, class Tables, class Read>
std::vector<Entry> read_tables(Checks& checks, const Tables* tables, Read read) {
    std::vector<Entry> entries;
    if (tables == nullptr || checks.failed()) {
        return entries;
    }
    entries.reserve(tables->size());
    for (const auto* table : *tables) {
        entries.push_back(read(checks, *table));
    }
    return entries;
}

template <class Entries>
std::size_t count(const Entries* entries) {
    return entries == nullptr ? 0 : entries->size();
}

std::vector<BucketId> read_buckets(Checks& checks, const flatbuffers::Vector<std::uint64_t>* ids) {
    std::vector<BucketId> buckets;
    if (ids == nullptr) {
        return buckets;
    }
    buckets.reserve(ids->size());
    for (std::size_t i = 0; i < ids->size(); ++i) {
        std::uint64_t id = 0;  // a copy: the verifier does not see to the entries' alignment
        std::memcpy(&id, ids->Data() + i * sizeof id, sizeof id);
        buckets.push_back(checks.bucket(flatbuffers::EndianScalar(id), "bucket"));
    }
    return buckets;
}

Bucket read_head(Checks& checks, const fb::Head& head) {
    if (head.kind() == 0) {
        checks.malformed("Head.kind");
    }
    return {.id = checks.bucket(head.bucket(), "Head.bucket"),
            .kind = static_cast<BucketKind>(head.kind()),
            .owner = checks.id(head.owner(), "Head.owner"),
            .parent = checks.id(head.parent(), "Head.parent"),
            .segment = head.segment(),
            .epoch = head.epoch(),
            .version = checks.number(head.version(), "Head.version"),
            .rows = head.rows(),
            .bytes = checks.number(head.bytes(), "Head.bytes"),
            .sum = read_sum(head.sum()),
            .horizon = checks.number(head.horizon(), "Head.horizon"),
            .active_at = {static_cast<std::int64_t>(checks.number(head.active(), "Head.active"))}};
}

RowPlace read_place(Checks& checks, std::uint8_t kind, std::uint64_t id, std::string_view what) {
    return {static_cast<RowKind>(kind), checks.id(id, what)};
}

KeyRange read_range(Checks& checks, const fb::Range* table) {
    if (table == nullptr) {
        return {};
    }
    const KeyRange range{
        .after = read_place(checks, table->after_kind(), table->after_id(), "Range.after_id"),
        .to = read_place(checks, table->to_kind(), table->to_id(), "Range.to_id")};
    if (!range.to.is_open() && range.to <= range.after) {
        checks.malformed("Range");
    }
    return range;
}

/// Bytes without a meaning here.
std::string read_opaque(Checks& checks, const ByteVector* bytes, std::string_view what) {
    checks.at_most(count(bytes), limits::resume_bytes_max, what);
    return bytes == nullptr || !checks.spend(bytes->size(), what)
               ? std::string{}
               : std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

// ------------------------------------------------------------------------------------- columns

varint::Reader column(const ByteVector* bytes) {
    return {bytes == nullptr ? nullptr : bytes->data(), count(bytes)};
}

/// A column of differences, one value at a time.
class Differences {
public:
    explicit Differences(const ByteVector* bytes) : reader_(column(bytes)) {}

    [[nodiscard]] bool read(std::uint64_t& value) {
        std::uint64_t coded = 0;
        const bool ok = reader_.read(coded);
        value_ += varint::unzigzag(coded);
        value = value_;
        return ok;
    }
    [[nodiscard]] bool at_end() const { return reader_.at_end(); }

private:
    varint::Reader reader_;
    std::uint64_t value_ = 0;
};

/// Rows whose bodies are views into `frame`, the vector behind which may be a copy of the frame.
std::vector<RowRef> read_rows(Checks& checks, const fb::Rows& packed, std::string_view bodies) {
    const std::size_t rows_count = packed.count();
    checks.at_most(rows_count, limits::rows_per_page_max, "Rows.count");
    if (count(packed.kinds()) != rows_count) {
        checks.malformed("Rows.kinds");
    }
    if (checks.failed() || rows_count == 0) {
        return {};
    }
    Differences ids(packed.ids());
    Differences versions(packed.versions());
    Differences sorts(packed.sorts());
    varint::Reader sizes = column(packed.body_sizes());
    const std::uint8_t* const kinds = packed.kinds()->data();

    std::vector<RowRef> rows(rows_count);
    std::uint64_t largest = 0;  // its uppermost bit: whether any id or version has it
    bool whole = true;
    for (std::size_t i = 0; i < rows_count; ++i) {
        RowRef& row = rows[i];
        std::uint64_t sort = 0;
        std::uint64_t size = 0;
        whole = ids.read(row.id.value) && versions.read(row.version) && sorts.read(sort) &&
                sizes.read(size) && size <= bodies.size() && kinds[i] != 0;
        if (!whole) {
            break;
        }
        largest |= row.id.value | row.version;
        row.kind = static_cast<RowKind>(kinds[i]);
        row.sort = static_cast<std::int64_t>(sort);
        row.body = bodies.substr(0, static_cast<std::size_t>(size));
        bodies.remove_prefix(row.body.size());
    }
    if (!whole || !ids.at_end() || !versions.at_end() || !sorts.at_end() || !sizes.at_end() ||
        !bodies.empty()) {
        checks.malformed("Rows: columns");
    }
    checks.number(largest, "Rows: id or version");
    return rows;
}

// ------------------------------------------------------------------------------------- upstream

Cursor read_cursor(Checks& checks, const fb::Cursor& cursor) {
    return {.bucket = checks.bucket(cursor.bucket(), "Cursor.bucket"),
            .epoch = cursor.epoch(),
            .version = checks.number(cursor.version(), "Cursor.version"),
            .sum = read_sum(cursor.sum())};
}

Hello read(Checks& checks, const fb::Hello& hello) {
    checks.at_most(count(hello.cursors()), limits::cursors_max, "Hello.cursors");
    return {.protocol = hello.protocol(),
            .token = checks.text(view(hello.token()), "Hello.token"),
            .device = checks.device(hello.device(), "Hello.device"),
            .salt = hello.salt(),
            .app_version = checks.text(view(hello.app_version()), "Hello.app_version"),
            .device_class =
                checks.enumerator(hello.device_class(), DeviceClass::desktop, "Hello.device_class"),
            .cursors = read_tables<Cursor>(checks, hello.cursors(), read_cursor),
            .waiting = hello.waiting(),
            .resume = read_opaque(checks, hello.resume(), "Hello.resume"),
            .digest =
                hello.digest() == nullptr ? std::nullopt : std::optional(read_sum(hello.digest()))};
}

Intent read_intent(Checks& checks, const fb::Intent& intent) {
    if (intent.kind() == 0 || intent.elapsed_ms() < -1) {
        checks.malformed("Intent");
    }
    return {.id = checks.id(intent.id(), "Intent.id"),
            .lane = checks.id(intent.lane(), "Intent.lane"),
            .kind = static_cast<IntentKind>(intent.kind()),
            .version = intent.version(),
            .args = checks.text(view(intent.args()), "Intent.args"),
            .claimed_at = {intent.claimed_at()},
            .elapsed_ms = intent.elapsed_ms()};
}

Push read(Checks& checks, const fb::Push& push) {
    checks.at_most(count(push.intents()), limits::intents_per_push_max, "Push.intents");
    Push read{.intents = read_tables<Intent>(checks, push.intents(), read_intent)};
    std::size_t args_bytes = 0;
    for (const Intent& intent : read.intents) {
        args_bytes += intent.args.size();
    }
    checks.at_most(args_bytes, limits::push_bytes_max, "Push: arguments");
    return read;
}

Want read_want(Checks& checks, const fb::Want& want) {
    const auto mode = static_cast<std::uint8_t>(want.mode());
    if (want.mode() == fb::PullMode::tail) {
        checks.at_most(want.limit(), limits::tail_rows_max, "Want.limit");
    }
    return {.bucket = checks.bucket(want.bucket(), "Want.bucket"),
            .mode = checks.enumerator(mode, PullMode::range, "Want.mode"),
            .epoch = want.epoch(),
            .from = checks.number(want.from(), "Want.from"),
            .after_kind = static_cast<RowKind>(want.after_kind()),
            .after_id = checks.id(want.after_id(), "Want.after_id"),
            .limit = want.limit(),
            .range = read_range(checks, want.range()),
            .segments = want.segments()};
}

Pull read(Checks& checks, const fb::Pull& pull) {
    checks.at_most(count(pull.wants()), limits::wants_per_pull_max, "Pull.wants");
    checks.at_most(pull.bytes(), limits::pull_bytes_max, "Pull.bytes");
    return {.wants = read_tables<Want>(checks, pull.wants(), read_want), .bytes = pull.bytes()};
}

Ping read(Checks&, const fb::Ping& ping) {
    return {.nonce = ping.nonce()};
}

// ----------------------------------------------------------------------------------- downstream

Welcome read(Checks& checks, const fb::Welcome& welcome) {
    return {.protocol = welcome.protocol(),
            .server_time = {welcome.server_time()},
            .user = checks.id(welcome.user(), "Welcome.user"),
            .organization = checks.id(welcome.organization(), "Welcome.organization"),
            .salt = welcome.salt(),
            .device = checks.device(welcome.device(), "Welcome.device"),
            .policy = checks.text(view(welcome.policy()), "Welcome.policy"),
            .heads = read_tables<Bucket>(checks, welcome.heads(), read_head),
            .exact = welcome.exact(),
            .revoked = read_buckets(checks, welcome.revoked()),
            .resume = read_opaque(checks, welcome.resume(), "Welcome.resume")};
}

Again read(Checks&, const fb::Again&) {
    return {};
}

Heads read(Checks& checks, const fb::Heads& heads) {
    return {.heads = read_tables<Bucket>(checks, heads.heads(), read_head)};
}

Revoke read(Checks& checks, const fb::Revoke& revoke) {
    return {.buckets = read_buckets(checks, revoke.buckets())};
}

/// A path of the server that sent it, in letters that need no care in a request.
bool is_address(std::string_view address) {
    return address.starts_with("/sync/v1/segments/") && std::ranges::all_of(address, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '/' || c == '.' || c == '-' || c == '_';
           });
}

RangeSum read_range_sum(Checks& checks, const fb::RangeSum& range) {
    return {.to = read_place(checks, range.to_kind(), range.to_id(), "RangeSum.to_id"),
            .rows = checks.number(range.rows(), "RangeSum.rows"),
            .sum = read_sum(range.sum())};
}

Sums read(Checks& checks, const fb::Sums& sums) {
    if (sums.head() == nullptr) {
        checks.malformed("Sums.head");
        return {};
    }
    checks.at_most(count(sums.ranges()), limits::ranges_per_sums_max, "Sums.ranges");
    return {.head = read_head(checks, *sums.head()),
            .after = read_place(checks, sums.after_kind(), sums.after_id(), "Sums.after_id"),
            .ranges = read_tables<RangeSum>(checks, sums.ranges(), read_range_sum)};
}

Segment read(Checks& checks, const fb::Segment& segment) {
    checks.at_most(segment.parts(), limits::segment_parts_max, "Segment.parts");
    Segment read{.bucket = checks.bucket(segment.bucket(), "Segment.bucket"),
                 .as_of = checks.number(segment.as_of(), "Segment.as_of"),
                 .first = segment.first(),
                 .parts = segment.parts(),
                 .address = checks.text(view(segment.address()), "Segment.address")};
    checks.at_most(read.address.size(), limits::segment_address_bytes_max, "Segment.address");
    if (read.first >= read.parts || !is_address(read.address)) {
        checks.malformed("Segment");
    }
    return read;
}

Unwanted read(Checks& checks, const fb::Unwanted& unwanted) {
    return {.bucket = checks.bucket(unwanted.bucket(), "Unwanted.bucket"),
            .code = static_cast<ErrorCode>(unwanted.code())};
}

std::vector<Position> read_positions(Checks& checks,
                                     const flatbuffers::Vector<const fb::Position*>* structs) {
    std::vector<Position> positions;
    if (!checks.spend(count(structs) * sizeof(fb::Position), "Outcome.positions")) {
        return positions;
    }
    positions.reserve(count(structs));
    for (std::size_t i = 0; i < count(structs); ++i) {
        fb::Position position;  // a copy: the verifier does not see to the structs' alignment
        std::memcpy(&position, structs->Data() + i * sizeof position, sizeof position);
        positions.push_back({.bucket = checks.bucket(position.bucket(), "Position.bucket"),
                             .version = checks.number(position.version(), "Position.version")});
    }
    return positions;
}

Outcome read_outcome(Checks& checks, const fb::Outcome& outcome) {
    const auto status = static_cast<std::uint8_t>(outcome.status());
    return {.intent = checks.id(outcome.intent(), "Outcome.intent"),
            .status = checks.enumerator(status, OutcomeStatus::later, "Outcome.status"),
            .code = static_cast<ErrorCode>(outcome.code()),
            .detail = checks.text(view(outcome.detail()), "Outcome.detail"),
            .positions = read_positions(checks, outcome.positions()),
            .at = {outcome.at()},
            .replayed = outcome.replayed(),
            .retry_after = {outcome.retry_ms()}};
}

Outcomes read(Checks& checks, const fb::Outcomes& outcomes) {
    return {.outcomes = read_tables<Outcome>(checks, outcomes.outcomes(), read_outcome)};
}

Presence::Entry read_contact(Checks& checks, const fb::Contact& contact) {
    return {.user = checks.id(contact.user(), "Contact.user"),
            .state = checks.enumerator(contact.state(), Contact::offline, "Contact.state")};
}

Presence read(Checks& checks, const fb::Presence& presence) {
    return {.contacts = read_tables<Presence::Entry>(checks, presence.contacts(), read_contact)};
}

Pong read(Checks&, const fb::Pong& pong) {
    return {.nonce = pong.nonce(), .server_time = {pong.server_time()}};
}

GoAway read(Checks& checks, const fb::GoAway& go_away) {
    return {.code = static_cast<ErrorCode>(go_away.code()),
            .detail = checks.text(view(go_away.detail()), "GoAway.detail"),
            .retry_after = {go_away.retry_ms()}};
}

// ------------------------------------------------------------------------------------- envelope

/// The bytes as FlatBuffers may look at them: at an address that is a multiple of 8.
class Aligned {
public:
    explicit Aligned(std::string_view bytes) : original_(bytes), data_(bytes.data()) {
        if (!bytes.empty() &&
            reinterpret_cast<std::uintptr_t>(data_) % alignof(std::uint64_t) != 0) {
            copy_.resize((bytes.size() + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t));
            std::memcpy(copy_.data(), bytes.data(), bytes.size());
            data_ = reinterpret_cast<const char*>(copy_.data());
        }
    }

    [[nodiscard]] const std::uint8_t* data() const {
        return reinterpret_cast<const std::uint8_t*>(data_);
    }
    [[nodiscard]] std::size_t size() const { return original_.size(); }

    /// The same bytes where the caller keeps them.
    [[nodiscard]] std::string_view original(const ByteVector* vector) const {
        if (vector == nullptr) {
            return {};
        }
        const auto offset = static_cast<std::size_t>(vector->data() - data());
        return original_.substr(offset, vector->size());
    }

private:
    std::string_view original_;
    const char* data_;
    std::vector<std::uint64_t> copy_;
};

Page read_page(Checks& checks, const fb::Page& page, const Aligned& frame) {
    if (page.head() == nullptr) {
        checks.malformed("Page.head");
        return {};
    }
    const auto mode = static_cast<std::uint8_t>(page.mode());
    Page read{.head = read_head(checks, *page.head()),
              .mode = checks.enumerator(mode, PullMode::range, "Page.mode"),
              .from = checks.number(page.from(), "Page.from"),
              .to = checks.number(page.to(), "Page.to"),
              .after_kind = static_cast<RowKind>(page.after_kind()),
              .after_id = checks.id(page.after_id(), "Page.after_id"),
              .complete = page.complete(),
              .rows = {},
              .range = read_range(checks, page.range())};
    if (const fb::Rows* rows = page.rows(); rows != nullptr) {
        read.rows = read_rows(checks, *rows, frame.original(rows->bodies()));
    }
    return read;
}

Frame read_body(Checks& checks, const fb::Frame& frame, const Aligned& bytes) {
    if (frame.body() == nullptr) {
        checks.malformed("Frame.body");
        return {};
    }
    switch (frame.body_type()) {
        case fb::Body::Hello:
            return read(checks, *frame.body_as_Hello());
        case fb::Body::Push:
            return read(checks, *frame.body_as_Push());
        case fb::Body::Pull:
            return read(checks, *frame.body_as_Pull());
        case fb::Body::Ping:
            return read(checks, *frame.body_as_Ping());
        case fb::Body::Welcome:
            return read(checks, *frame.body_as_Welcome());
        case fb::Body::Again:
            return read(checks, *frame.body_as_Again());
        case fb::Body::Heads:
            return read(checks, *frame.body_as_Heads());
        case fb::Body::Revoke:
            return read(checks, *frame.body_as_Revoke());
        case fb::Body::Page:
            return read_page(checks, *frame.body_as_Page(), bytes);
        case fb::Body::Sums:
            return read(checks, *frame.body_as_Sums());
        case fb::Body::Segment:
            return read(checks, *frame.body_as_Segment());
        case fb::Body::Unwanted:
            return read(checks, *frame.body_as_Unwanted());
        case fb::Body::Outcomes:
            return read(checks, *frame.body_as_Outcomes());
        case fb::Body::Presence:
            return read(checks, *frame.body_as_Presence());
        case fb::Body::Pong:
            return read(checks, *frame.body_as_Pong());
        case fb::Body::GoAway:
            return read(checks, *frame.body_as_GoAway());
        case fb::Body::NONE:
            break;
    }
    checks.malformed("Frame.body_type");
    return {};
}

}  // namespace

Result<Frame> decode(std::string_view bytes) {
    if (bytes.size() > limits::frame_bytes_max) {
        return fail(ErrorCode::request_too_large, "frame");
    }
    const Aligned aligned(bytes);
    flatbuffers::Verifier verifier(
        aligned.data(), aligned.size(), depth_max, tables_max(aligned.size()));
    if (!fb::VerifyFrameBuffer(verifier)) {
        return fail(ErrorCode::request_malformed, "not a frame");
    }
    Checks checks(bytes.size());
    Frame frame = read_body(checks, *fb::GetFrame(aligned.data()), aligned);
    if (auto error = std::move(checks).take_error()) {
        return std::unexpected(*std::move(error));
    }
    return frame;
}

}  // namespace holdfast::wire
