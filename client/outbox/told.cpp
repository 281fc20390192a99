// What is told of actions that are done, and the outbox's door to it.

#include "client/outbox/told.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/outbox/kept.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

std::string encode(const std::vector<Outbox::FailedRoutine>& routines) {
    json::Value list = json::Value::array();
    for (const Outbox::FailedRoutine& one : routines) {
        list.push_back(json::Value::array({one.name, one.code, one.detail}));
    }
    return json::dump(list);
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

/// An action that the server has done.
Outbox::Item done(Intent intent) {
    return {.intent = std::move(intent), .state = Outbox::State::applied, .offered = true};
}

/// What is known of an action once this routine of it has failed too; nothing: it is no news, or
/// more than is told.
std::optional<Outbox::Failed> with_failed(const std::map<Id, Outbox::Failed>& all,
                                          const Intent& intent,
                                          const Outbox::FailedRoutine& routine) {
    const auto known = all.find(intent.id);
    Outbox::Failed failed =
        known != all.end() ? known->second : Outbox::Failed{.item = done(intent)};
    if (failed.routines.size() >= limits::failed_routines_max ||
        std::ranges::find(failed.routines, routine.name, &Outbox::FailedRoutine::name) !=
            failed.routines.end()) {
        return std::nullopt;
    }
    failed.routines.push_back(routine);
    failed.is_read = false;
    return failed;
}

}  // namespace

AdjustedIntents::Row AdjustedIntents::row_of(const Intent& intent, const Outcome& outcome) {
    Row item = done(intent);
    item.code = outcome.code;
    item.detail = outcome.detail;
    return item;
}

AdjustedIntents::Row AdjustedIntents::read(const sqlite::Statement& row) {
    Row item = done(read_intent(row));
    item.code = static_cast<ErrorCode>(row.integer(6));
    item.detail = row.text(7);
    return item;
}

Result<> AdjustedIntents::put(sqlite::Statement& statement, const Row& row) {
    return statement.bind(7, static_cast<int>(row.code))
        .bind(8, std::string_view(row.detail))
        .run();
}

FailedRuns::Row FailedRuns::read(const sqlite::Statement& row) {
    return {.item = done(read_intent(row)),
            .routines = parse(row.text(6)),
            .is_read = row.integer(7) != 0};
}

Result<> FailedRuns::put(sqlite::Statement& statement, const Row& row) {
    const std::string routines = encode(row.routines);
    return statement.bind(7, std::string_view(routines)).bind(8, row.is_read ? 1 : 0).run();
}

// ---------------------------------------------------------------------------- the outbox's door

const std::map<Id, Outbox::Item>& Outbox::adjusted() const {
    return adjusted_->all();
}

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
    auto failed = intent ? with_failed(failed_runs(), *intent, routine) : std::nullopt;
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

/// Whether an action of failed_runs() is told for that, and not as one of adjusted() already.
bool Outbox::is_told(const Failed& failed) const {
    return !failed.is_read && !adjusted().contains(failed.item.intent.id);
}

std::vector<const Outbox::Item*> Outbox::told() const {
    std::vector<const Item*> items;
    for (const auto& [id, item] : adjusted()) {
        items.push_back(&item);
    }
    for (const auto& [id, failed] : failed_runs()) {
        if (is_told(failed)) {
            items.push_back(&failed.item);
        }
    }
    return items;
}

std::size_t Outbox::told_count() const {
    const auto told = [this](const auto& entry) { return is_told(entry.second); };
    return adjusted().size() + static_cast<std::size_t>(std::ranges::count_if(failed_runs(), told));
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
