#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/sort_key.hpp"
#include "core/wire/codec.hpp"
#include "server/services/access.hpp"
#include "server/services/limits.hpp"
#include "server/storage/common/storage.hpp"

/// Messages that a phone does not keep, for somebody who scrolls up to them (OM14, decision 0044).
namespace holdfast::services {

struct OlderWanted {
    Id channel{};
    SortKey before{};  ///< behind all messages: the newest
    std::size_t messages = limits::older_messages_default;
};

/// Reads {"channel":"41","before":{"sort":1700000000000,"id":"7"},"messages":50}; the last two may
/// be absent.
/// Errors  request_malformed.
[[nodiscard]] Result<OlderWanted> parse_older_wanted(std::string_view json);

/// The messages of a channel before a place, wherever they stand: its timeline, and what is older
/// than the history window. With each come its answer and its files. Who may read the timeline may
/// read what has left it, on a phone too.
/// @returns pages of mode `tail`, each behind its size: one for each bucket that has some, at least
///          one. Messages stand newest first. The last page is `complete` where nothing is older.
/// Errors   access_forbidden, also where there is no such channel · those of storage.
/// Bounds   `wanted.messages`, and `body_bytes` of bodies: the newest message comes whatever its
///          size, and what belongs to it as far as there is room.
[[nodiscard]] Result<wire::Bytes> older_messages(storage::Storage& storage,
                                                 const Keys& keys,
                                                 const OlderWanted& wanted,
                                                 std::size_t body_bytes);

}  // namespace holdfast::services
