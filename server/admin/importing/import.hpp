#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/importing/import_map.hpp"
#include "server/admin/importing/import_rows.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::admin {

struct ImportProgress {
    std::size_t rows = 0;      ///< of the table
    std::size_t added = 0;     ///< rows that became channels or tasks
    std::size_t present = 0;   ///< rows that had become one before
    std::size_t refused = 0;   ///< rows that are passed over
    std::size_t messages = 0;  ///< added
};

struct RefusedRow {
    std::size_t line = 0;
    std::string reason;
    const std::vector<std::string>& fields;
    const std::vector<std::string>& header;  ///< the names of the columns
};

struct ImportOptions {
    std::string file = "table";  ///< what messages call the table
    std::size_t rows_per_transaction = 250;
    /// Called after every transaction; false ends the import there. It goes on when it is run
    /// again.
    std::function<bool(const ImportProgress&)> progress{};
    /// Called for each row that is refused, and the others are imported. Without it nothing is,
    /// where a row is refused.
    std::function<void(const RefusedRow&)> refused{};
};

/// Makes a channel with its messages for every row of a table, in the groups that the map names; or
/// a task with answers, states, history and messages. Groups of channels and the author are made
/// when they are not there. What is brought in counts as read.
///
/// A row is known again by its key: its channel has the code "import:NAME:KEY". So a table imported
/// again adds what is new in it, and an import that was interrupted goes on. Rows that are there
/// are never changed. The whole table is checked before anything is written. One import at a time;
/// a server may run on the same data.
///
/// @param csv       read twice, from its beginning.
/// @param problems  what is wrong with the table, all at once; empty where that is not the reason.
/// Errors           import_invalid · those of storage.
/// Cost             memory for the keys, not for the rows.
[[nodiscard]] Result<ImportProgress> import_table(storage::Storage& storage,
                                                  const ImportMap& map,
                                                  std::istream& csv,
                                                  const ImportOptions& options,
                                                  Problems& problems);

/// One JSON object for each message that an import makes, from the table and the map alone:
/// {"at":1298943012000,"channel":"…","group":"…","text":"…"}, in the order of the table.
/// Errors  import_invalid.
[[nodiscard]] Result<> expect_import(const ImportMap& map,
                                     std::istream& csv,
                                     const std::string& file,
                                     const std::function<void(const std::string&)>& print,
                                     Problems& problems);

}  // namespace holdfast::admin
