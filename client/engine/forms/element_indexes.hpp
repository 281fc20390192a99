#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "client/replica/replica.hpp"
#include "core/forms/definition.hpp"
#include "core/forms/element_index.hpp"

namespace holdfast::client {

namespace limits {
// The one that was not used for longest goes.
inline constexpr std::size_t indexes_max = 12;        // of collections
inline constexpr std::size_t people_indexes_max = 4;  // of choices from users
}  // namespace limits

/// Collections, and the people that may be chosen, in memory and ready to be searched on every
/// keystroke: made from the replica when they are asked for, and again when their bucket has moved.
///
/// Cost  making one of 50,000 elements reads as many rows; after that a search is a few
///       milliseconds.
class ElementIndexes {
public:
    /// Null where the collection is not on the device as a whole, or is out of use. Valid until the
    /// next call.
    /// Errors  those of Replica.
    [[nodiscard]] Result<const forms::ElementIndex*> find(Replica& replica, Id collection);

    /// The people whom a component offers to the user, as elements whose code is the job. Null
    /// before the directory is here. Valid until the next call.
    /// Errors  those of Replica.
    [[nodiscard]] Result<const forms::ElementIndex*> find_people(Replica& replica,
                                                                 Id user,
                                                                 const forms::FromUsers& among);

    /// The replica is another one.
    void clear() {
        entries_.clear();
        people_.clear();
    }

private:
    struct Entry {
        BucketId bucket;
        std::uint64_t version = 0;
        std::unique_ptr<forms::ElementIndex> index;  // null: the collection is out of use
        std::uint64_t used = 0;
    };
    using Circle = std::tuple<Id, forms::FromUsers::Among, std::string>;  // user, and job

    std::map<Id, Entry> entries_;
    std::map<Circle, Entry> people_;
    std::uint64_t uses_ = 0;
};

}  // namespace holdfast::client
