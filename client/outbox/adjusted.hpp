#pragma once

#include <cstdint>
#include <map>

#include "client/outbox/outbox.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

namespace limits {
/// Of what was done otherwise than asked, and not read: beyond it the oldest are told no more.
inline constexpr std::size_t adjusted_max = 200;
}  // namespace limits

/// Actions that the server has done otherwise than they were asked for, until the person has read
/// how. They are no work: nothing of them is to be sent. Inside client/outbox only.
class AdjustedIntents {
public:
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

    [[nodiscard]] static Result<AdjustedIntents> open(sqlite::Database& database);

    [[nodiscard]] const std::map<Id, Outbox::Item>& all() const { return all_; }

    /// Inside a transaction of the caller, as write_erased(); remember() and forget() once it is
    /// committed.
    [[nodiscard]] Result<> write(const Intent& intent, const Outcome& outcome);
    [[nodiscard]] Result<> write_erased(Id id);
    void remember(const Intent& intent, const Outcome& outcome);
    void forget(Id id) { all_.erase(id); }
    void clear() { all_.clear(); }

private:
    sqlite::Statement put_;
    sqlite::Statement erase_;
    std::map<Id, Outbox::Item> all_;
};

}  // namespace holdfast::client
