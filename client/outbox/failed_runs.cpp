// What is known of routines that have failed, and the outbox's door to it.

#include "client/outbox/failed_runs.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/outbox/adjusted.hpp"
#include "client/outbox/intent_columns.hpp"
#include "client/outbox/kept.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

std::string encode(const std::vector<Outbox::FailedRoutine>& routines) {
    json::Value list = json::Value::array();
    for (const Outbox::FailedRoutine& one : routines) {
        list.push_back(json::Value::array({one.name, one.code, one.detail}));
    }
    return list.dump(-1, ' ', false, json::Value::error_handler_t::replace);
}

std::vector<Outbox::FailedRoutine> parse(std::string_view text) {
    std::vector<Outbox::FailedRoutine> routines;
    for (const json::Value list = json::parse(text); const json::Value& one : list) {
        const auto is_text = [](const json::Value& each) { return each.is_string(); };
        if (one.is_array() && one.size() == 3 && std::ranges::all_of(one, is_text)) {
            routines.push_back({.name = one[0].get<std::string>(),
                                .code = one[1].get<std::string>(),
                                .detail = one[2].get<std::string>()});
        }
    }
    return routines;
}

}  // namespace

Result<FailedRuns> FailedRuns::open(sqlite::Database& database) {
    FailedRuns opened;
    HF_TRY(opened.put_,
           database.prepare(
               "INSERT OR REPLACE INTO failed_run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    HF_TRY(opened.erase_, database.prepare("DELETE FROM failed_run WHERE id = ?1"));
    HF_TRY(auto rows, database.prepare("SELECT * FROM failed_run ORDER BY id"));
    for (;;) {
        HF_TRY(const bool row, rows.step());
        if (!row) {
            return opened;
        }
        Outbox::Item item{
            .intent = read_intent(rows), .state = Outbox::State::applied, .offered = true};
        opened.remember({.item = std::move(item),
                         .routines = parse(rows.text(6)),
                         .is_read = rows.integer(7) != 0});
    }
}

std::optional<Outbox::Failed> FailedRuns::with(const Intent& intent,
                                               const Outbox::FailedRoutine& routine) const {
    const auto known = all_.find(intent.id);
    Outbox::Failed failed =
        known != all_.end()
            ? known->second
            : Outbox::Failed{
                  .item = {.intent = intent, .state = Outbox::State::applied, .offered = true}};
    if (failed.routines.size() >= limits::failed_routines_max ||
        std::ranges::find(failed.routines, routine.name, &Outbox::FailedRoutine::name) !=
            failed.routines.end()) {
        return std::nullopt;
    }
    failed.routines.push_back(routine);
    failed.is_read = false;
    return failed;
}

Result<> FailedRuns::write(const Outbox::Failed& failed) {
    const Id id = failed.item.intent.id;
    if (all_.size() >= limits::failed_runs_max && !all_.contains(id)) {
        HF_CHECK(erase_.reset().bind(1, all_.begin()->first.value).run());
    }
    const std::string routines = encode(failed.routines);
    return bind_intent(put_.reset(), failed.item.intent)
        .bind(7, std::string_view(routines))
        .bind(8, failed.is_read ? 1 : 0)
        .run();
}

void FailedRuns::remember(Outbox::Failed failed) {
    const Id id = failed.item.intent.id;
    if (all_.size() >= limits::failed_runs_max && !all_.contains(id)) {
        all_.erase(all_.begin());
    }
    all_.insert_or_assign(id, std::move(failed));
}

// ---------------------------------------------------------------------------- the outbox's door

const std::map<Id, Outbox::Failed>& Outbox::failed_runs() const {
    return failed_runs_->all();
}

/// Its own id is the greatest that is not above; others of its span are behind it.
Result<std::optional<Intent>> Outbox::find_done(Id id) const {
    std::optional<Intent> found;
    if (const auto after = items_.upper_bound(id); after != items_.begin()) {
        found = std::prev(after)->second.intent;
    }
    HF_TRY(auto kept, kept_->find_not_above(id));
    if (kept && (!found || found->id < kept->id)) {
        found = std::move(kept);
    }
    const bool is_of_span = found && id.value - found->id.value < ids_reserved(found->kind);
    return is_of_span ? found : std::nullopt;
}

Result<bool> Outbox::note_failed(Id id, const FailedRoutine& routine) {
    HF_TRY(const auto intent, find_done(id));
    auto failed = intent ? failed_runs_->with(*intent, routine) : std::nullopt;
    if (!failed) {
        return false;
    }
    const auto written = [&]() -> Result<> {
        HF_TRY(auto transaction, begin(sqlite::Durability::full));
        HF_CHECK(failed_runs_->write(*failed));
        return transaction.commit();
    }();
    failed_runs_->remember(*std::move(failed));  // where the disk is full, it is told all the same
    HF_CHECK(written);
    return true;
}

std::vector<const Outbox::Item*> Outbox::told() const {
    std::vector<const Item*> items;
    for (const auto& [id, item] : adjusted()) {
        items.push_back(&item);
    }
    for (const auto& [id, failed] : failed_runs()) {
        if (!failed.is_read && !adjusted().contains(id)) {
            items.push_back(&failed.item);
        }
    }
    return items;
}

Result<> Outbox::acknowledge(Id id) {
    const auto failed = failed_runs().find(id);
    const bool has_failed = failed != failed_runs().end() && !failed->second.is_read;
    if (!has_failed && !adjusted().contains(id)) {
        return fail(ErrorCode::outbox_unknown_item, to_string(id));
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::normal));
    HF_CHECK(adjusted_->write_erased(id));
    std::optional<Failed> read;
    if (has_failed) {
        read = failed->second;
        read->is_read = true;
        HF_CHECK(failed_runs_->write(*read));
    }
    HF_CHECK(transaction.commit());
    adjusted_->forget(id);
    if (read) {
        failed_runs_->remember(*std::move(read));
    }
    return {};
}

}  // namespace holdfast::client
