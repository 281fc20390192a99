#include "platform/sqlite/copy.hpp"

#include <sqlite3.h>

#include <memory>

#include "platform/sqlite/failure.hpp"

namespace holdfast::sqlite {
namespace {

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

Result<> copy_pages(sqlite3* from, sqlite3* to) {
    sqlite3_backup* copy = sqlite3_backup_init(to, "main", from, "main");
    if (copy == nullptr) {
        return failure(to, sqlite3_errcode(to));
    }
    // In one step, which is one reading transaction: in several, every write of another connection
    // would begin the copy again, and a busy server's would never end.
    const int stepped = sqlite3_backup_step(copy, -1);
    const int finished = sqlite3_backup_finish(copy);
    if (stepped != SQLITE_DONE) {
        return failure(finished == SQLITE_OK ? nullptr : to, stepped);
    }
    return {};
}

}  // namespace

Result<> copy_database(Database& from, const std::string& path) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    const std::unique_ptr<sqlite3, Close> to(opened);
    if (result != SQLITE_OK) {
        return failure(opened, result);
    }
    return copy_pages(from.handle(), opened);
}

Result<> copy_database(Database& from, Database& to) {
    return copy_pages(from.handle(), to.handle());
}

Result<> copy_rows(Database& from, Database& to, std::string_view table) {
    const std::string name(table);
    HF_TRY(Statement all, from.prepare("SELECT * FROM " + name));
    std::string values = "?";
    for (int column = 1; column < all.columns(); ++column) {
        values += ", ?";
    }
    HF_TRY(Statement insert, to.prepare("INSERT INTO " + name + " VALUES (" + values + ")"));
    for (;;) {
        HF_TRY(const bool row, all.step());
        if (!row) {
            return {};
        }
        insert.bind_row(all);
        HF_CHECK(insert.run());
    }
}

}  // namespace holdfast::sqlite
