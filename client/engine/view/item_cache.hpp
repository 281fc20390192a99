#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "core/base/id.hpp"
#include "core/base/sum.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t items_cached_max = 1000;  // beyond: all are made again
}  // namespace limits

/// Items of messages as they were shown last: of a window in which one message is new, one item is
/// made. Most of the time of a snapshot is the reading and writing of JSON.
///
/// Invariants  An item is used again only if all that it was made from is still the same, compared
///             by content. Items that quote others, or over which something waits, are not kept.
/// Owner       the live queries. Threads: the owner's only.
class ItemCache {
public:
    struct Item {
        // --- what it was made from
        std::string body;
        std::int64_t sort = 0;
        Id self;                 ///< who looks at it
        Sum people;              ///< of the directory: the names
        bool deletable = false;  ///< own, and not deleted
        bool can_delete = false;
        // ---
        std::string json;
    };

    /// Null where it is not here; valid until the next put().
    [[nodiscard]] const Item* find(Id message) const {
        const auto found = items_.find(message);
        return found == items_.end() ? nullptr : &found->second;
    }
    void put(Id message, Item item) {
        if (items_.size() >= limits::items_cached_max) {
            items_.clear();
        }
        items_.insert_or_assign(message, std::move(item));
    }
    void clear() {
        items_.clear();
        authors_.clear();
    }

    struct Author {
        std::string name;
        std::string json;
    };
    /// Who wrote messages, as the directory of this sum names them; the caller adds who is missing.
    [[nodiscard]] std::map<Id, Author>& authors(Sum people) {
        if (people != people_ || authors_.size() >= limits::items_cached_max) {
            authors_.clear();
            people_ = people;
        }
        return authors_;
    }

private:
    std::map<Id, Item> items_;
    std::map<Id, Author> authors_;
    Sum people_;
};

}  // namespace holdfast::client
