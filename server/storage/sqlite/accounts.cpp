#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::storage {
namespace {

AccountRecord read_account(const sqlite::Statement& row) {
    return {.user = Id{row.unsigned_integer(0)},
            .organization = Id{row.unsigned_integer(1)},
            .email = std::string(row.text(2)),
            .password_hash = std::string(row.text(3)),
            .active = row.integer(4) != 0};
}

DeviceRecord read_device(const sqlite::Statement& row) {
    return {.number = static_cast<DeviceNumber>(row.integer(0)),
            .user = Id{row.unsigned_integer(1)},
            .name = std::string(row.text(2)),
            .device_class = static_cast<wire::DeviceClass>(row.integer(3)),
            .salt = row.unsigned_integer(4),
            .previous_salt = row.unsigned_integer(5),
            .created_at = WallTime{row.integer(6)},
            .seen_at = WallTime{row.integer(7)},
            .revoked = row.integer(8) != 0};
}

SessionRecord read_session(const sqlite::Statement& row) {
    return {.id = std::string(row.text(0)),
            .user = Id{row.unsigned_integer(1)},
            .organization = Id{row.unsigned_integer(2)},
            .device = static_cast<DeviceNumber>(row.integer(3)),
            .generation = static_cast<std::uint32_t>(row.integer(4)),
            .created_at = WallTime{row.integer(5)},
            .refreshed_at = WallTime{row.integer(6)},
            .revoked = row.integer(7) != 0};
}

}  // namespace

Result<> SqliteStorage::put_account(const AccountRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::account_put);
    put->bind(1, record.user.value)
        .bind(2, record.organization.value)
        .bind(3, record.email)
        .bind(4, record.password_hash)
        .bind(5, static_cast<int>(record.active));
    return put->run();
}

Result<std::optional<AccountRecord>> SqliteStorage::find_account(std::string_view email) {
    Query find = query(Sql::account_find_email);
    find->bind(1, email);
    return find.find(&read_account);
}

Result<std::optional<AccountRecord>> SqliteStorage::find_account(Id user) {
    Query find = query(Sql::account_find_user);
    find->bind(1, user.value);
    return find.find(&read_account);
}

Result<bool> SqliteStorage::add_device(const DeviceRecord& record) {
    HF_CHECK(writable());
    if (record.number < server_device_limit || record.number > device_number_max) {
        return false;
    }
    HF_TRY(const auto taken, find_device(record.number));
    if (taken) {
        return false;
    }
    HF_CHECK(put_device(record));
    return true;
}

Result<std::optional<DeviceRecord>> SqliteStorage::find_device(DeviceNumber number) {
    Query find = query(Sql::device_find);
    find->bind(1, number);
    return find.find(&read_device);
}

Result<> SqliteStorage::put_device(const DeviceRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::device_put);
    put->bind(1, record.number)
        .bind(2, record.user.value)
        .bind(3, record.name)
        .bind(4, static_cast<int>(record.device_class))
        .bind(5, record.salt)
        .bind(6, record.previous_salt)
        .bind(7, record.created_at.ms)
        .bind(8, record.seen_at.ms)
        .bind(9, static_cast<int>(record.revoked));
    return put->run();
}

Result<> SqliteStorage::put_session(const SessionRecord& record) {
    HF_CHECK(writable());
    Query put = query(Sql::session_put);
    put->bind(1, record.id)
        .bind(2, record.user.value)
        .bind(3, record.organization.value)
        .bind(4, record.device)
        .bind(5, record.generation)
        .bind(6, record.created_at.ms)
        .bind(7, record.refreshed_at.ms)
        .bind(8, static_cast<int>(record.revoked));
    return put->run();
}

Result<std::optional<SessionRecord>> SqliteStorage::find_session(std::string_view id) {
    Query find = query(Sql::session_find);
    find->bind(1, id);
    return find.find(&read_session);
}

Result<std::vector<SessionRecord>> SqliteStorage::sessions_of(Id user) {
    Query list = query(Sql::session_list);
    list->bind(1, user.value);
    return list.list(&read_session);
}

}  // namespace holdfast::storage
