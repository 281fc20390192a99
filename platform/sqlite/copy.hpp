#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::sqlite {

/// Copies a whole database, as it is at one moment, into the file at `path`, while others go on
/// reading and writing. What was at `path` is gone. The copy is on the disk when it returns; after
/// an error it is of no use: delete it.
/// Errors  storage_full · storage_busy · storage_corrupt · storage_failed.
/// Cost    reads and writes every page once; the log of `from` cannot be cut back meanwhile.
[[nodiscard]] Result<> copy_database(Database& from, const std::string& path);
/// The same into a database that is open, and in which no statement runs.
[[nodiscard]] Result<> copy_database(Database& from, Database& to);

/// Copies the rows of a table into one of the same columns, in the transaction that `to` is in;
/// where one of the two is encrypted and the other is not, too.
/// Errors  storage_full · storage_corrupt · storage_failed.
[[nodiscard]] Result<> copy_rows(Database& from, Database& to, std::string_view table);

}  // namespace holdfast::sqlite
