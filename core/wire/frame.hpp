#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/id.hpp"
#include "core/base/sum.hpp"
#include "core/base/time.hpp"
#include "core/model/bucket.hpp"
#include "core/model/intent.hpp"
#include "core/model/range.hpp"
#include "core/model/row.hpp"

/// The frames of spec/sync.fbs as values. core/wire/codec.hpp turns them into bytes and back.
namespace holdfast::wire {

/// Version of the contract that this build speaks; spec/protocol.toml has the history.
inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::uint32_t protocol_oldest_accepted = 1;

enum class DeviceClass : std::uint8_t { mobile = 1, desktop = 2 };
enum class PullMode : std::uint8_t { tail = 1, snapshot = 2, delta = 3, sums = 4, range = 5 };
enum class Contact : std::uint8_t { online = 1, away = 2, offline = 3 };

/// Where a device stands in a bucket that it holds completely.
struct Cursor {
    BucketId bucket{};
    std::uint32_t epoch = 0;
    std::uint64_t version = 0;
    Sum sum{};
};

struct Hello {
    std::uint32_t protocol = protocol_version;
    std::string token{};
    DeviceNumber device = 0;
    std::uint64_t salt = 0;
    std::string app_version{};
    DeviceClass device_class = DeviceClass::mobile;
    std::vector<Cursor> cursors{};
    std::uint32_t waiting = 0;
    std::string resume{};         ///< sealed bytes of the last Welcome
    std::optional<Sum> digest{};  ///< of all cursors, which are left out then: a short greeting
};

struct Push {
    std::vector<Intent> intents{};
};

struct Want {
    BucketId bucket{};
    PullMode mode = PullMode::delta;
    std::uint32_t epoch = 0;
    std::uint64_t from = 0;
    RowKind after_kind{};
    Id after_id{};
    std::uint32_t limit = 0;
    KeyRange range{};
    bool segments = false;  ///< snapshot: a Segment does in place of pages
};

struct Pull {
    std::vector<Want> wants{};
    std::uint32_t bytes = 0;
};

struct Ping {
    std::uint64_t nonce = 0;
};

struct Welcome {
    std::uint32_t protocol = protocol_version;
    WallTime server_time{};
    Id user{};
    Id organization{};
    std::uint64_t salt = 0;
    DeviceNumber device = 0;
    std::string policy{};  ///< JSON of body::OfflinePolicy
    std::vector<Bucket> heads{};
    std::uint32_t exact = 0;
    std::vector<BucketId> revoked{};
    std::string resume{};  ///< sealed bytes for the next Hello
};

struct Again {};

struct Heads {
    std::vector<Bucket> heads{};
};

struct Revoke {
    std::vector<BucketId> buckets{};
};

/// Rows of one bucket. Decoded rows borrow from the frame's bytes.
struct Page {
    Bucket head{};
    PullMode mode = PullMode::delta;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    RowKind after_kind{};
    Id after_id{};
    bool complete = false;
    std::vector<RowRef> rows{};
    KeyRange range{};
};

/// Sums of neighbouring ranges of one bucket, from `after` on.
struct Sums {
    Bucket head{};
    RowPlace after{};
    std::vector<RangeSum> ranges{};
};

/// In place of the pages of a snapshot: parts that were made once, to be fetched one by one.
struct Segment {
    BucketId bucket{};
    std::uint64_t as_of = 0;
    std::uint32_t first = 0;  ///< the part that goes on where the want stands; below `parts`
    std::uint32_t parts = 0;
    std::string address{};  ///< a path of the same server; "/" and the part's number follow
};

struct Unwanted {
    BucketId bucket{};
    ErrorCode code{};
};

struct Outcomes {
    std::vector<Outcome> outcomes{};
};

struct Presence {
    struct Entry {
        Id user{};
        Contact state = Contact::offline;
    };
    std::vector<Entry> contacts{};
};

struct Pong {
    std::uint64_t nonce = 0;
    WallTime server_time{};
};

struct GoAway {
    ErrorCode code{};
    std::string detail{};
    Millis retry_after{};
};

using Frame = std::variant<Hello,
                           Push,
                           Pull,
                           Ping,
                           Welcome,
                           Again,
                           Heads,
                           Revoke,
                           Page,
                           Sums,
                           Unwanted,
                           Outcomes,
                           Presence,
                           Pong,
                           GoAway,
                           Segment>;

}  // namespace holdfast::wire
