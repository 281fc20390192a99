#pragma once

#include "client/replica/replica.hpp"

namespace holdfast::client {

/// What the replica asks of SQLite, prepared once. Inside client/replica only.
struct Replica::Statements {
    // --- rows of a page
    sqlite::Statement insert;
    sqlite::Statement read;
    sqlite::Statement update;
    sqlite::Statement erase;
    sqlite::Statement range_open;    ///< keys behind (kind, id)
    sqlite::Statement range_closed;  ///< keys behind (kind, id), up to (kind, id)

    // --- buckets
    sqlite::Statement write_bucket;
    sqlite::Statement revoke;
    sqlite::Statement delete_bucket;
    sqlite::Statement age_rows;
    sqlite::Statement sweep;

    // --- reads
    sqlite::Statement by_kind;
    sqlite::Statement count;
    sqlite::Statement newest;
    sqlite::Statement before;
    sqlite::Statement after;
    sqlite::Statement page_count;
    sqlite::Statement page_size;
};

/// The row that a statement of the columns kind, id, version, sort and body stands on.
inline RowRef borrow_row(const sqlite::Statement& statement) {
    return {.kind = static_cast<RowKind>(statement.integer(0)),
            .id = Id{statement.unsigned_integer(1)},
            .version = statement.unsigned_integer(2),
            .sort = statement.integer(3),
            .body = statement.text(4)};
}

}  // namespace holdfast::client
