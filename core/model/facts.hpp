#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/model/body.hpp"
#include "core/model/fact_cache.hpp"
#include "core/model/world.hpp"

/// What the rules look up before they decide. For core/model and core/rules only.
namespace holdfast::facts {

/// A row with its body read.
template <class T>
struct Known {
    RowKey key;
    std::int64_t sort = 0;
    T value;
};

template <class T>
using Found = Result<std::optional<Known<T>>>;

/// A body as a value, from the world's cache where the same bytes were read before.
template <class T>
[[nodiscard]] Result<T> value_of(const World& world,
                                 RowKey key,
                                 std::string_view body,
                                 Result<T> (*parse)(std::string_view)) {
    if constexpr (FactCache::keeps<T>) {
        if (FactCache* cache = world.fact_cache()) {
            if (const T* known = cache->find<T>(key, body)) {
                return *known;
            }
            HF_TRY(T read, parse(body));
            cache->put(key, body, read);
            return read;
        }
    }
    return parse(body);
}

/// The row of this key, read by `parse`. A stored body that cannot be read is `storage_corrupt`:
/// the fault is not the intent's.
template <class T>
[[nodiscard]] Found<T> find(const World& world, RowKey key, Result<T> (*parse)(std::string_view)) {
    HF_TRY(std::optional<Row> row, world.find(key));
    if (!row || row->body.empty()) {
        return std::nullopt;
    }
    Result<T> value = value_of(world, key, row->body, parse);
    if (!value) {
        return fail(ErrorCode::storage_corrupt,
                    "row " + to_string(key.id) + ": " + std::move(value).error().detail);
    }
    return Known<T>{key, row->sort, *std::move(value)};
}

/// The same in the bucket of this kind and owner; nothing where the world does not hold the bucket.
template <class T>
[[nodiscard]] Found<T> find_in(const World& world,
                               std::pair<BucketKind, Id> bucket,
                               std::pair<RowKind, Id> row,
                               Result<T> (*parse)(std::string_view)) {
    HF_TRY(const std::optional<Bucket> held, world.bucket(bucket.first, bucket.second));
    if (!held) {
        return std::nullopt;
    }
    return find(world, RowKey{held->id, row.first, row.second}, parse);
}

/// Where what was said in a channel stands: its timeline, or the archive for what is older than the
/// history window (decision 0042). Whoever has only an id looks in both, in this order.
inline constexpr BucketKind places_of_messages[] = {BucketKind::timeline, BucketKind::archive};

/// A message, an answer or a file of a channel, wherever it stands; nothing where the
/// world does not hold it.
[[nodiscard]] Result<std::optional<std::pair<RowKey, Row>>> find_said(const World& world,
                                                                      Id channel,
                                                                      RowKind kind,
                                                                      Id id);

[[nodiscard]] Found<body::User> user(const World& world, Id user);
[[nodiscard]] Found<body::Group> group(const World& world, Id group);
[[nodiscard]] Found<body::Channel> channel(const World& world, Id channel);
[[nodiscard]] Found<body::Member> member(const World& world, Id channel, Id user);
[[nodiscard]] Found<body::Message> message(const World& world, Id channel, Id message);

/// Whether the user's own bucket holds a grant for this target, which is a channel or else a group.
[[nodiscard]] Result<bool> has_grant(const World& world, Id user, Id target, bool is_channel);

/// The user, if active.  Errors  access_forbidden.
[[nodiscard]] Result<Known<body::User>> active_user(const World& world, Id user);

/// The user, if active and allowed to change anything.
/// Errors  access_forbidden · access_read_only.
[[nodiscard]] Result<Known<body::User>> writing_user(const World& world, Id user);

/// The channel, if the user may read it.  Errors  access_forbidden.
[[nodiscard]] Result<Known<body::Channel>> readable_channel(const World& world,
                                                            Id user,
                                                            Id channel);

/// The bucket's id.  Errors  intent_gone where the world does not hold it.
[[nodiscard]] Result<BucketId> bucket_of(const World& world, BucketKind kind, Id owner);

/// "Ana Rojas".
[[nodiscard]] std::string full_name(const body::User& user);

}  // namespace holdfast::facts
