#pragma once

#include <map>
#include <optional>

#include "client/outbox/outbox.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

namespace limits {
/// Actions behind which a routine has failed: beyond it the oldest are told no more.
inline constexpr std::size_t failed_runs_max = 1'000;
/// Routines of one action that are told; the channel tells of all.
inline constexpr std::size_t failed_routines_max = 16;
}  // namespace limits

/// Routines that have failed behind actions of this device (OM28): told until the person has read
/// it, and known afterwards, so that a replica that comes anew tells nothing twice. Inside
/// client/outbox only.
class FailedRuns {
public:
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

    [[nodiscard]] static Result<FailedRuns> open(sqlite::Database& database);

    [[nodiscard]] const std::map<Id, Outbox::Failed>& all() const { return all_; }
    /// What is known of an action once this routine of it has failed too; nothing: it is no news,
    /// or more than is told.
    [[nodiscard]] std::optional<Outbox::Failed> with(const Intent& intent,
                                                     const Outbox::FailedRoutine& routine) const;

    /// Inside a transaction of the caller; remember() once it is committed.
    [[nodiscard]] Result<> write(const Outbox::Failed& failed);
    void remember(Outbox::Failed failed);
    void clear() { all_.clear(); }

private:
    sqlite::Statement put_;
    sqlite::Statement erase_;
    std::map<Id, Outbox::Failed> all_;
};

}  // namespace holdfast::client
