#include "server/storage/sqlite/sqlite_inspection.hpp"

#include <array>
#include <map>
#include <utility>

#include "server/storage/common/schema.hpp"

namespace holdfast::storage {
namespace {

struct StrayQuery {
    std::string_view what;
    std::string_view sql;
};

// The first id that a device can have minted: server_device_limit in the upper 32 bits.
static_assert(Id::make(server_device_limit, 0).value == 4398046511104);

constexpr std::array stray_queries{
    StrayQuery{"buckets of organizations that do not exist",
               "SELECT count(*) FROM bucket AS b WHERE NOT EXISTS"
               " (SELECT 1 FROM organization AS o WHERE o.id = b.organization)"},
    StrayQuery{"organizations whose directory bucket does not exist",
               "SELECT count(*) FROM organization AS o WHERE NOT EXISTS"
               " (SELECT 1 FROM bucket AS b WHERE b.id = o.directory)"},
    StrayQuery{"rows in buckets that do not exist",
               "SELECT count(*) FROM bucket_row AS r WHERE NOT EXISTS"
               " (SELECT 1 FROM bucket AS b WHERE b.id = r.bucket)"},
    StrayQuery{"tombstones in buckets that do not exist",
               "SELECT count(*) FROM tombstone AS t WHERE NOT EXISTS"
               " (SELECT 1 FROM bucket AS b WHERE b.id = t.bucket)"},
    StrayQuery{"tombstones of rows that are still there",
               "SELECT count(*) FROM tombstone AS t JOIN bucket_row AS r"
               " ON r.bucket = t.bucket AND r.kind = t.kind AND r.id = t.id"},
    StrayQuery{"messages of devices without a stored outcome, which could be written twice",
               "SELECT count(*) FROM bucket_row AS r WHERE r.kind = 7 AND r.id >= 4398046511104"
               " AND NOT EXISTS (SELECT 1 FROM outcome AS o WHERE o.intent = r.id)"},
    StrayQuery{"accounts of users without a bucket of their own",
               "SELECT count(*) FROM account AS a WHERE NOT EXISTS"
               " (SELECT 1 FROM bucket AS b WHERE b.kind = 1 AND b.owner = a.user_id)"},
    StrayQuery{"devices of users without an account",
               "SELECT count(*) FROM device AS d WHERE NOT EXISTS"
               " (SELECT 1 FROM account AS a WHERE a.user_id = d.user_id)"},
    StrayQuery{"sessions of devices that do not exist",
               "SELECT count(*) FROM session AS s WHERE NOT EXISTS"
               " (SELECT 1 FROM device AS d WHERE d.number = s.device)"},
};

/// "table bucket" → its text.
using Definitions = std::map<std::string, std::string>;

Result<Definitions> read_definitions(sqlite::Database& database) {
    HF_TRY(auto list,
           database.prepare("SELECT type, name, sql FROM sqlite_schema"
                            " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"));
    Definitions found;
    for (;;) {
        HF_TRY(const bool row, list.step());
        if (!row) {
            return found;
        }
        found[std::string(list.text(0)) + " " + std::string(list.text(1))] = list.text(2);
    }
}

Result<Definitions> expected_definitions() {
    HF_TRY(auto storage, SqliteStorage::open(":memory:"));
    return read_definitions(storage->database());
}

}  // namespace

Result<std::unique_ptr<SqliteInspection>> SqliteInspection::open(const std::string& path) {
    HF_TRY(auto storage, SqliteStorage::open_read_only(path));
    HF_CHECK(storage->database().execute("BEGIN"));
    return std::unique_ptr<SqliteInspection>(new SqliteInspection(std::move(storage)));
}

SqliteInspection::~SqliteInspection() {
    storage_->database().rollback();
}

Result<std::vector<std::string>> SqliteInspection::check_file() {
    HF_TRY(auto check, storage_->database().prepare("PRAGMA integrity_check(20)"));
    std::vector<std::string> found;
    for (;;) {
        const Result<bool> row = check.step();
        if (!row && row.error().code == ErrorCode::storage_corrupt) {
            found.push_back(row.error().detail);
            return found;
        }
        if (!row) {
            return std::unexpected(row.error());
        }
        if (!*row) {
            return found;
        }
        if (check.text(0) != "ok") {
            found.emplace_back(check.text(0));
        }
    }
}

Result<std::vector<std::string>> SqliteInspection::check_schema() {
    HF_TRY(const Definitions expected, expected_definitions());
    HF_TRY(const Definitions there, read_definitions(storage_->database()));
    std::vector<std::string> found;
    for (const auto& [name, text] : expected) {
        const auto at = there.find(name);
        if (at == there.end()) {
            found.push_back("The " + name + " is missing.");
        } else if (at->second != text) {
            found.push_back("The " + name + " is not defined as this program defines it.");
        }
    }
    for (const auto& [name, text] : there) {
        if (!expected.contains(name)) {
            found.push_back("The " + name + " is not one of this program's.");
        }
    }
    return found;
}

Result<std::vector<Stray>> SqliteInspection::find_strays() {
    std::vector<Stray> strays;
    for (const StrayQuery& one : stray_queries) {
        HF_TRY(auto count, storage_->database().prepare(one.sql));
        HF_TRY(const bool row, count.step());
        if (row && count.integer(0) > 0) {
            strays.push_back({std::string(one.what), count.unsigned_integer(0)});
        }
    }
    return strays;
}

Result<std::vector<FoundRow>> SqliteInspection::find_rows(Id id) {
    HF_TRY(auto list,
           storage_->database().prepare("SELECT bucket, kind, 0 FROM bucket_row WHERE id = $1"
                                        " UNION ALL "
                                        "SELECT bucket, kind, version FROM tombstone WHERE id = $1"
                                        " ORDER BY 1, 2"));
    list.bind(1, id.value);
    std::vector<FoundRow> found;
    for (;;) {
        HF_TRY(const bool is_row, list.step());
        if (!is_row) {
            break;
        }
        found.push_back({.bucket = BucketId{list.unsigned_integer(0)},
                         .row = {.kind = static_cast<RowKind>(list.integer(1)),
                                 .id = id,
                                 .version = list.unsigned_integer(2)}});
    }
    for (FoundRow& one : found) {
        HF_TRY(auto row, storage_->find_row({one.bucket, one.row.kind, id}));
        if (row) {
            one.row = *std::move(row);
        }
    }
    return found;
}

Result<> SqliteInspection::visit_outcomes(
    const std::function<void(const Outcome& outcome, Id user)>& visit) {
    HF_TRY(auto list,
           storage_->database().prepare("SELECT intent, user_id FROM outcome ORDER BY intent"));
    for (;;) {
        HF_TRY(const bool row, list.step());
        if (!row) {
            return {};
        }
        HF_TRY(const auto outcome, storage_->find_outcome(Id{list.unsigned_integer(0)}));
        if (outcome) {
            visit(*outcome, Id{list.unsigned_integer(1)});
        }
    }
}

}  // namespace holdfast::storage
