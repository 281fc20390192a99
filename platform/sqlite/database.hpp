#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

/// SQLite as the project uses it: Results instead of codes, statements prepared once, one owner.
/// Threads: a Database and its statements belong to one thread at a time.
namespace holdfast::sqlite {

/// What durability a commit has.
enum class Durability {
    full,    ///< synced to the disk before commit() returns: the outbox, the server
    normal,  ///< survives the process, not always the power: the replica, a cache
};

/// How a commit is made whole.
enum class Journal {
    log,       ///< a write-ahead log: one wait a commit; each page is written, and encrypted, twice
    rollback,  ///< for bulk: what is new goes to the file once; three waits a commit
};

struct OpenOptions {
    std::string path;  ///< ":memory:" for none
    std::string vfs;   ///< name of a registered VFS; empty: the default one
    /// Of key_bytes bytes: each page is encrypted with it (ChaCha20-Poly1305), in the log too.
    /// Empty: the file is not encrypted. With another key a file is storage_corrupt.
    std::string key;
    Durability durability = Durability::full;
    bool exclusive =
        false;  ///< one connection only: WAL without shared memory (browser, simulator)
    int cache_kib = 16 * 1024;
    int page_bytes = 8192;  ///< of a new file
    int busy_timeout_ms = 5000;
    /// Nothing is written, not even the mode of the journal; the file has to be there. In a folder
    /// that cannot be written either, a file without a log of its own is read as it stands.
    bool read_only = false;
};

constexpr std::size_t key_bytes = 32;

class Statement;

/// One connection. Errors of every call: storage_full · storage_busy · storage_corrupt ·
/// storage_failed.
class Database {
public:
    /// With a key, a file that was not encrypted is encrypted first, in one transaction.
    [[nodiscard]] static Result<Database> open(const OpenOptions& options);

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Runs statements that return no rows, separated by semicolons.
    [[nodiscard]] Result<> execute(const char* sql);

    [[nodiscard]] Result<Statement> prepare(std::string_view sql);

    /// Of the commits from now on. Not inside a transaction. A commit that is synced also syncs
    /// those before it that were not.
    [[nodiscard]] Result<> set_durability(Durability durability);

    /// Not inside a transaction, and by the only connection of the file; statements are reset. A
    /// database in memory has neither. Cost  to rollback: the log is written back first.
    [[nodiscard]] Result<> use_journal(Journal journal);

    /// The number of rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::int64_t changes() const;

    /// Begins a write transaction (IMMEDIATE); commit or roll back before the next one.
    [[nodiscard]] Result<> begin();
    [[nodiscard]] Result<> commit();
    void rollback();
    [[nodiscard]] bool in_transaction() const;

    /// Full integrity check; false says that the file is damaged.
    [[nodiscard]] Result<bool> check();

    [[nodiscard]] sqlite3* handle() const { return handle_; }

private:
    explicit Database(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] static Result<Database> open_file(const std::string& path,
                                                    int flags,
                                                    const OpenOptions& options);
    [[nodiscard]] static Result<Database> open_to_write(const OpenOptions& options);
    [[nodiscard]] static Result<Database> open_read_only(const OpenOptions& options);
    [[nodiscard]] static Result<> encrypt(const OpenOptions& options);

    sqlite3* handle_ = nullptr;
};

/// A prepared statement, to be kept and used again. Bind by position from 1, step, read columns
/// from 0.
///
///     auto run = statement.reset();         // or a fresh Statement
///     run.bind(1, id).bind(2, text);
///     HF_TRY(bool row, statement.step());
class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) noexcept;
    ~Statement();

    /// Makes it ready to run again. Bindings are kept until bound again.
    Statement& reset();

    Statement& bind(int position, std::int64_t value);
    Statement& bind(int position, std::uint64_t value);  ///< stored as the same 64 bits
    Statement& bind(int position, int value) {
        return bind(position, static_cast<std::int64_t>(value));
    }
    Statement& bind(int position, std::uint32_t value) {
        return bind(position, static_cast<std::int64_t>(value));
    }
    Statement& bind(int position,
                    std::string_view text);  ///< borrowed until the next reset() or bind()
    Statement& bind_blob(int position, std::string_view bytes);  ///< borrowed likewise
    Statement& bind_null(int position);
    Statement& bind_row(const Statement& row);  ///< each column of it, copied

    /// Whether there is a row. After the last one the statement is reset by itself.
    [[nodiscard]] Result<bool> step();

    /// For statements without rows: step and reset.
    [[nodiscard]] Result<> run();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t unsigned_integer(int column) const;
    [[nodiscard]] std::string_view text(
        int column) const;  ///< valid until the next step() or reset()
    [[nodiscard]] std::string_view blob(int column) const;  ///< likewise
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] std::string_view name(int column) const;  ///< as the statement calls it

private:
    sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back what was not committed when it goes out of scope.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] Result<> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace holdfast::sqlite
