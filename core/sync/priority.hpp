#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/sync/bucket_cursor.hpp"

/// What a device pulls first while much is missing, and how the line is shared meanwhile (OM2).
namespace holdfast::sync {

/// Files and pictures would be the fifth: they are brought when a person asks for them, one after
/// the other (client/engine/fetch_driver.hpp), and take no turn here.
enum class Priority : std::uint8_t {
    own,     ///< the user's own bucket: grants and receipts. Strictly first.
    needed,  ///< what the first screens show, and what the open one shows
    active,  ///< the newest messages of the other channels, and what has been said lately
    rest,    ///< everything else
};
inline constexpr std::size_t priorities = 4;

namespace limits {
/// The shares of the bytes that come, while all three have something missing. Own has none: it is
/// first, and small.
inline constexpr std::array<std::uint32_t, priorities> priority_weights{0, 70, 20, 8};
/// Timelines whose newest messages are needed: the ones in which something has happened last.
inline constexpr std::size_t newest_timelines = 20;
/// A channel in which nothing has happened for so long belongs to the rest.
inline constexpr Millis active_within{std::int64_t{30} * 24 * 3600 * 1000};
/// A larger collection or list of tasks waits behind the newest messages of every channel.
inline constexpr std::uint64_t large_bucket_rows = 2'000;
inline constexpr std::uint32_t tail_rows = 30;  // of each timeline, before its history
}  // namespace limits

/// What the order depends on besides the bucket.
struct Attention {
    BucketId raised{};        ///< the timeline on the screen
    WallTime newest_since{};  ///< when something happened in the last of the newest timelines
    WallTime active_since{};  ///< the server's time, less limits::active_within
};

/// The place of a bucket's next want in the order: smaller comes first.
struct Turn {
    Priority priority{};
    std::uint8_t step = 0;   ///< within the priority
    std::int64_t quiet = 0;  ///< less where something has happened later
    BucketId bucket{};

    auto operator<=>(const Turn&) const = default;

    /// Much of one bucket: never in one answer with what a person waits for.
    [[nodiscard]] bool is_bulk() const;
};

/// Whether nothing has happened in it since then. A server that does not say when something has
/// happened means: it may be now.
[[nodiscard]] bool is_quiet(const Bucket& head, WallTime since);

/// Whether the newest rows are asked for before all others.
[[nodiscard]] bool needs_tail(const BucketCursor& cursor);

[[nodiscard]] Turn turn_of(const BucketCursor& cursor, const Attention& attention);

/// Divides the line among the priorities by bytes (start-time fair queuing): whoever has had least
/// for its weight comes next. A priority that had nothing to ask for has saved nothing up; one that
/// has, gets at least its share, whatever the others ask for.
class FairShare {
public:
    using Which = std::array<bool, priorities>;

    /// Who comes next, of those at work: with something missing, asked for already or not.
    /// Own before all others. At least one is at work.
    [[nodiscard]] Priority next(const Which& at_work);

    /// So many bytes were asked for, or came, in its name.
    void charge(Priority priority, std::uint64_t bytes);
    /// Of those, so many did not come.
    void give_back(Priority priority, std::uint64_t bytes);

    /// What of a budget a priority may ask for in one pull while these are at work: less than one
    /// before it, so that it is over soon.
    [[nodiscard]] static std::uint32_t portion(Priority priority,
                                               const Which& at_work,
                                               std::uint32_t budget);

private:
    std::array<std::uint64_t, priorities> had_{};  ///< bytes by weight, scaled
    Which at_work_{};
};

}  // namespace holdfast::sync
