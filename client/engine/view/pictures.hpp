#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/outbox/outbox.hpp"
#include "client/replica/replica.hpp"

namespace holdfast::client {

namespace limits {
inline constexpr std::size_t picture_timelines_max = 2'000;         // of a group, the newest
inline constexpr std::size_t pictures_of_timeline_max = 200;        // the newest
inline constexpr std::int64_t picture_bytes_max = 8 * 1024 * 1024;  // larger: not fetched
}  // namespace limits

/// The pictures of a timeline that the server has: which of them this device has, and which not.
struct Pictures {
    struct Missing {
        Id channel{};
        FileClaim claim{};
    };
    std::size_t have = 0;
    std::int64_t bytes = 0;  ///< of the missing ones
    std::vector<Missing> missing{};
    std::size_t too_large = 0;  ///< beyond limits::picture_bytes_max: with a connection only
};

/// How far the pictures have come that the person wants here.
struct Fetching {
    std::size_t files = 0;              ///< still to come
    std::int64_t bytes = 0;             ///< of those
    std::int64_t bytes_per_second = 0;  ///< of the last piece; 0: none has come
    bool is_full = false;               ///< there was no room for more
};

/// Those of one timeline, the newest limits::pictures_of_timeline_max of them.
/// Cost  a pass over its file rows. Errors  those of Replica.
[[nodiscard]] Result<Pictures> pictures_of(Replica& replica,
                                           const std::map<Id, Outbox::File>& here,
                                           const sync::BucketCursor& timeline);

/// The timelines of a group, the newest limits::picture_timelines_max of them, newest first.
[[nodiscard]] std::vector<const sync::BucketCursor*> newest_timelines(Replica& replica, Id group);

}  // namespace holdfast::client
