#pragma once

#include <cstddef>
#include <list>
#include <span>
#include <vector>

#include "core/model/row.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t windows_kept_max = 4;        // the one that was read longest ago goes
inline constexpr std::size_t window_rows_kept_max = 256;  // a larger one is read each time
}  // namespace limits

/// The newest rows of the buckets that were looked at last, kept as they were read and changed as
/// the file is: where one message is new, no other is read again.
///
/// Invariants  what find() gives is what the file would. Where a change leaves that open (a row
///             from below would come up), the window is forgotten.
/// Owner       the replica. Threads: the owner's only.
class NewestRows {
public:
    /// The newest `count` of a kind, or as many as there are, newest first. Empty and false: to be
    /// read. Valid until the next change.
    struct Found {
        bool known = false;
        std::span<const Row> rows{};
    };
    [[nodiscard]] Found find(BucketId bucket, RowKind kind, std::size_t count);

    /// What was read for `count`.
    void put(BucketId bucket, RowKind kind, std::size_t count, const std::vector<Row>& rows);

    /// A row that was not there, or stood there otherwise.
    void wrote(BucketId bucket, const RowRef& row);
    void erased(RowKey key);
    /// Rows have changed, who knows which.
    void forget(BucketId bucket);
    void clear() { windows_.clear(); }

private:
    struct Window {
        BucketId bucket;
        RowKind kind{};
        std::size_t count = 0;
        std::vector<Row> rows{};  ///< newest first; fewer than `count`: all that there are

        [[nodiscard]] bool is_whole() const { return rows.size() < count; }
        /// Whether it is still what the file has.
        [[nodiscard]] bool take(const RowRef& row);
        [[nodiscard]] bool take_out(Id id);
    };

    std::list<Window> windows_;  ///< the one that was asked for last first
};

}  // namespace holdfast::client
