#include "server/storage/sqlite/statements.hpp"

#include <array>
#include <span>

namespace holdfast::storage {
namespace {

struct Entry {
    Sql sql;
    std::string_view text;
};

#define HF_BUCKET_COLUMNS                                                                  \
    "id, organization, kind, owner, parent, segment, is_open, epoch, version, row_count, " \
    "byte_count, sum_low, sum_high, horizon, tombstone_count"
#define HF_ACCOUNT_COLUMNS "user_id, organization, email, password_hash, active"
#define HF_RUN_COLUMNS                                                                          \
    "id, organization, routine, definition, user_id, task, channel, context, state, queued_at," \
    " due_at, ended_at, attempts, stage, code, detail, again"
#define HF_SESSION_COLUMNS \
    "id, user_id, organization, device, generation, created_at, refreshed_at, revoked"

// On PostgreSQL `bucket_find` needs FOR UPDATE where write_rows uses it: SQLite has one writer.
constexpr std::array engine_statements{
    Entry{Sql::savepoint, "SAVEPOINT nested"},
    Entry{Sql::savepoint_release, "RELEASE SAVEPOINT nested"},
    Entry{Sql::savepoint_undo, "ROLLBACK TO SAVEPOINT nested"},
    Entry{Sql::foreign_changes, "PRAGMA data_version"},
    Entry{Sql::counter_reserve,
          "INSERT INTO counter (name, next) VALUES ($1, $2 + $3) ON CONFLICT (name) DO UPDATE SET"
          " next = CASE WHEN counter.next < $2 THEN $2 ELSE counter.next END + $3 RETURNING next"},
    Entry{Sql::secret_put,
          "INSERT INTO secret (name, bytes) VALUES ($1, $2)"
          " ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes"},
    Entry{Sql::secret_find, "SELECT bytes FROM secret WHERE name = $1"},

    Entry{Sql::organization_put,
          "INSERT INTO organization (id, code, directory) VALUES ($1, $2, $3)"
          " ON CONFLICT (id) DO UPDATE SET code = excluded.code, directory = excluded.directory"},
    Entry{Sql::organization_list, "SELECT id, code, directory FROM organization ORDER BY id"},
    Entry{Sql::bucket_create,
          "INSERT INTO bucket (" HF_BUCKET_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, 0, 0)"},
    Entry{Sql::bucket_find, "SELECT " HF_BUCKET_COLUMNS " FROM bucket WHERE id = $1"},
    Entry{Sql::bucket_find_owner,
          "SELECT " HF_BUCKET_COLUMNS
          " FROM bucket WHERE kind = $1 AND owner = $2 ORDER BY segment DESC LIMIT 1"},
    Entry{Sql::bucket_list,
          "SELECT " HF_BUCKET_COLUMNS " FROM bucket WHERE organization = $1 ORDER BY id"},
    Entry{Sql::bucket_set_open, "UPDATE bucket SET is_open = $1 WHERE id = $2"},
    Entry{Sql::bucket_advance,
          "UPDATE bucket SET version = $1, row_count = $2, byte_count = $3, sum_low = $4,"
          " sum_high = $5, horizon = $6, tombstone_count = $7 WHERE id = $8"},
    Entry{Sql::bucket_renew, "UPDATE bucket SET epoch = $1"},
    Entry{Sql::bucket_age, "SELECT COALESCE(SUM(version), 0) FROM bucket"},

    Entry{Sql::row_find,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND kind = $2 AND id = $3"},
    Entry{Sql::row_insert,
          "INSERT INTO bucket_row (bucket, kind, id, version, sort, body)"
          " VALUES ($1, $2, $3, $4, $5, $6)"},
    Entry{Sql::row_update,
          "UPDATE bucket_row SET version = $1, sort = $2, body = $3"
          " WHERE bucket = $4 AND kind = $5 AND id = $6"},
    Entry{Sql::row_delete, "DELETE FROM bucket_row WHERE bucket = $1 AND kind = $2 AND id = $3"},
    Entry{Sql::tombstone_put,
          "INSERT INTO tombstone (bucket, kind, id, version) VALUES ($1, $2, $3, $4)"},
    Entry{Sql::tombstone_drop, "DELETE FROM tombstone WHERE bucket = $1 AND kind = $2 AND id = $3"},
    Entry{
        Sql::tombstone_limit,
        "SELECT version FROM tombstone WHERE bucket = $1 ORDER BY version DESC LIMIT 1 OFFSET $2"},
    Entry{Sql::tombstone_prune, "DELETE FROM tombstone WHERE bucket = $1 AND version <= $2"},
    Entry{Sql::rows_after_key,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND (kind, id) > ($2, $3) ORDER BY kind, id LIMIT $4"},
    Entry{Sql::rows_in_range,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND (kind, id) > ($2, $3) AND (kind, id) <= ($4, $5)"
          " ORDER BY kind, id LIMIT $6"},
    Entry{Sql::rows_after_version,
          "SELECT kind, id, version, sort, body FROM bucket_row WHERE bucket = $1 AND version > $2"
          " UNION ALL "
          "SELECT kind, id, version, 0, NULL FROM tombstone WHERE bucket = $1 AND version > $2"
          " ORDER BY version LIMIT $3"},
    Entry{Sql::rows_newest,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND kind = $2 ORDER BY sort DESC, id DESC LIMIT $3"},
    Entry{Sql::rows_before,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND kind = $2 AND (sort, id) < ($3, $4)"
          " ORDER BY sort DESC, id DESC LIMIT $5"},
    Entry{Sql::rows_oldest,
          "SELECT kind, id, version, sort, body FROM bucket_row"
          " WHERE bucket = $1 AND kind = $2 AND sort < $3 ORDER BY sort, id LIMIT $4"},

    Entry{Sql::outcome_put,
          "INSERT INTO outcome (intent, user_id, status, code, detail, positions, decided_at,"
          " content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"},
    Entry{Sql::outcome_find,
          "SELECT intent, status, code, detail, positions, decided_at, content FROM outcome"
          " WHERE intent = $1"},
    Entry{Sql::quarantine_put,
          "INSERT INTO quarantine (intent, user_id, lane, kind, version, args, claimed_at,"
          " elapsed_ms, code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
          " ON CONFLICT (intent, user_id) DO UPDATE SET lane = excluded.lane,"
          " kind = excluded.kind, version = excluded.version, args = excluded.args,"
          " claimed_at = excluded.claimed_at, elapsed_ms = excluded.elapsed_ms,"
          " code = excluded.code"},
    Entry{Sql::quarantine_list,
          "SELECT intent, user_id, lane, kind, version, args, claimed_at, elapsed_ms, code"
          " FROM quarantine ORDER BY intent, user_id"},
    Entry{Sql::quarantine_drop, "DELETE FROM quarantine WHERE intent = $1 AND user_id = $2"},
};

constexpr std::array routine_statements{
    Entry{Sql::routine_put,
          "INSERT INTO routine (id, organization, code, is_current, definition)"
          " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET"
          " organization = excluded.organization, code = excluded.code,"
          " is_current = excluded.is_current, definition = excluded.definition"},
    Entry{Sql::routine_find,
          "SELECT id, organization, code, is_current, definition FROM routine WHERE id = $1"},
    Entry{Sql::routine_find_code,
          "SELECT id, organization, code, is_current, definition FROM routine"
          " WHERE organization = $1 AND is_current = 1 AND code = $2 ORDER BY id DESC LIMIT 1"},
    Entry{Sql::routine_list,
          "SELECT id, organization, code, is_current, definition FROM routine"
          " WHERE organization = $1 AND is_current = 1 ORDER BY code"},
    Entry{Sql::run_put,
          "INSERT INTO run (" HF_RUN_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"},
    Entry{Sql::run_update,
          "UPDATE run SET state = $1, due_at = $2, ended_at = $3, attempts = $4, stage = $5,"
          " code = $6, detail = $7 WHERE id = $8"},
    Entry{Sql::run_find, "SELECT " HF_RUN_COLUMNS " FROM run WHERE id = $1"},
    Entry{Sql::run_due,
          "SELECT " HF_RUN_COLUMNS
          " FROM run WHERE state = 1 AND due_at <= $1 ORDER BY due_at, id LIMIT $2"},
    Entry{Sql::run_list,
          "SELECT " HF_RUN_COLUMNS
          " FROM run WHERE organization = $1 ORDER BY queued_at DESC, id DESC LIMIT $2"},
    Entry{Sql::run_list_state,
          "SELECT " HF_RUN_COLUMNS
          " FROM run WHERE organization = $1 AND state = $2 ORDER BY queued_at DESC, id DESC"
          " LIMIT $3"},
    Entry{Sql::run_drop,
          "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE state <> 1 AND ended_at < $1"
          " ORDER BY ended_at, id LIMIT $2) RETURNING id"},
    Entry{Sql::run_entry_put,
          "INSERT INTO run_entry (run, position, at, entry, code, detail)"
          " VALUES ($1, $2, $3, $4, $5, $6)"},
    Entry{Sql::run_entry_list,
          "SELECT run, position, at, entry, code, detail FROM run_entry WHERE run = $1"
          " ORDER BY position"},
    Entry{Sql::run_entry_drop, "DELETE FROM run_entry WHERE run = $1"},
};

constexpr std::array account_statements{
    Entry{Sql::account_put,
          "INSERT INTO account (" HF_ACCOUNT_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET"
          " organization = excluded.organization, email = excluded.email,"
          " password_hash = excluded.password_hash, active = excluded.active"},
    Entry{Sql::account_find_email, "SELECT " HF_ACCOUNT_COLUMNS " FROM account WHERE email = $1"},
    Entry{Sql::account_find_user, "SELECT " HF_ACCOUNT_COLUMNS " FROM account WHERE user_id = $1"},
    Entry{Sql::device_put,
          "INSERT INTO device (number, user_id, name, device_class, salt, previous_salt,"
          " created_at, seen_at, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
          " ON CONFLICT (number) DO UPDATE SET user_id = excluded.user_id, name = excluded.name,"
          " device_class = excluded.device_class, salt = excluded.salt,"
          " previous_salt = excluded.previous_salt, created_at = excluded.created_at,"
          " seen_at = excluded.seen_at, revoked = excluded.revoked"},
    Entry{Sql::device_find,
          "SELECT number, user_id, name, device_class, salt, previous_salt, created_at, seen_at,"
          " revoked FROM device WHERE number = $1"},
    Entry{Sql::session_put,
          "INSERT INTO session (" HF_SESSION_COLUMNS
          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET"
          " user_id = excluded.user_id, organization = excluded.organization,"
          " device = excluded.device, generation = excluded.generation,"
          " created_at = excluded.created_at,"
          " refreshed_at = excluded.refreshed_at, revoked = excluded.revoked"},
    Entry{Sql::session_find, "SELECT " HF_SESSION_COLUMNS " FROM session WHERE id = $1"},
    Entry{Sql::session_list,
          "SELECT " HF_SESSION_COLUMNS " FROM session WHERE user_id = $1 ORDER BY created_at, id"},
};

#undef HF_BUCKET_COLUMNS
#undef HF_ACCOUNT_COLUMNS
#undef HF_RUN_COLUMNS
#undef HF_SESSION_COLUMNS

constexpr std::array<std::span<const Entry>, 3> all_statements{
    engine_statements, routine_statements, account_statements};

consteval bool in_order() {
    std::size_t next = 0;
    for (const std::span<const Entry> some : all_statements) {
        for (const Entry& entry : some) {
            if (static_cast<std::size_t>(entry.sql) != next++) {
                return false;
            }
        }
    }
    return next == static_cast<std::size_t>(Sql::count);
}
static_assert(in_order(), "the statements stand in the order of the enumeration");

}  // namespace

std::string_view sql_text(Sql sql) {
    auto index = static_cast<std::size_t>(sql);
    for (const std::span<const Entry> some : all_statements) {
        if (index < some.size()) {
            return some[index].text;
        }
        index -= some.size();
    }
    return {};
}

}  // namespace holdfast::storage
