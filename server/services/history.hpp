#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

/// How a database that was restored from a backup is noticed.
///
/// A mark beside the database, on the same machine, says how much it had been changed. A database
/// that has been changed less than its mark says is an older one: its buckets take a new epoch, and
/// its counters leap. Devices then compare their rows with the server's (docs/internals/
/// sync-protocol.md, "Restored backups") and send again what the backup has forgotten.
///
/// Where the mark is lost too (another machine) nothing is noticed here, and devices notice by
/// themselves that they are ahead; `holdfast restore-mark` says it to the database beforehand.
namespace holdfast::services {

struct HistoryMark {
    std::string storage;    ///< names the database; random
    std::uint64_t age = 0;  ///< storage::Storage::age() when it was written
    bool operator==(const HistoryMark&) const = default;
};

/// One line: "holdfast-history 1 <storage> <age>".
[[nodiscard]] std::string encode(const HistoryMark& mark);
/// Nothing where the text is none.
[[nodiscard]] std::optional<HistoryMark> parse_history_mark(std::string_view text);

struct HistoryCheck {
    HistoryMark mark;      ///< to be written beside the database now
    bool renewed = false;  ///< the database is a restored backup: it has a new epoch
};

/// Call at the start, before anything is served. `seen` is the mark that was found, if any; one of
/// another database says nothing.
[[nodiscard]] Result<HistoryCheck> check_history(storage::Storage& storage,
                                                 Environment& environment,
                                                 const std::optional<HistoryMark>& seen);

/// Begins a new epoch whatever any mark says: the operator has restored a backup.
[[nodiscard]] Result<> renew_history(storage::Storage& storage, Environment& environment);

}  // namespace holdfast::services
