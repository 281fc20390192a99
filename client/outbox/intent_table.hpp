#pragma once

#include <map>
#include <string>
#include <utility>

#include "client/outbox/intent_columns.hpp"
#include "core/base/result.hpp"

namespace holdfast::client {

/// A table of intents that is held in memory too, by id. Beyond its limit the oldest go. Inside
/// client/outbox only.
///
/// @tparam Kind  what it is a table of: `name`, `rows_max`, the type `Row`, and with it
///               intent_of(row), read(statement) and put(statement, row). The first six columns
///               are an intent's, two more are for read() and put().
template <class Kind>
class IntentTable {
public:
    using Row = typename Kind::Row;

    [[nodiscard]] static Result<IntentTable> open(sqlite::Database& database) {
        const std::string name(Kind::name);
        IntentTable opened;
        HF_TRY(opened.put_,
               database.prepare("INSERT OR REPLACE INTO " + name +
                                " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
        HF_TRY(opened.erase_, database.prepare("DELETE FROM " + name + " WHERE id = ?1"));
        HF_TRY(auto rows, database.prepare("SELECT * FROM " + name + " ORDER BY id"));
        for (;;) {
            HF_TRY(const bool row, rows.step());
            if (!row) {
                return opened;
            }
            opened.remember(Kind::read(rows));
        }
    }

    [[nodiscard]] const std::map<Id, Row>& all() const { return all_; }

    /// Inside a transaction of the caller, as write_erased(); remember() and forget() once it is
    /// committed.
    [[nodiscard]] Result<> write(const Row& row) {
        const Intent& intent = Kind::intent_of(row);
        if (has_no_room_for(intent.id)) {
            HF_CHECK(write_erased(all_.begin()->first));
        }
        return Kind::put(bind_intent(put_.reset(), intent), row);
    }
    [[nodiscard]] Result<> write_erased(Id id) { return erase_.reset().bind(1, id.value).run(); }
    void remember(Row row) {
        const Id id = Kind::intent_of(row).id;
        if (has_no_room_for(id)) {
            all_.erase(all_.begin());
        }
        all_.insert_or_assign(id, std::move(row));
    }
    void forget(Id id) { all_.erase(id); }
    void clear() { all_.clear(); }

private:
    [[nodiscard]] bool has_no_room_for(Id id) const {
        return all_.size() >= Kind::rows_max && !all_.contains(id);
    }

    sqlite::Statement put_;
    sqlite::Statement erase_;
    std::map<Id, Row> all_;
};

}  // namespace holdfast::client
