#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::storage {

/// Where SQL databases differ in the tables' definition. All else is SQL that both understand.
struct Dialect {
    std::string_view bytes;      ///< type of a column of bytes
    std::string_view clustered;  ///< after the columns of a table that is stored in key order
};

inline constexpr Dialect sqlite_dialect{.bytes = "BLOB", .clustered = "WITHOUT ROWID"};
inline constexpr Dialect postgres_dialect{.bytes = "BYTEA", .clustered = ""};

/// The steps that make the server's tables, oldest first: step n leads from schema n to n + 1.
/// A released step is never changed; a new one is added at the end.
[[nodiscard]] std::vector<std::string> schema_steps(const Dialect& dialect);

/// Holds the number of steps that were taken; made if it is not there.
inline constexpr const char* schema_table =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";

}  // namespace holdfast::storage
