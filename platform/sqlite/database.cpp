#include "platform/sqlite/database.hpp"

#include <sqlite3.h>

#include <array>
#include <bit>
#include <cerrno>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/hex.hpp"
#include "platform/sqlite/failure.hpp"

namespace holdfast::sqlite {
namespace {

/// What a write-ahead log is cut back to after a checkpoint; a large transaction may exceed it.
constexpr int journal_bytes_max = 16 * 1024 * 1024;

constexpr std::string_view write_ahead_log = "wal";
/// Its file stays between two commits, which saves the browser from emptying it each time.
constexpr std::string_view rollback_journal = "persist";

constexpr int to_write = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;

/// What lives in memory only is on no disk to be read from.
bool is_encrypted(const OpenOptions& options) {
    return !options.key.empty() && options.path != ":memory:";
}

/// The default VFS encrypts by itself where there is a key; any other is asked to by its name.
std::string vfs_of(const OpenOptions& options) {
    const bool wraps = is_encrypted(options) && !options.vfs.empty();
    return wraps ? "multipleciphers-" + options.vfs : options.vfs;
}

/// The disk, a quota, or what the process may write to one file.
bool is_full(int system_error) {
    return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

ErrorCode code_of(int result, int system_error) {
    switch (result & 0xff) {
        case SQLITE_FULL:
            return ErrorCode::storage_full;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::storage_busy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::storage_corrupt;
        case SQLITE_IOERR:
            // A full disk also shows as a failed sync or as shared memory that cannot grow.
            return is_full(system_error) ? ErrorCode::storage_full : ErrorCode::storage_failed;
        default:
            return ErrorCode::storage_failed;
    }
}

/// Data of an empty view may be null, which SQLite would take for NULL.
const char* data_of(std::string_view bytes) {
    return bytes.data() == nullptr ? "" : bytes.data();
}

/// Asks for a journal, and refuses to work with another: the durability promised needs it.
Result<> use_mode(Database& database, std::string_view wanted) {
    HF_TRY(Statement mode, database.prepare("PRAGMA journal_mode = " + std::string(wanted)));
    HF_TRY(const bool row, mode.step());
    if (!row || (mode.text(0) != wanted && mode.text(0) != "memory")) {
        return fail(ErrorCode::storage_failed,
                    "no journal is possible here: " + std::string(wanted));
    }
    return {};
}

/// A path as it stands in an address.
std::string escape(const std::string& path) {
    std::string escaped;
    for (const char letter : path) {
        if (letter == '?' || letter == '#' || letter == '%') {
            constexpr const char* digits = "0123456789abcdef";
            const auto code = static_cast<unsigned char>(letter);
            escaped += {'%', digits[code >> 4U], digits[code & 0xfU]};
        } else {
            escaped += letter;
        }
    }
    return escaped;
}

/// A process that was killed may have written a commit and not synced it. The next one reads that
/// back and tells others of it: after this it survives the power too.
Result<> sync_log(Database& database) {
    sqlite3_file* log = nullptr;
    const int found =
        sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (found != SQLITE_OK || log == nullptr || log->pMethods == nullptr) {
        return {};  // in memory
    }
    const int synced = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    return synced == SQLITE_OK ? Result<>{} : failure(nullptr, synced);
}

const char* synchronous(Durability durability) {
    return durability == Durability::full ? "PRAGMA synchronous = FULL;"
                                          : "PRAGMA synchronous = NORMAL;";
}

/// As the library takes one that no password has to be stretched for.
std::string raw_key(const std::string& key) {
    HF_ASSERT(key.size() == key_bytes);
    return "raw:" + to_hex(key);
}

/// Before anything reads the file.
Result<> use_key(Database& database, const OpenOptions& options) {
    if (!is_encrypted(options)) {
        return {};
    }
    const std::string key = raw_key(options.key);
    const int result =
        sqlite3_key_v2(database.handle(), "main", key.data(), static_cast<int>(key.size()));
    return result == SQLITE_OK ? Result<>{} : failure(database.handle(), result);
}

bool is_plain(Database& database) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    std::array<char, 16> head{};
    const bool is_read = file != nullptr && file->pMethods != nullptr &&
                         file->pMethods->xRead(file, head.data(), head.size(), 0) == SQLITE_OK;
    return is_read && std::string_view(head.data(), head.size()) ==
                          std::string_view("SQLite format 3", head.size());
}

Result<> configure(Database& database, const OpenOptions& options) {
    HF_CHECK(use_key(database, options));
    // Before anything reads the file: with a write-ahead log, the first read maps shared memory
    // unless the connection is already the only one.
    std::string before = "PRAGMA page_size = " + std::to_string(options.page_bytes) + ";";
    if (options.exclusive) {
        before += "PRAGMA locking_mode = EXCLUSIVE;";
    }
    HF_CHECK(database.execute(before.c_str()));
    HF_CHECK(use_mode(database, write_ahead_log));

    std::string after = "PRAGMA foreign_keys = OFF;";
    after += synchronous(options.durability);
    after += "PRAGMA cache_size = -" + std::to_string(options.cache_kib) + ";";
    after += "PRAGMA journal_size_limit = " + std::to_string(journal_bytes_max) + ";";
    HF_CHECK(database.execute(after.c_str()));
    return options.durability == Durability::full ? sync_log(database) : Result<>{};
}

}  // namespace

std::unexpected<Error> failure(sqlite3* handle, int result) {
    if (handle == nullptr) {
        return fail(code_of(result, 0), sqlite3_errstr(result));
    }
    std::string detail = sqlite3_errmsg(handle);
    detail += " (SQLite " + std::to_string(result) + ")";
    return fail(code_of(result, sqlite3_system_errno(handle)), std::move(detail));
}

Result<Database> Database::open(const OpenOptions& options) {
    if (options.read_only) {
        return open_read_only(options);
    }
    auto opened = open_to_write(options);
    if (opened || opened.error().code != ErrorCode::storage_corrupt || !is_encrypted(options)) {
        return opened;
    }
    if (!encrypt(options)) {
        return opened;
    }
    return open_to_write(options);
}

Result<Database> Database::open_to_write(const OpenOptions& options) {
    HF_TRY(Database database, open_file(options.path, to_write, options));
    HF_CHECK(configure(database, options));
    return database;
}

/// The log of a file cannot be encrypted where it stands: it is written back first.
/// Only where the file says that it is not encrypted: the log of one that is would look like none,
/// and be lost.
Result<> Database::encrypt(const OpenOptions& options) {
    HF_TRY(Database database, open_file(options.path, to_write, options));
    if (!is_plain(database)) {
        return fail(ErrorCode::storage_corrupt);
    }
    if (options.exclusive) {
        HF_CHECK(database.execute("PRAGMA locking_mode = EXCLUSIVE"));
    }
    HF_CHECK(database.execute("PRAGMA journal_mode = DELETE"));
    const std::string key = raw_key(options.key);
    const int result =
        sqlite3_rekey_v2(database.handle(), "main", key.data(), static_cast<int>(key.size()));
    return result == SQLITE_OK ? Result<>{} : failure(database.handle(), result);
}

Result<Database> Database::open_file(const std::string& path,
                                     int flags,
                                     const OpenOptions& options) {
    sqlite3* handle = nullptr;
    const std::string vfs = vfs_of(options);
    const int result =
        sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    Database database(handle);
    if (result != SQLITE_OK) {
        return failure(handle, result);
    }
    sqlite3_busy_timeout(handle, options.busy_timeout_ms);
    // A plan depends on the text of a statement only. Without this a statement with `LIMIT ?` is
    // prepared anew each time that its limit is bound, which takes longer than its rows.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
    return database;
}

Result<Database> Database::open_read_only(const OpenOptions& options) {
    constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_EXRESCODE;
    HF_TRY(Database database, open_file(options.path, flags, options));
    HF_CHECK(use_key(database, options));
    // The first read says whether the file can be read: opening alone touches nothing.
    const auto readable = database.execute("SELECT 1 FROM sqlite_schema LIMIT 1");
    if (readable || (sqlite3_extended_errcode(database.handle_) & 0xff) != SQLITE_CANTOPEN) {
        return readable ? Result<Database>(std::move(database)) : std::unexpected(readable.error());
    }
    // The shared memory beside the file cannot be made. Without a log there is no need for it.
    std::string log = options.path + "-wal";
    sqlite3_vfs* vfs = sqlite3_vfs_find(options.vfs.empty() ? nullptr : options.vfs.c_str());
    int exists = 1;
    vfs->xAccess(vfs, log.c_str(), SQLITE_ACCESS_EXISTS, &exists);
    if (exists != 0) {
        return std::unexpected(readable.error());
    }
    const std::string address = "file:" + escape(options.path) + "?immutable=1";
    HF_TRY(Database alone, open_file(address, flags | SQLITE_OPEN_URI, options));
    HF_CHECK(use_key(alone, options));
    return alone;
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

// Statements may outlive their connection: it then closes with the last of them.
Database::~Database() {
    sqlite3_close_v2(handle_);
}

Result<> Database::execute(const char* sql) {
    const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) {
        return failure(handle_, result);
    }
    return {};
}

Result<> Database::use_journal(Journal journal) {
    // A read that was left half way keeps SQLite from changing over.
    for (sqlite3_stmt* each = sqlite3_next_stmt(handle_, nullptr); each != nullptr;
         each = sqlite3_next_stmt(handle_, each)) {
        sqlite3_reset(each);
    }
    return use_mode(*this, journal == Journal::log ? write_ahead_log : rollback_journal);
}

Result<> Database::set_durability(Durability durability) {
    return execute(synchronous(durability));
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(handle_,
                                          sql.data(),
                                          static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT,
                                          &statement,
                                          nullptr);
    if (result != SQLITE_OK) {
        return failure(handle_, result);
    }
    HF_ASSERT(statement != nullptr);  // an empty statement
    return Statement(statement);
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_);
}

Result<> Database::begin() {
    return execute("BEGIN IMMEDIATE");
}

Result<> Database::commit() {
    return execute("COMMIT");
}

void Database::rollback() {
    // SQLite has already rolled back by itself after some errors.
    if (in_transaction()) {
        (void)execute("ROLLBACK");
    }
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

Result<bool> Database::check() {
    auto verdict = [this]() -> Result<bool> {
        HF_TRY(Statement statement, prepare("PRAGMA integrity_check(1)"));
        HF_TRY(const bool row, statement.step());
        return row && statement.text(0) == "ok";
    }();
    if (!verdict && verdict.error().code == ErrorCode::storage_corrupt) {
        return false;
    }
    return verdict;
}

Statement::Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::reset() {
    sqlite3_reset(handle_);  // repeats the error of the last step, which was reported then
    return *this;
}

// Binding fails only by a bug: a wrong position, a statement not reset, a value beyond 1 GB.

Statement& Statement::bind(int position, std::int64_t value) {
    HF_ASSERT(sqlite3_bind_int64(handle_, position, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int position, std::uint64_t value) {
    return bind(position, std::bit_cast<std::int64_t>(value));
}

Statement& Statement::bind(int position, std::string_view text) {
    HF_ASSERT(sqlite3_bind_text64(
                  handle_, position, data_of(text), text.size(), SQLITE_STATIC, SQLITE_UTF8) ==
              SQLITE_OK);
    return *this;
}

Statement& Statement::bind_blob(int position, std::string_view bytes) {
    HF_ASSERT(sqlite3_bind_blob64(handle_, position, data_of(bytes), bytes.size(), SQLITE_STATIC) ==
              SQLITE_OK);
    return *this;
}

Statement& Statement::bind_null(int position) {
    HF_ASSERT(sqlite3_bind_null(handle_, position) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind_row(const Statement& row) {
    for (int column = 0; column < row.columns(); ++column) {
        sqlite3_value* value = sqlite3_column_value(row.handle_, column);
        HF_ASSERT(sqlite3_bind_value(handle_, column + 1, value) == SQLITE_OK);
    }
    return *this;
}

Result<bool> Statement::step() {
    const int result = sqlite3_step(handle_);
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result == SQLITE_DONE) {
        sqlite3_reset(handle_);
        return false;
    }
    auto error = failure(sqlite3_db_handle(handle_), result);
    sqlite3_reset(handle_);
    return error;
}

Result<> Statement::run() {
    // To the end: outside a transaction, the commit happens after the last row.
    for (;;) {
        HF_TRY(const bool row, step());
        if (!row) {
            return {};
        }
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::uint64_t Statement::unsigned_integer(int column) const {
    return std::bit_cast<std::uint64_t>(integer(column));
}

std::string_view Statement::text(int column) const {
    // The text first: asking for it may convert the value and change its length.
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (data == nullptr) {
        return {};
    }
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    if (data == nullptr) {  // NULL, or empty
        return {};
    }
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

int Statement::columns() const {
    return sqlite3_column_count(handle_);
}

std::string_view Statement::name(int column) const {
    const char* name = sqlite3_column_name(handle_, column);
    return name == nullptr ? std::string_view{} : std::string_view(name);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Result<Transaction> Transaction::begin(Database& database) {
    HF_CHECK(database.begin());
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    if (database_ != nullptr) {
        database_->rollback();
    }
}

Result<> Transaction::commit() {
    HF_ASSERT(database_ != nullptr);
    HF_CHECK(database_->commit());
    database_ = nullptr;
    return {};
}

}  // namespace holdfast::sqlite
