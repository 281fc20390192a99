#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/bucket.hpp"
#include "core/model/row.hpp"
#include "core/model/sort_key.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::client {

namespace limits {
/// Of all rows that are held. Beyond it those of channels that are not on the screen go first; then
/// nothing more is asked for.
inline constexpr std::size_t older_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t older_row_bytes = 200;     // a row counts its body and this
inline constexpr std::size_t older_messages_each = 50;  // asked for at once
inline constexpr Millis older_kept{30'000};  // after a channel was left: for an answer and back
}  // namespace limits

/// Messages older than a phone's history window, which it has asked the server for (OM14, decision
/// 0044). In memory alone: what is here goes with the process, and some time after its channel has
/// left the screen.
///
///     idle ── ask() ──► under_way ── take() ──► idle
///       ▲                   └─ give_up() ─► failed ── ask() ──► under_way
///
/// Invariants  What is held of a channel goes on without a gap where the phone's own messages
///             begin; where that cannot be known any more it is dropped.
/// Owner       the device. Threads: the owner's only.
class OlderMessages {
public:
    enum class Asking : std::uint8_t { idle, under_way, failed };

    struct Held {
        std::optional<Bucket> archive;       ///< where the server has what is older, once known
        std::set<BucketId> buckets;          ///< that rows have come from
        std::map<RowKey, Row> rows;          ///< messages, their answers and files
        std::map<SortKey, RowKey> messages;  ///< of them, as they are read
        SortKey joint;                       ///< they go on before this message of the phone's own
        bool complete = false;               ///< nothing is older
        Asking asking = Asking::idle;
        std::int64_t wish = 0;  ///< whose answer is waited for
        std::size_t bytes = 0;
        std::optional<Instant> drop_at;  ///< it is not on the screen
    };
    /// Null where nothing was asked for; valid until the next change.
    [[nodiscard]] const Held* find(Id channel) const;
    /// Whether what is on the screen has reached the limit.
    [[nodiscard]] bool is_full() const;

    // ------------------------------------------------------------------ rows

    [[nodiscard]] std::optional<Row> find(RowKey key) const;
    [[nodiscard]] std::optional<Row> message(Id channel, Id id) const;
    /// Messages before a place and behind it, nearest first; the place is in neither.
    [[nodiscard]] std::vector<Row> before(Id channel, SortKey place, std::size_t count) const;
    [[nodiscard]] std::vector<Row> after(Id channel, SortKey place, std::size_t count) const;

    // ------------------------------------------------------------------ asking

    struct Wish {
        std::int64_t number = 0;
        std::optional<SortKey> before;  ///< nothing: the newest
    };
    /// What to ask the server for. Nothing where that is under way, all is here, or there is no
    /// room.
    /// @param oldest_kept  the place of the oldest message of the phone's own, if it has any.
    [[nodiscard]] std::optional<Wish> ask(Id channel, std::optional<SortKey> oldest_kept);
    /// Takes an answer in: pages of the channel's buckets. One that nobody waits for any more is
    /// left out.
    /// Errors  request_malformed: it is none; nothing of it is held.
    [[nodiscard]] Result<> take(Id channel, std::int64_t wish, std::string_view frames);
    void give_up(Id channel, std::int64_t wish);

    // ------------------------------------------------------------------ what changes elsewhere

    /// Drops what does not go on at the oldest message of the phone's own any more: that one has
    /// left the window meanwhile.
    void join(Id channel, std::optional<SortKey> oldest_kept);
    /// The server has applied what was done here to a row.
    void adopt(const RowChange& change);
    /// The channels that are on the screen.
    void show(const std::set<Id>& channels, Instant now);
    /// Drops what has been off the screen for limits::older_kept; whether there was any.
    bool pass_time(Instant now);
    [[nodiscard]] std::optional<Instant> next_deadline() const;
    void drop(Id channel) { held_.erase(channel); }
    void clear() { held_.clear(); }

private:
    void make_room();

    std::map<Id, Held> held_;  ///< by channel
    std::int64_t wishes_ = 0;
};

}  // namespace holdfast::client
