#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "client/replica/replica.hpp"
#include "core/forms/element_index.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t indexes_max = 12;  // the one that was not used for longest goes
}

/// Collections in memory, ready to be searched on every keystroke: made from the replica when they
/// are asked for, and again when their bucket has moved.
///
/// Cost  making one of 50,000 elements reads as many rows; after that a search is a few
///       milliseconds.
class ElementIndexes {
public:
    /// Null where the collection is not on the device as a whole, or is out of use. Valid until the
    /// next call.
    /// Errors  those of Replica.
    [[nodiscard]] Result<const forms::ElementIndex*> find(Replica& replica, Id collection);

    /// The replica is another one.
    void clear() { entries_.clear(); }

private:
    struct Entry {
        BucketId bucket;
        std::uint64_t version = 0;
        std::unique_ptr<forms::ElementIndex> index;  // null: the collection is out of use
        std::uint64_t used = 0;
    };
    std::map<Id, Entry> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace holdfast::client
