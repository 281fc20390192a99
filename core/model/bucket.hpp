#pragma once

#include <cstdint>

#include "core/base/id.hpp"
#include "core/base/sum.hpp"
#include "core/base/time.hpp"

namespace holdfast {

/// What a bucket holds. A row lives in exactly one bucket; a bucket is what may be read as a whole
/// or not at all. Persisted and on the wire since version 1: values are never reused.
enum class BucketKind : std::uint8_t {
    user = 1,       ///< owner: a user. Grants, read marks, receipts. Read by that user only.
    directory = 2,  ///< owner: the organization. Organization, users, roles. Read by all its users.
    group = 3,      ///< owner: a group. The group's own row, its workflows.
    channel = 4,    ///< owner: a channel; parent: its group. The channel's row and its members.
    timeline = 5,   ///< owner: a channel; parent: its group. Messages, answers, task's history.
    forms = 6,      ///< owner: the organization. Forms and their versions. Read by all its users.
    collection = 7,  ///< owner: a collection. Its row, its elements. Read by all users.
    archive = 8,     ///< as timeline: what is older than the history window. Not served to phones.
    tasks = 10,      ///< owner: a group. Its tasks. Read by those who read the group.
};

/// Whether messages of a channel are in it.
[[nodiscard]] constexpr bool is_of_messages(BucketKind kind) {
    return kind == BucketKind::timeline || kind == BucketKind::archive;
}

/// Where a bucket stands: all that a device and the server compare.
///
/// `version` is dense and in commit order: every change of a row takes the next one, so a bucket at
/// version v with the same sum is the same everywhere.
struct Bucket {
    BucketId id{};
    BucketKind kind{};
    Id owner{};
    Id parent{};
    std::uint32_t segment = 0;
    std::uint32_t epoch = 0;
    std::uint64_t version = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    Sum sum{};
    std::uint64_t horizon = 0;  ///< tombstones of versions up to here are gone
    /// Of a timeline, when something happened in it last; 0: not known. A hint of what a person
    /// needs first: it is neither stored nor compared.
    WallTime active_at{};
};

}  // namespace holdfast
