#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/bucket.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::services {

using storage::BucketRecord;

/// The ids whose holders may read a bucket, 0 where there is no second: the one place where that
/// rule stands (OM5).
///
/// A user holds the own id, the organization's id, and the ids of granted groups and channels.
/// user bucket: the user · directory, forms, collection: the organization · group: the group ·
/// channel, timeline and archive: the channel, and its group too if the channel is open.
[[nodiscard]] std::array<Id, 2> openers_of(const BucketRecord& record);

/// The buckets of the organizations in use, in memory, at their committed heads. Rebuilt from the
/// tables at any time; whoever commits says what has moved.
class BucketIndex {
public:
    explicit BucketIndex(storage::Storage& storage) : storage_(storage) {}

    struct Difference {
        std::vector<Bucket> moved;  ///< new heads, ascending
        bool shape = false;         ///< buckets were made or lost, or became open or private
    };

    /// Loads the organization if it is not there.  Cost  O(its buckets), once, and a row of each
    /// timeline.
    [[nodiscard]] Result<> ensure(Id organization);

    /// Reads the organization again and says what differs.
    [[nodiscard]] Result<Difference> reload(Id organization);

    /// A bucket is new, or has moved at this time; nothing: it has moved, but nothing has happened
    /// in it. Ignored where its organization is not in use.
    void put(const BucketRecord& record, std::optional<WallTime> happened);

    [[nodiscard]] const BucketRecord* find(BucketId bucket) const;

    /// Null where the organization is not in use.
    [[nodiscard]] const BucketRecord* directory_of(Id organization) const;

    /// The bucket's head as it counts in a digest (core/sync/digest.hpp), kept as it moves; zero
    /// where it is not known.
    [[nodiscard]] Sum digest_of(BucketId bucket) const;

    /// Buckets that the holder of this id may read, ascending.
    [[nodiscard]] const std::set<BucketId>& opened_by(Id key) const;

    /// Forgets every organization but these.
    void keep_only(const std::set<Id>& organizations);

private:
    struct Entry {
        BucketRecord record;
        Sum digest{};
    };
    [[nodiscard]] static Entry make_entry(const BucketRecord& record);
    /// When the newest message of a timeline was made.  Cost  a read of one row.
    [[nodiscard]] Result<> note_activity(Bucket& head);
    void insert(const BucketRecord& record);
    void erase(BucketId bucket);

    storage::Storage& storage_;
    std::map<Id, std::set<BucketId>> organizations_;
    std::unordered_map<BucketId, Entry> records_;
    std::unordered_map<Id, std::set<BucketId>> opened_by_;
};

}  // namespace holdfast::services
