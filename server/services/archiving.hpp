#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/row.hpp"
#include "server/services/environment.hpp"
#include "server/services/executor.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

namespace limits {
inline constexpr std::size_t archive_rows_max = 256;   // moved in one transaction, of each kind
inline constexpr std::size_t archive_looks_max = 128;  // channels that are looked at in one
inline constexpr Millis archive_pause{20};           // between two of them: others have their turn
inline constexpr Millis archive_retry{2'000};        // after a transaction that failed
inline constexpr Millis archive_look_every{60'000};  // whether a window has moved
inline constexpr Millis archive_pass_every{60 * 60'000};  // for what was brought in with old times
}  // namespace limits

/// Keeps the rule of the history window (OM14, decision 0042): a channel's timeline has what was
/// said within it, its archive what is older. Where the window grows or ends, rows move back. What
/// moves is deleted here and put there in one transaction. The channels of tasks stay whole.
///
/// Where it has come to is in memory alone: a new one looks at every channel again.
class Archiving {
public:
    Archiving(storage::Storage& storage, Environment& environment)
        : storage_(storage), environment_(environment) {}

    /// Moves what is due, in one transaction within the limits, and says what has changed; an empty
    /// batch where nothing is due. After an error nothing has moved, and it is tried again later.
    /// Errors  those of storage.
    /// Cost    at most archive_rows_max rows of each kind, and three reads of each channel.
    [[nodiscard]] Result<Batch> step();
    [[nodiscard]] Instant next_step() const { return next_; }

    /// Terms may have changed: looks at the next step.
    void wake();

private:
    struct Window {
        bool seen = false;
        WallTime begins{};  ///< 0: there is none
        Instant again{};    ///< when its channels are looked at again
    };
    struct Place {
        Id organization;
        Id channel;
    };
    /// Rows of a channel that belong into its other bucket, so many as one transaction moves.
    struct Misplaced {
        std::vector<Row> old;   ///< in the timeline, before the window
        std::vector<Row> back;  ///< in the archive, within it
        bool all = true;        ///< nothing else is
    };
    [[nodiscard]] Result<> look(Instant now);
    [[nodiscard]] Result<> line_up(Id organization);
    [[nodiscard]] Result<Batch> move_some(std::size_t& finished);
    [[nodiscard]] Result<bool> move_channel(const Place& place, Batch& batch);
    [[nodiscard]] Result<Misplaced> misplaced(const storage::BucketRecord& timeline,
                                              const std::optional<storage::BucketRecord>& archive,
                                              Id organization);
    [[nodiscard]] Result<storage::BucketRecord> make_archive(const storage::BucketRecord& timeline);
    [[nodiscard]] Result<bool> is_task(const storage::BucketRecord& timeline);

    storage::Storage& storage_;
    Environment& environment_;
    std::map<Id, Window> windows_;  ///< by organization
    std::deque<Place> places_;      ///< still to be looked at
    Instant look_at_{};
    Instant next_{};
};

}  // namespace holdfast::services
