#include "client/engine/view/older_messages.hpp"

#include <limits>
#include <utility>

#include "core/base/deadline.hpp"
#include "core/wire/codec.hpp"

namespace holdfast::client {
namespace {

constexpr SortKey behind_all{std::numeric_limits<std::int64_t>::max(), Id{}};

std::size_t bytes_of(const Row& row) {
    return limits::older_row_bytes + row.body.size();
}

bool is_held(RowKind kind) {
    return kind == RowKind::message || kind == RowKind::answer || kind == RowKind::file;
}

bool is_of(const wire::Page& page, Id channel) {
    const bool has_messages =
        page.head.kind == BucketKind::timeline || page.head.kind == BucketKind::archive;
    return has_messages && page.head.owner == channel && page.mode == wire::PullMode::tail;
}

/// Adds the rows of a page.  Errors  request_malformed: not what was asked for.
Result<> add_page(OlderMessages::Held& held, const wire::Page& page, SortKey before) {
    held.buckets.insert(page.head.id);
    if (page.head.kind == BucketKind::archive) {
        held.archive = page.head;
    }
    for (const RowRef& from : page.rows) {
        const SortKey place{from.sort, from.id};
        const bool is_message = from.kind == RowKind::message;
        if (!is_held(from.kind) || from.deleted() || (is_message && place >= before)) {
            return fail(ErrorCode::request_malformed, "a row that was not asked for");
        }
        Row row{.kind = from.kind,
                .id = from.id,
                .version = from.version,
                .sort = from.sort,
                .body = std::string(from.body)};
        const RowKey key{page.head.id, row.kind, row.id};
        held.bytes += bytes_of(row);
        if (is_message) {
            held.messages.insert_or_assign(place, key);
        }
        held.rows.insert_or_assign(key, std::move(row));
    }
    held.complete = page.complete;
    return {};
}

}  // namespace

const OlderMessages::Held* OlderMessages::find(Id channel) const {
    const auto found = held_.find(channel);
    return found == held_.end() ? nullptr : &found->second;
}

bool OlderMessages::is_full() const {
    std::size_t shown = 0;
    for (const auto& [channel, held] : held_) {
        shown += held.drop_at ? 0 : held.bytes;
    }
    return shown >= limits::older_bytes_max;
}

// ---------------------------------------------------------------------------- rows

std::optional<Row> OlderMessages::find(RowKey key) const {
    for (const auto& [channel, held] : held_) {
        const auto found = held.rows.find(key);
        if (found != held.rows.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

std::optional<Row> OlderMessages::message(Id channel, Id id) const {
    const Held* held = find(channel);
    if (held == nullptr) {
        return std::nullopt;
    }
    for (const BucketId bucket : held->buckets) {
        const auto found = held->rows.find({bucket, RowKind::message, id});
        if (found != held->rows.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

std::vector<Row> OlderMessages::before(Id channel, SortKey place, std::size_t count) const {
    std::vector<Row> rows;
    const Held* held = find(channel);
    if (held == nullptr) {
        return rows;
    }
    auto at = held->messages.lower_bound(place);
    while (at != held->messages.begin() && rows.size() < count) {
        --at;
        rows.push_back(held->rows.at(at->second));
    }
    return rows;
}

std::vector<Row> OlderMessages::after(Id channel, SortKey place, std::size_t count) const {
    std::vector<Row> rows;
    const Held* held = find(channel);
    if (held == nullptr) {
        return rows;
    }
    auto at = held->messages.upper_bound(place);
    for (; at != held->messages.end() && rows.size() < count; ++at) {
        rows.push_back(held->rows.at(at->second));
    }
    return rows;
}

// ---------------------------------------------------------------------------- asking

std::optional<OlderMessages::Wish> OlderMessages::ask(Id channel,
                                                      std::optional<SortKey> oldest_kept) {
    join(channel, oldest_kept);
    make_room();
    const auto [at, is_new] = held_.try_emplace(channel);
    Held& held = at->second;
    if (is_new) {
        held.joint = oldest_kept.value_or(behind_all);
    }
    if (held.asking == Asking::under_way || held.complete || is_full()) {
        return std::nullopt;
    }
    held.asking = Asking::under_way;
    held.wish = ++wishes_;
    const SortKey before = held.messages.empty() ? held.joint : held.messages.begin()->first;
    return Wish{.number = held.wish,
                .before = before == behind_all ? std::nullopt : std::optional(before)};
}

Result<> OlderMessages::take(Id channel, std::int64_t wish, std::string_view frames) {
    const auto at = held_.find(channel);
    if (at == held_.end() || at->second.wish != wish) {
        return {};
    }
    Held& held = at->second;
    const SortKey before = held.messages.empty() ? held.joint : held.messages.begin()->first;
    Held came;
    wire::FrameReader reader(frames);
    for (;;) {
        HF_TRY(const auto bytes, reader.next());
        if (!bytes) {
            break;
        }
        HF_TRY(const wire::Frame frame, wire::decode(*bytes));
        const auto* page = std::get_if<wire::Page>(&frame);
        if (page == nullptr || !is_of(*page, channel)) {
            return fail(ErrorCode::request_malformed, "not older messages");
        }
        HF_CHECK(add_page(came, *page, before));
    }
    // One that says that there is more, and has nothing, would be asked for without end.
    if (!reader.at_end() || (came.messages.empty() && !came.complete)) {
        return fail(ErrorCode::request_malformed, "no older messages");
    }
    held.asking = Asking::idle;
    held.complete = came.complete;
    held.archive = came.archive ? came.archive : held.archive;
    held.bytes += came.bytes;
    held.buckets.merge(came.buckets);
    held.messages.merge(came.messages);
    held.rows.merge(came.rows);
    return {};
}

void OlderMessages::give_up(Id channel, std::int64_t wish) {
    const auto at = held_.find(channel);
    if (at != held_.end() && at->second.wish == wish) {
        at->second.asking = Asking::failed;
    }
}

// ---------------------------------------------------------------------------- what changes

void OlderMessages::join(Id channel, std::optional<SortKey> oldest_kept) {
    const auto at = held_.find(channel);
    if (at == held_.end()) {
        return;
    }
    SortKey& joint = at->second.joint;
    const SortKey oldest = oldest_kept.value_or(behind_all);
    if (joint == behind_all) {
        joint = oldest;  // the first that the phone keeps
    } else if (joint < oldest) {
        held_.erase(at);
    }
}

void OlderMessages::adopt(const RowChange& change) {
    for (auto& [channel, held] : held_) {
        const auto found = held.rows.find(change.key);
        if (found != held.rows.end() && !change.deletes()) {
            held.bytes -= found->second.body.size();
            held.bytes += change.body.size();
            found->second.body = change.body;
        }
    }
}

void OlderMessages::show(const std::set<Id>& channels, Instant now) {
    for (auto& [channel, held] : held_) {
        if (channels.contains(channel)) {
            held.drop_at.reset();
        } else if (!held.drop_at) {
            held.drop_at = now + limits::older_kept;
        }
    }
}

bool OlderMessages::pass_time(Instant now) {
    return std::erase_if(held_, [now](const auto& entry) {
               const auto& at = entry.second.drop_at;
               return at && *at <= now;
           }) > 0;
}

std::optional<Instant> OlderMessages::next_deadline() const {
    std::optional<Instant> deadline;
    for (const auto& [channel, held] : held_) {
        deadline = earliest({deadline, held.drop_at});
    }
    return deadline;
}

void OlderMessages::make_room() {
    std::size_t bytes = 0;
    for (const auto& [channel, held] : held_) {
        bytes += held.bytes;
    }
    if (bytes >= limits::older_bytes_max) {
        std::erase_if(held_, [](const auto& entry) { return entry.second.drop_at.has_value(); });
    }
}

}  // namespace holdfast::client
