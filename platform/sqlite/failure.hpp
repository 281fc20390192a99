#pragma once

#include <expected>

#include "core/base/error.hpp"

struct sqlite3;

/// Inside platform/sqlite only.
namespace holdfast::sqlite {

/// What a result code of SQLite means to us, with its own words as the detail.
/// @param handle  of the connection that failed; null where there is none.
[[nodiscard]] std::unexpected<Error> failure(sqlite3* handle, int result);

}  // namespace holdfast::sqlite
