// Account and small values, opening. Items: items.cpp.

#include "client/outbox/outbox.hpp"

#include <iterator>
#include <utility>

#include "client/outbox/coming_file.hpp"
#include "client/outbox/intent_columns.hpp"
#include "client/outbox/kept.hpp"
#include "client/outbox/positions.hpp"
#include "client/outbox/statements.hpp"
#include "client/outbox/told.hpp"
#include "core/base/hex.hpp"

namespace holdfast::client {
namespace {

/// Step N leads from version N to N + 1; PRAGMA user_version is the number of steps taken. A newer
/// file than this program knows is refused, never replaced.
constexpr const char* schema_steps[] = {
    R"sql(
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    version INTEGER NOT NULL,
    args TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    code INTEGER NOT NULL,
    detail TEXT NOT NULL,
    positions TEXT NOT NULL
);
CREATE TABLE account (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    user INTEGER NOT NULL,
    organization INTEGER NOT NULL,
    device INTEGER NOT NULL,
    salt INTEGER NOT NULL,
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    ended INTEGER NOT NULL
);
CREATE TABLE value (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE draft (
    number INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    answers TEXT NOT NULL
);
)sql",
    // What is there already may have been sent by a program that kept no note of it.
    R"sql(
ALTER TABLE item ADD COLUMN offered INTEGER NOT NULL DEFAULT 1;
ALTER TABLE draft ADD COLUMN task TEXT NOT NULL DEFAULT '';
)sql",
    // Bytes lie in pieces under the id of the file that brought them (client/outbox/files.cpp).
    R"sql(
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    draft INTEGER NOT NULL,
    intent INTEGER NOT NULL,
    state INTEGER NOT NULL,
    code INTEGER NOT NULL,
    detail TEXT NOT NULL,
    content INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    thumbnail TEXT NOT NULL
);
CREATE TABLE piece (
    content INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (content, number)
);
)sql",
};
constexpr std::int64_t schema_version = std::size(schema_steps);

/// What is synced while a person waits is a page or two, so they are small; and the log begins anew
/// each 1 MiB: to write over it syncs in less than half the time that making it longer takes.
constexpr int page_bytes = 4096;
constexpr const char* log_pages = "PRAGMA wal_autocheckpoint = 250";

constexpr std::string_view counter_name = "counter";
constexpr std::string_view device_name = "device";
constexpr std::string_view last_draft_name = "draft";
constexpr std::string_view salt_name = "salt";
constexpr std::string_view resume_name = "resume";  // in hexadecimal

std::uint64_t parse_number(std::string_view text) {
    std::uint64_t number = 0;
    for (const char digit : text) {
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return number;
}

/// Anything else reads as something that the server will not take: then it is greeted in full.
std::string from_hexadecimal(std::string_view text) {
    const auto value = [](char digit) {
        return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10) & 0xfU;
    };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        bytes += static_cast<char>(value(text[i]) << 4U | value(text[i + 1]));
    }
    return bytes;
}

/// Of what does not say that the file cannot be brought to this version: another try may do it.
bool will_pass(const Error& error) {
    return error.code == ErrorCode::storage_full || error.code == ErrorCode::storage_busy;
}

Result<std::int64_t> number(sqlite::Database& database, std::string_view sql) {
    HF_TRY(sqlite::Statement statement, database.prepare(sql));
    HF_TRY(const bool row, statement.step());
    return row ? statement.integer(0) : 0;
}

}  // namespace

/// The browser's files gather what no sync covers in memory (client/wasm/file_vfs.hpp).
Outbox::Outbox(sqlite::Database database, bool exclusive)
    : database_(std::move(database)),
      statements_(std::make_unique<Statements>()),
      outlives_process_(exclusive ? sqlite::Durability::full : sqlite::Durability::normal) {}
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&&) noexcept = default;
Outbox::~Outbox() = default;

Result<Outbox> Outbox::open(const Options& options) {
    HF_TRY(auto database,
           sqlite::Database::open({.path = options.path,
                                   .vfs = options.vfs,
                                   .key = options.key,
                                   .durability = sqlite::Durability::full,
                                   .exclusive = options.exclusive,
                                   .cache_kib = 2 * 1024,
                                   .page_bytes = page_bytes}));
    HF_CHECK(database.execute(log_pages));
    if (options.file_bytes_max != 0) {
        HF_TRY(const std::int64_t page, number(database, "PRAGMA page_size"));
        const auto pages = options.file_bytes_max / static_cast<std::uint64_t>(page);
        const std::string pragma = "PRAGMA max_page_count = " + std::to_string(pages);
        HF_CHECK(database.execute(pragma.c_str()));
    }
    Outbox outbox(std::move(database), options.exclusive);
    HF_TRY(const std::int64_t version, number(outbox.database_, "PRAGMA user_version"));
    if (version < 0 || version > schema_version) {
        return fail(ErrorCode::storage_corrupt, "outbox schema " + std::to_string(version));
    }
    if (const auto migrated = outbox.migrate(version); !migrated) {
        if (version == 0 || will_pass(migrated.error())) {
            return std::unexpected(migrated.error());
        }
        if (auto copy = std::move(outbox).read_only_copy(); copy && copy->account()) {
            return copy;
        }
        return std::unexpected(migrated.error());
    }
    HF_CHECK(outbox.make_ready());
    return outbox;
}

Result<> Outbox::make_ready() {
    HF_CHECK(database_.execute(KeptIntents::schema));
    HF_CHECK(database_.execute(AdjustedIntents::schema));
    HF_CHECK(database_.execute(FailedRuns::schema));
    HF_CHECK(prepare());
    return load_all();
}

/// From a version to this one, or nothing: a file is never between two.
/// What waits may be in a sealed file, which an attempt before this one could not note: none of it
/// can be taken back any more (OM35).
Result<> Outbox::migrate(std::int64_t version) {
    if (version == schema_version) {
        return {};
    }
    HF_TRY(auto transaction, sqlite::Transaction::begin(database_));
    for (std::int64_t step = version; step < schema_version; ++step) {
        HF_CHECK(database_.execute(schema_steps[step]));
    }
    HF_CHECK(database_.execute("UPDATE item SET offered = 1"));
    const std::string pragma = "PRAGMA user_version = " + std::to_string(schema_version);
    HF_CHECK(database_.execute(pragma.c_str()));
    return transaction.commit();
}

Result<> Outbox::prepare() {
    struct Wanted {
        sqlite::Statement* statement;
        std::string_view sql;
    };
    Statements& to = *statements_;
    const Wanted all[] = {
        {&to.insert, "INSERT INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, '', '', ?8)"},
        {&to.offer, "UPDATE item SET offered = ?2 WHERE id = ?1"},
        {&to.settle,
         "UPDATE item SET state = ?2, code = ?3, detail = ?4, positions = ?5 WHERE id = ?1"},
        {&to.erase, "DELETE FROM item WHERE id = ?1"},
        {&to.write_value, "INSERT OR REPLACE INTO value VALUES (?1, ?2)"},
        {&to.write_account,
         "INSERT OR REPLACE INTO account VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
        {&to.write_draft, "INSERT OR REPLACE INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
        {&to.erase_draft, "DELETE FROM draft WHERE number = ?1"},
        {&to.write_file,
         "INSERT OR REPLACE INTO file VALUES"
         " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"},
        {&to.erase_file, "DELETE FROM file WHERE id = ?1"},
        {&to.write_piece, "INSERT INTO piece VALUES (?1, ?2, ?3)"},
        {&to.read_piece, "SELECT bytes FROM piece WHERE content = ?1 AND number = ?2"},
        {&to.erase_pieces, "DELETE FROM piece WHERE content = ?1"},
        {&to.erase_unused,
         "DELETE FROM piece WHERE content = ?1"
         " AND NOT EXISTS (SELECT 1 FROM file WHERE content = ?1)"},
    };
    for (const Wanted& wanted : all) {
        HF_TRY(*wanted.statement, database_.prepare(wanted.sql));
    }
    HF_TRY(KeptIntents kept, KeptIntents::open(database_));
    kept_ = std::make_unique<KeptIntents>(std::move(kept));
    HF_TRY(auto adjusted, IntentTable<AdjustedIntents>::open(database_));
    adjusted_ = std::make_unique<IntentTable<AdjustedIntents>>(std::move(adjusted));
    HF_TRY(auto failed_runs, IntentTable<FailedRuns>::open(database_));
    failed_runs_ = std::make_unique<IntentTable<FailedRuns>>(std::move(failed_runs));
    return {};
}

/// Begins a transaction that is synced when it commits, or one that a later sync covers.
Result<sqlite::Transaction> Outbox::begin(sqlite::Durability durability) {
    if (is_read_only()) {
        return fail(ErrorCode::outbox_read_only);
    }
    if (durability_ != durability) {
        HF_CHECK(database_.set_durability(durability));
        durability_ = durability;
    }
    return sqlite::Transaction::begin(database_);
}

Result<> Outbox::load_all() {
    HF_TRY(auto account, database_.prepare("SELECT * FROM account"));
    HF_TRY(const bool signed_in, account.step());
    if (signed_in) {
        account_ = Account{.user = Id{account.unsigned_integer(1)},
                           .organization = Id{account.unsigned_integer(2)},
                           .device = static_cast<DeviceNumber>(account.integer(3)),
                           .salt = account.unsigned_integer(4),
                           .access_token = std::string(account.text(5)),
                           .refresh_token = std::string(account.text(6)),
                           .ended = static_cast<ErrorCode>(account.integer(7))};
    }
    HF_TRY(auto values, database_.prepare("SELECT name, text FROM value"));
    for (;;) {
        HF_TRY(const bool row, values.step());
        if (!row) {
            break;
        }
        values_.emplace(values.text(0), values.text(1));
    }
    if (account_) {
        account_->resume = from_hexadecimal(value(resume_name));
    }
    counter_ = static_cast<std::uint32_t>(parse_number(value(counter_name)));
    device_ = static_cast<DeviceNumber>(parse_number(value(device_name)));
    salt_ = parse_number(value(salt_name));
    last_draft_ = static_cast<std::int64_t>(parse_number(value(last_draft_name)));
    HF_CHECK(load_drafts());
    HF_CHECK(load_items());
    return load_files();
}

Result<> Outbox::load_items() {
    HF_TRY(auto rows, database_.prepare("SELECT * FROM item ORDER BY id"));
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return {};
        }
        Item item;
        item.intent = read_intent(rows);
        item.state = static_cast<State>(rows.integer(6));
        item.code = static_cast<ErrorCode>(rows.integer(7));
        item.detail = rows.text(8);
        item.positions = parse_positions(rows.text(9));
        item.offered = rows.integer(10) != offered_no;
        item.lent = rows.integer(10) == offered_lent;
        remember(std::move(item));
    }
}

// ---------------------------------------------------------------------------- account, values

Result<> Outbox::save_account(const Account& account) {
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(statements_->write_account.reset()
                 .bind(1, account.user.value)
                 .bind(2, account.organization.value)
                 .bind(3, account.device)
                 .bind(4, account.salt)
                 .bind(5, std::string_view(account.access_token))
                 .bind(6, std::string_view(account.refresh_token))
                 .bind(7, static_cast<int>(account.ended))
                 .run());
    HF_CHECK(write_value(device_name, std::to_string(account.device)));
    HF_CHECK(write_value(salt_name, std::to_string(account.salt)));
    HF_CHECK(write_value(resume_name, to_hex(account.resume)));
    HF_CHECK(transaction.commit());
    account_ = account;
    device_ = account.device;
    salt_ = account.salt;
    return {};
}

Result<> Outbox::end_session(ErrorCode why) {
    if (!account_) {
        return {};
    }
    account_->ended = why;
    return save_account(Account(*account_));
}

Result<> Outbox::sign_out() {
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(
        database_.execute("DELETE FROM item; DELETE FROM draft; DELETE FROM account;"
                          "DELETE FROM file; DELETE FROM piece; DELETE FROM adjusted;"
                          "DELETE FROM failed_run;"
                          "DELETE FROM value WHERE name NOT IN"
                          " ('counter', 'device', 'salt', 'draft')"));
    HF_CHECK(kept_->clear());
    HF_CHECK(transaction.commit());
    account_.reset();
    std::erase_if(values_, [](const auto& entry) {
        return entry.first != counter_name && entry.first != device_name &&
               entry.first != salt_name && entry.first != last_draft_name;
    });
    drafts_.clear();
    files_.clear();
    coming_.clear();
    items_.clear();
    adjusted_->clear();
    failed_runs_->clear();
    applied_.clear();
    waiting_ = 0;
    refused_.clear();
    bytes_ = 0;
    return {};
}

std::string Outbox::value(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string{} : found->second;
}

Result<> Outbox::set_value(std::string_view name, std::string_view text) {
    if (value(name) == text) {
        return {};
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(write_value(name, text));
    HF_CHECK(transaction.commit());
    values_.insert_or_assign(std::string(name), std::string(text));
    return {};
}

Result<> Outbox::write_value(std::string_view name, std::string_view text) {
    return statements_->write_value.reset().bind(1, name).bind(2, text).run();
}

}  // namespace holdfast::client
