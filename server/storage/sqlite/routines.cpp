#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {
namespace {

RoutineRecord read_routine(const sqlite::Statement& row) {
    return {.id = Id{row.unsigned_integer(0)},
            .organization = Id{row.unsigned_integer(1)},
            .code = std::string(row.text(2)),
            .current = row.integer(3) != 0,
            .definition = std::string(row.text(4))};
}

RunRecord read_run(const sqlite::Statement& row) {
    return {.id = Id{row.unsigned_integer(0)},
            .organization = Id{row.unsigned_integer(1)},
            .routine = std::string(row.text(2)),
            .definition = Id{row.unsigned_integer(3)},
            .user = Id{row.unsigned_integer(4)},
            .task = Id{row.unsigned_integer(5)},
            .channel = Id{row.unsigned_integer(6)},
            .context = std::string(row.text(7)),
            .state = static_cast<RunState>(row.integer(8)),
            .queued_at = WallTime{row.integer(9)},
            .due_at = WallTime{row.integer(10)},
            .ended_at = WallTime{row.integer(11)},
            .attempts = static_cast<std::uint32_t>(row.integer(12)),
            .stage = std::string(row.text(13)),
            .code = static_cast<ErrorCode>(row.integer(14)),
            .detail = std::string(row.text(15)),
            .again = Id{row.unsigned_integer(16)}};
}

RunEntry read_entry(const sqlite::Statement& row) {
    return {.run = Id{row.unsigned_integer(0)},
            .position = static_cast<std::uint32_t>(row.integer(1)),
            .at = WallTime{row.integer(2)},
            .entry = std::string(row.text(3)),
            .code = static_cast<ErrorCode>(row.integer(4)),
            .detail = std::string(row.text(5))};
}

Id read_id(const sqlite::Statement& row) {
    return Id{row.unsigned_integer(0)};
}

}  // namespace

Result<> SqliteStorage::put_routine(const RoutineRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::routine_put);
    put->bind(1, record.id.value)
        .bind(2, record.organization.value)
        .bind(3, record.code)
        .bind(4, record.current ? 1 : 0)
        .bind(5, record.definition);
    return put->run();
}

Result<std::optional<RoutineRecord>> SqliteStorage::find_routine(Id id) {
    Query find = query(Sql::routine_find);
    find->bind(1, id.value);
    return find.find(&read_routine);
}

Result<std::optional<RoutineRecord>> SqliteStorage::find_routine(Id organization,
                                                                 std::string_view code) {
    Query find = query(Sql::routine_find_code);
    find->bind(1, organization.value).bind(2, code);
    return find.find(&read_routine);
}

Result<std::vector<RoutineRecord>> SqliteStorage::routines_of(Id organization) {
    Query list = query(Sql::routine_list);
    list->bind(1, organization.value);
    return list.list(&read_routine);
}

Result<> SqliteStorage::queue_run(const RunRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::run_put);
    put->bind(1, record.id.value)
        .bind(2, record.organization.value)
        .bind(3, record.routine)
        .bind(4, record.definition.value)
        .bind(5, record.user.value)
        .bind(6, record.task.value)
        .bind(7, record.channel.value)
        .bind(8, record.context)
        .bind(9, static_cast<int>(record.state))
        .bind(10, record.queued_at.ms)
        .bind(11, record.due_at.ms)
        .bind(12, record.ended_at.ms)
        .bind(13, static_cast<std::int64_t>(record.attempts))
        .bind(14, record.stage)
        .bind(15, static_cast<int>(record.code))
        .bind(16, record.detail)
        .bind(17, record.again.value);
    return put->run();
}

Result<> SqliteStorage::update_run(const RunRecord& record) {
    HF_CHECK(writable());
    Query update = query(Sql::run_update);
    update->bind(1, static_cast<int>(record.state))
        .bind(2, record.due_at.ms)
        .bind(3, record.ended_at.ms)
        .bind(4, static_cast<std::int64_t>(record.attempts))
        .bind(5, record.stage)
        .bind(6, static_cast<int>(record.code))
        .bind(7, record.detail)
        .bind(8, record.id.value);
    return update->run();
}

Result<std::optional<RunRecord>> SqliteStorage::find_run(Id id) {
    Query find = query(Sql::run_find);
    find->bind(1, id.value);
    return find.find(&read_run);
}

Result<std::vector<RunRecord>> SqliteStorage::due_runs(WallTime now, std::size_t limit) {
    Query list = query(Sql::run_due);
    list->bind(1, now.ms).bind(2, static_cast<std::int64_t>(limit));
    return list.list(&read_run);
}

Result<std::vector<RunRecord>> SqliteStorage::runs_of(Id organization,
                                                      std::optional<RunState> state,
                                                      std::size_t limit) {
    Query list = query(state ? Sql::run_list_state : Sql::run_list);
    list->bind(1, organization.value);
    if (state) {
        list->bind(2, static_cast<int>(*state));
    }
    list->bind(state ? 3 : 2, static_cast<std::int64_t>(limit));
    return list.list(&read_run);
}

Result<> SqliteStorage::add_run_entry(const RunEntry& entry) {
    HF_CHECK(writable());
    Query put = query(Sql::run_entry_put);
    put->bind(1, entry.run.value)
        .bind(2, static_cast<std::int64_t>(entry.position))
        .bind(3, entry.at.ms)
        .bind(4, entry.entry)
        .bind(5, static_cast<int>(entry.code))
        .bind(6, entry.detail);
    return put->run();
}

Result<std::vector<RunEntry>> SqliteStorage::run_entries(Id run) {
    Query list = query(Sql::run_entry_list);
    list->bind(1, run.value);
    return list.list(&read_entry);
}

Result<std::size_t> SqliteStorage::drop_runs(WallTime ended_before, std::size_t limit) {
    HF_CHECK(writable());
    std::vector<Id> dropped;
    {
        Query drop = query(Sql::run_drop);
        drop->bind(1, ended_before.ms).bind(2, static_cast<std::int64_t>(limit));
        HF_TRY(dropped, drop.list(&read_id));
    }
    for (const Id run : dropped) {
        Query drop = query(Sql::run_entry_drop);
        drop->bind(1, run.value);
        HF_CHECK(drop->run());
    }
    return dropped.size();
}

}  // namespace holdfast::storage
