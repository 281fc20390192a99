#pragma once

#include <string>
#include <string_view>

#include "core/model/intent.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

// Of an item's column `offered`, persisted.
inline constexpr int offered_no = 0;
inline constexpr int offered_yes = 1;
inline constexpr int offered_lent = 2;

// The first six columns of `item` and of `kept`: an intent as it is stored. Inside client/outbox
// only.

/// Binds ?1 to ?6 of a statement that has been reset; `intent` must outlive its run.
inline sqlite::Statement& bind_intent(sqlite::Statement& statement, const Intent& intent) {
    return statement.bind(1, intent.id.value)
        .bind(2, intent.lane.value)
        .bind(3, static_cast<int>(intent.kind))
        .bind(4, static_cast<int>(intent.version))
        .bind(5, std::string_view(intent.args))
        .bind(6, intent.claimed_at.ms);
}

/// The intent of the row that a statement stands on.
inline Intent read_intent(const sqlite::Statement& row) {
    return {.id = Id{row.unsigned_integer(0)},
            .lane = Id{row.unsigned_integer(1)},
            .kind = static_cast<IntentKind>(row.integer(2)),
            .version = static_cast<std::uint16_t>(row.integer(3)),
            .args = std::string(row.text(4)),
            .claimed_at = WallTime{row.integer(5)}};
}

}  // namespace holdfast::client
