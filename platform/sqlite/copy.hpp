#pragma once

#include <string>

#include "core/base/result.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::sqlite {

/// Copies a whole database, as it is at one moment, into the file at `path`, while others go on
/// reading and writing. What was at `path` is gone. The copy is on the disk when it returns; after
/// an error it is of no use: delete it. `vfs`: of the copy; empty: SQLite's default.
/// Errors  storage_full · storage_busy · storage_corrupt · storage_failed.
/// Cost    reads and writes every page once; the log of `from` cannot be cut back meanwhile.
[[nodiscard]] Result<> copy_database(Database& from,
                                     const std::string& path,
                                     const std::string& vfs = {});
/// The same into a database that is open, and in which no statement runs.
[[nodiscard]] Result<> copy_database(Database& from, Database& to);

}  // namespace holdfast::sqlite
