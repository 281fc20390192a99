#pragma once

#include <cstddef>
#include <string_view>

namespace holdfast::storage {

/// The statements of SqliteStorage, prepared once when it opens.
enum class Sql : std::size_t {
    savepoint,
    savepoint_release,
    savepoint_undo,
    foreign_changes,
    counter_reserve,
    secret_put,
    secret_find,

    organization_put,
    organization_list,
    bucket_create,
    bucket_find,
    bucket_find_owner,
    bucket_list,
    bucket_set_open,
    bucket_advance,
    bucket_renew,
    bucket_age,

    row_find,
    row_insert,
    row_update,
    row_delete,
    tombstone_put,
    tombstone_drop,
    tombstone_limit,
    tombstone_prune,
    rows_after_key,
    rows_in_range,
    rows_after_version,
    rows_newest,
    rows_before,
    rows_oldest,

    outcome_put,
    outcome_find,
    quarantine_put,
    quarantine_list,
    quarantine_drop,

    routine_put,
    routine_find,
    routine_find_code,
    routine_list,
    run_put,
    run_update,
    run_find,
    run_due,
    run_list,
    run_list_state,
    run_drop,
    run_entry_put,
    run_entry_list,
    run_entry_drop,

    account_put,
    account_find_email,
    account_find_user,
    device_put,
    device_find,
    session_put,
    session_find,
    session_list,

    count,
};

/// Its text: SQL that SQLite and PostgreSQL both understand, except for `foreign_changes`.
/// Parameters are $1, $2, ... in the order in which they first appear: SQLite numbers them so.
[[nodiscard]] std::string_view sql_text(Sql sql);

}  // namespace holdfast::storage
