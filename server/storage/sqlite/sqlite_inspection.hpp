#pragma once

#include <memory>
#include <string>

#include "server/storage/common/inspection.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {

/// One moment of a SQLite file: a connection that only reads, inside one transaction. The server
/// goes on meanwhile; its log grows until this is destroyed.
class SqliteInspection final : public Inspection {
public:
    /// Errors  storage_failed: no such file, or its schema is not this program's ·
    ///         storage_corrupt: not a database.
    [[nodiscard]] static Result<std::unique_ptr<SqliteInspection>> open(const std::string& path);
    ~SqliteInspection() override;

    Storage& tables() override { return *storage_; }
    Result<std::vector<std::string>> check_file() override;
    Result<std::vector<std::string>> check_schema() override;
    Result<std::vector<Stray>> find_strays() override;
    Result<std::vector<FoundRow>> find_rows(Id id) override;
    Result<> visit_outcomes(
        const std::function<void(const Outcome& outcome, Id user)>& visit) override;

private:
    explicit SqliteInspection(std::unique_ptr<SqliteStorage> storage)
        : storage_(std::move(storage)) {}

    std::unique_ptr<SqliteStorage> storage_;
};

}  // namespace holdfast::storage
