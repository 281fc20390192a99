#pragma once

#include <string_view>

#include "client/outbox/intent_table.hpp"
#include "client/outbox/outbox.hpp"

/// What is told of actions that are done, until the person has read it: they are no work, and
/// nothing of them is to be sent. Inside client/outbox only.
namespace holdfast::client {

namespace limits {
/// Of what was done otherwise than asked, and not read: beyond it the oldest are told no more.
inline constexpr std::size_t adjusted_max = 200;
/// Actions behind which a routine has failed: beyond it the oldest are told no more.
inline constexpr std::size_t failed_runs_max = 1'000;
/// Routines of one action that are told; the channel tells of all.
inline constexpr std::size_t failed_routines_max = 16;
}  // namespace limits

/// Actions that the server has done otherwise than they were asked for.
struct AdjustedIntents {
    using Row = Outbox::Item;
    static constexpr std::string_view name = "adjusted";
    static constexpr std::size_t rows_max = limits::adjusted_max;
    /// Made at every opening: files of before it did not have it.
    static constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS adjusted (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    args TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    code INTEGER NOT NULL,
    detail TEXT NOT NULL
);
)sql";

    static Row row_of(const Intent& intent, const Outcome& outcome);
    static const Intent& intent_of(const Row& row) { return row.intent; }
    static Row read(const sqlite::Statement& row);
    static Result<> put(sqlite::Statement& statement, const Row& row);
};

/// Routines that have failed behind actions of this device (OM28): known also once they were read,
/// so that a replica that comes anew tells nothing twice.
struct FailedRuns {
    using Row = Outbox::Failed;
    static constexpr std::string_view name = "failed_run";
    static constexpr std::size_t rows_max = limits::failed_runs_max;
    /// Made at every opening: files of before it did not have it.
    static constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS failed_run (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    args TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    routines TEXT NOT NULL,
    is_read INTEGER NOT NULL
);
)sql";

    static const Intent& intent_of(const Row& row) { return row.item.intent; }
    static Row read(const sqlite::Statement& row);
    static Result<> put(sqlite::Statement& statement, const Row& row);
};

}  // namespace holdfast::client
