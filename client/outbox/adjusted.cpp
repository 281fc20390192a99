#include "client/outbox/adjusted.hpp"

#include <utility>

#include "client/outbox/intent_columns.hpp"

namespace holdfast::client {
namespace {

Outbox::Item item_of(Intent intent, ErrorCode code, std::string detail) {
    return {.intent = std::move(intent),
            .state = Outbox::State::applied,
            .code = code,
            .detail = std::move(detail),
            .offered = true};
}

}  // namespace

Result<AdjustedIntents> AdjustedIntents::open(sqlite::Database& database) {
    AdjustedIntents opened;
    HF_TRY(opened.put_,
           database.prepare(
               "INSERT OR REPLACE INTO adjusted VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    HF_TRY(opened.erase_, database.prepare("DELETE FROM adjusted WHERE id = ?1"));
    HF_TRY(auto rows, database.prepare("SELECT * FROM adjusted ORDER BY id"));
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return opened;
        }
        Intent intent = read_intent(rows);
        const Id id = intent.id;
        opened.all_.emplace(id,
                            item_of(std::move(intent),
                                    static_cast<ErrorCode>(rows.integer(6)),
                                    std::string(rows.text(7))));
    }
}

Result<> AdjustedIntents::write(const Intent& intent, const Outcome& outcome) {
    if (all_.size() >= limits::adjusted_max) {
        HF_CHECK(write_erased(all_.begin()->first));
    }
    return bind_intent(put_.reset(), intent)
        .bind(7, static_cast<int>(outcome.code))
        .bind(8, std::string_view(outcome.detail))
        .run();
}

Result<> AdjustedIntents::write_erased(Id id) {
    return erase_.reset().bind(1, id.value).run();
}

void AdjustedIntents::remember(const Intent& intent, const Outcome& outcome) {
    if (all_.size() >= limits::adjusted_max) {
        all_.erase(all_.begin());
    }
    all_.insert_or_assign(intent.id, item_of(intent, outcome.code, outcome.detail));
}

}  // namespace holdfast::client
