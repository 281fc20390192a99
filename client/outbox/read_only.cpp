// An outbox whose file is of an older version that could not be brought to this one (OM38).
//
// The rows are copied into memory, where the rest of the outbox finds them in this version's form;
// the bytes of files are read where they lie. Nothing is copied back.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/outbox/outbox.hpp"
#include "client/outbox/statements.hpp"

namespace holdfast::client {
namespace {

/// What is kept for a server that forgets, and what is told until it has been read, do not wait:
/// they are there again when the file can be brought to this version.
constexpr std::array<std::string_view, 5> tables{"account", "value", "item", "draft", "file"};
constexpr std::string_view pieces = "piece";

Result<bool> has_table(sqlite::Database& database, std::string_view name) {
    HF_TRY(auto found,
           database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1"));
    found.bind(1, name);
    return found.step();
}

/// By the names of the columns; those that the older version has not get their defaults.
Result<> copy_rows(sqlite::Database& from, sqlite::Database& to, std::string_view table) {
    HF_TRY(auto rows, from.prepare("SELECT * FROM " + std::string(table)));
    std::string names;
    std::string places;
    for (int column = 0; column < rows.columns(); ++column) {
        const std::string comma = column == 0 ? "" : ", ";
        names += comma + std::string(rows.name(column));
        places += comma + "?" + std::to_string(column + 1);
    }
    std::optional<sqlite::Statement> insert;  // a table in the way may have columns of its own
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return {};
        }
        if (!insert) {
            HF_TRY(insert,
                   to.prepare("INSERT INTO " + std::string(table) + " (" + names + ") VALUES (" +
                              places + ")"));
        }
        HF_CHECK(insert->reset().bind_row(rows).run());
    }
}

}  // namespace

Result<Outbox> Outbox::read_only_copy() && {
    HF_TRY(auto memory, sqlite::Database::open({.path = ":memory:"}));
    Outbox copy(std::move(memory), false);
    HF_CHECK(copy.migrate(0));
    HF_CHECK(copy.read_from(std::move(database_)));
    return copy;
}

Result<> Outbox::read_from(sqlite::Database older_file) {
    HF_CHECK(older_file.execute("PRAGMA query_only = 1"));
    {
        HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
        for (const std::string_view table : tables) {
            HF_TRY(const bool is_there, has_table(older_file, table));
            if (is_there) {
                HF_CHECK(copy_rows(older_file, database_, table));
            }
        }
        HF_CHECK(transaction.commit());
    }
    HF_CHECK(make_ready());
    HF_TRY(const bool has_pieces, has_table(older_file, pieces));
    if (has_pieces) {
        HF_TRY(statements_->read_piece,
               older_file.prepare("SELECT bytes FROM piece WHERE content = ?1 AND number = ?2"));
    }
    older_file_ = std::make_unique<sqlite::Database>(std::move(older_file));
    return {};
}

}  // namespace holdfast::client
