#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "client/outbox/outbox.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::client {

namespace limits {
/// Intents that are done and seen, kept for the case that the server loses them. Beyond either one
/// the oldest go.
inline constexpr std::uint64_t kept_intents_max = 1'000;
inline constexpr std::uint64_t kept_bytes_max = 8 * 1024 * 1024;  // of arguments
}  // namespace limits

/// The intents that have left the outbox lately: a server that was restored from a backup may have
/// forgotten them, and then this device is the only one that still has them. Inside client/outbox
/// only.
class KeptIntents {
public:
    /// Made at every opening: files of before it did not have it.
    static constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS kept (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    args TEXT NOT NULL,
    claimed_at INTEGER NOT NULL
);
)sql";

    [[nodiscard]] static Result<KeptIntents> open(sqlite::Database& database);

    /// Inside a transaction of the caller, as all that follows.
    [[nodiscard]] Result<> keep(const Intent& intent);
    /// The one with the greatest id that is not above this one.
    [[nodiscard]] Result<std::optional<Intent>> find_not_above(Id id);
    /// All of them, oldest first; they are kept no longer.
    [[nodiscard]] Result<std::vector<Intent>> take_all();
    [[nodiscard]] Result<> clear();

private:
    [[nodiscard]] Result<> count();
    [[nodiscard]] Result<> drop_oldest();

    sqlite::Statement put_;
    sqlite::Statement total_;
    sqlite::Statement oldest_;
    sqlite::Statement not_above_;
    sqlite::Statement erase_;
    sqlite::Statement erase_all_;
    sqlite::Statement all_;
    std::uint64_t intents_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace holdfast::client
