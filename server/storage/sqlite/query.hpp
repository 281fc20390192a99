#pragma once

#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "platform/sqlite/database.hpp"

namespace holdfast::storage {

/// One run of a prepared statement. It is reset in the end whatever happens: a statement left
/// standing on a row would hold its snapshot of the database.
class Query {
public:
    explicit Query(sqlite::Statement& statement) : statement_(statement.reset()) {}
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    ~Query() { statement_.reset(); }

    sqlite::Statement* operator->() { return &statement_; }

    /// The only row, read by `read`, or nothing.
    template <class Record>
    [[nodiscard]] Result<std::optional<Record>> find(Record (*read)(const sqlite::Statement&)) {
        HF_TRY(const bool row, statement_.step());
        if (!row) {
            return std::nullopt;
        }
        return read(statement_);
    }

    /// All rows.
    template <class Record>
    [[nodiscard]] Result<std::vector<Record>> list(Record (*read)(const sqlite::Statement&)) {
        std::vector<Record> records;
        for (;;) {
            HF_TRY(const bool row, statement_.step());
            if (!row) {
                return records;
            }
            records.push_back(read(statement_));
        }
    }

private:
    sqlite::Statement& statement_;
};

}  // namespace holdfast::storage
