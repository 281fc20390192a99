#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "core/base/id.hpp"

namespace holdfast {

/// What a row is. Persisted and on the wire since version 1. A device keeps rows of kinds that it
/// does not know, so that an update of the app shows them without a download.
enum class RowKind : std::uint8_t {
    organization = 1,
    user = 2,
    role = 3,
    group = 4,
    channel = 5,
    member = 6,     ///< id: the user
    message = 7,    ///< sort: server time of its arrival, Unix milliseconds
    grant = 8,      ///< id: the group or channel that it opens
    read_mark = 9,  ///< id: the channel
    receipt = 10,   ///< id: the intent
    form = 11,
    form_version = 12,  ///< never changed
    collection = 13,
    element = 14,
    answer = 15,      ///< id: the intent that sent it; sort: as its message
    task_group = 20,  ///< id: the group
    workflow = 21,
    task = 22,         ///< id: the intent that began it, as of its channel; sort: its serial number
    history = 23,      ///< of the task with the channel's id; sort: server time of its arrival
    task_view = 24,    ///< id: the intent that saved it first; in a user's bucket, or the group's
    bots = 25,         ///< id: the channel, group or organization that has them
    entitlement = 26,  ///< id: the organization; in its directory
    file = 30,         ///< id: minted with the intent that claims it; sort: as its message
};
inline constexpr RowKind last_row_kind = RowKind::file;

/// Identity of a row. Rows are clustered by this order on both sides.
struct RowKey {
    BucketId bucket{};
    RowKind kind{};
    Id id{};
    constexpr auto operator<=>(const RowKey&) const = default;
};

/// A row as it is stored: the engine's own columns, and a JSON body that the sync path never reads.
struct Row {
    RowKind kind{};
    Id id{};
    std::uint64_t version = 0;
    std::int64_t sort = 0;
    std::string body{};
};

/// The same, borrowing its body from a frame or a database page: valid as long as that is.
/// An empty body means that the row was deleted at `version`.
struct RowRef {
    RowKind kind{};
    Id id{};
    std::uint64_t version = 0;
    std::int64_t sort = 0;
    std::string_view body;
    [[nodiscard]] bool deleted() const { return body.empty(); }
};

/// What an intent does to one row. The version is given by the storage at commit.
struct RowChange {
    RowKey key{};
    std::int64_t sort = 0;
    std::string body{};  ///< empty: delete
    [[nodiscard]] bool deletes() const { return body.empty(); }
};

}  // namespace holdfast
