// The items of the outbox: in, out, and what the server said.

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "client/outbox/intent_columns.hpp"
#include "client/outbox/kept.hpp"
#include "client/outbox/limits.hpp"
#include "client/outbox/outbox.hpp"
#include "client/outbox/positions.hpp"
#include "client/outbox/statements.hpp"
#include "client/outbox/told.hpp"
#include "core/base/broken.hpp"

namespace holdfast::client {
namespace {

std::size_t bytes_of(const Intent& intent) {
    return intent.args.size() + limits::item_overhead_bytes;
}

}  // namespace

Result<std::uint32_t> Outbox::counter_after(IntentKind kind) const {
    const std::uint32_t taken = ids_reserved(kind);
    if (counter_ > std::numeric_limits<std::uint32_t>::max() - taken) {
        return fail(ErrorCode::storage_failed, "all ids of this device are used");
    }
    return counter_ + taken;
}

/// What is only kept while there is room goes before an action is refused.
Result<Intent> Outbox::add(Intent draft, DeviceNumber device, Instant now, Origin origin) {
    auto added = add_once(draft, device, now, origin);
    const bool is_full = !added && added.error().code == ErrorCode::storage_full;
    if (is_full && bytes_of_files(true) > 0 && drop_cached()) {
        added = add_once(draft, device, now, origin);
    }
    return added;
}

Result<Intent> Outbox::add_once(const Intent& draft,
                                DeviceNumber device,
                                Instant now,
                                const Origin& origin) {
    if (items_.size() >= limits::outbox_items_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::outbox_items_max);
    }
    if (bytes_ + bytes_of(draft) > limits::outbox_bytes_max) {
        return fail_at_limit(ErrorCode::outbox_full, limits::outbox_bytes_max);
    }
    HF_TRY(const std::uint32_t counter, counter_after(draft.kind));
    Item item;
    item.intent = draft;
    item.intent.id = next_id(device);
    item.saved_at = now;
    item.offered = origin.connected;
    HF_TRY(Claiming files, claim(origin, item.intent));
    if (origin.refused && !refused_.contains(origin.refused)) {
        return fail(ErrorCode::outbox_unknown_item, to_string(origin.refused));
    }

    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(insert(item, counter));
    if (origin.refused) {
        HF_CHECK(erase(origin.refused));
    }
    if (origin.form) {
        HF_CHECK(erase_draft(*origin.form));
    }
    HF_CHECK(write_files(files.claimed));
    HF_CHECK(erase_files(files.dropped));
    HF_CHECK(transaction.commit());
    counter_ = counter;
    if (origin.form) {
        drafts_.erase(*origin.form);
    }
    if (origin.refused) {
        drop(origin.refused);
    }
    remember(std::move(files.claimed));
    drop_files(files.dropped);
    Intent added = item.intent;
    remember(std::move(item));
    return added;
}

Result<> Outbox::insert(const Item& item, std::uint32_t counter) {
    HF_CHECK(write_value("counter", std::to_string(counter)));
    return write_item(item);
}

Result<> Outbox::write_item(const Item& item) {
    return bind_intent(statements_->insert.reset(), item.intent)
        .bind(7, static_cast<int>(item.state))
        .bind(8, item.offered ? offered_yes : offered_no)
        .run();
}

Result<> Outbox::erase(Id id) {
    return statements_->erase.reset().bind(1, id.value).run();
}

Outbox::Loaded Outbox::load(Id after, std::size_t limit, std::size_t bytes, Instant now) const {
    Loaded loaded;
    std::size_t taken = 0;
    for (auto at = items_.upper_bound(after); at != items_.end(); ++at) {
        const Item& item = at->second;
        if (item.state != State::waiting) {
            continue;
        }
        const std::size_t size = bytes_of(item.intent);
        if (!loaded.intents.empty() && (loaded.intents.size() >= limit || taken + size > bytes)) {
            loaded.more = true;
            return loaded;
        }
        taken += size;
        loaded.intents.push_back(item.intent);
        if (item.saved_at) {
            loaded.intents.back().elapsed_ms = (now - *item.saved_at).count;
        }
    }
    return loaded;
}

void Outbox::offer(std::span<const Intent> intents) {
    std::vector<Id> fresh;
    for (const Intent& intent : intents) {
        const auto found = items_.find(intent.id);
        if (found != items_.end() && (!found->second.offered || found->second.lent)) {
            found->second.offered = true;
            found->second.lent = false;
            fresh.push_back(intent.id);
        }
    }
    if (!fresh.empty()) {
        (void)write_offered(fresh, offered_yes);
    }
}

Result<> Outbox::lend(std::span<const Intent> intents) {
    std::vector<Id> fresh;
    for (const Intent& intent : intents) {
        const Item* item = find(intent.id);
        if (item != nullptr && !item->offered) {
            fresh.push_back(intent.id);
        }
    }
    HF_CHECK(write_offered(fresh, offered_lent));
    for (const Id id : fresh) {
        items_.at(id).offered = true;
        items_.at(id).lent = true;
    }
    return {};
}

Result<> Outbox::end_lending(Lent what) {
    std::vector<Id> lent;
    for (const auto& [id, item] : items_) {
        if (item.lent) {
            lent.push_back(id);
        }
    }
    const bool taken = what == Lent::taken;
    HF_CHECK(write_offered(lent, taken ? offered_yes : offered_no));
    for (const Id id : lent) {
        items_.at(id).offered = taken;
        items_.at(id).lent = false;
    }
    return {};
}

Result<> Outbox::write_offered(std::span<const Id> ids, int how) {
    if (ids.empty()) {
        return {};
    }
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    for (const Id id : ids) {
        HF_CHECK(statements_->offer.reset().bind(1, id.value).bind(2, how).run());
    }
    return transaction.commit();
}

Result<> Outbox::settle(std::span<const Outcome> outcomes) {
    struct Change {
        Id id;
        State state = State::waiting;
        const Outcome* outcome = nullptr;
    };
    std::vector<Change> changes;
    for (const Outcome& outcome : outcomes) {
        const auto found = items_.find(outcome.intent);
        if (found == items_.end() || found->second.state != State::waiting ||
            outcome.status == OutcomeStatus::later) {
            continue;
        }
        const bool rejected = outcome.status == OutcomeStatus::rejected;
        changes.push_back({outcome.intent, rejected ? State::rejected : State::applied, &outcome});
    }
    if (changes.empty()) {
        return {};
    }
    // What the screen has said to be confirmed does not wait again when the app was closed
    // meanwhile.
    HF_TRY(auto transaction, begin(outlives_process_));
    for (const Change& change : changes) {
        HF_CHECK(statements_->settle.reset()
                     .bind(1, change.id.value)
                     .bind(2, static_cast<int>(change.state))
                     .bind(3, static_cast<int>(change.outcome->code))
                     .bind(4, std::string_view(change.outcome->detail))
                     .bind(5, encode_positions(change.outcome->positions))
                     .run());
        if (change.outcome->status == OutcomeStatus::adjusted) {
            const Intent& intent = items_.at(change.id).intent;
            HF_CHECK(adjusted_->write(AdjustedIntents::row_of(intent, *change.outcome)));
        }
    }
    HF_CHECK(transaction.commit());
    for (const Change& change : changes) {
        Item& item = items_.at(change.id);
        item.state = change.state;
        item.code = change.outcome->code;
        item.detail = change.outcome->detail;
        item.positions = change.outcome->positions;
        waiting_ -= 1;
        if (change.outcome->status == OutcomeStatus::adjusted) {
            adjusted_->remember(AdjustedIntents::row_of(item.intent, *change.outcome));
        }
        (change.state == State::applied ? applied_ : refused_).insert(change.id);
    }
    return {};
}

Result<> Outbox::forget(std::span<const Id> ids) {
    HF_TRY(auto transaction, begin(sqlite::Durability::normal));
    for (const Id id : ids) {
        const Item* item = find(id);
        if (item != nullptr && item->state == State::applied) {
            HF_CHECK(kept_->keep(item->intent));
            HF_CHECK(erase(id));
        }
    }
    HF_CHECK(transaction.commit());
    for (const Id id : ids) {
        const Item* item = find(id);
        if (item != nullptr && item->state == State::applied) {
            drop(id);
        }
    }
    return {};
}

bool Outbox::can_discard(const Item& item) {
    const bool sent = item.offered && !HF_BROKEN(sent_taken_back);
    return item.state == State::rejected || (item.state == State::waiting && !sent);
}

std::vector<Id> Outbox::dependents(Id id) const {
    std::vector<Id> found;
    const Item* first = find(id);
    if (first != nullptr && first->code == ErrorCode::intent_id_conflict) {
        return found;  // what names it means what another image of the device has written
    }
    std::vector<std::string> names{to_string(id)};
    for (auto at = items_.upper_bound(id); at != items_.end(); ++at) {
        const Item& item = at->second;
        const auto is_named = [&](const std::string& name) {
            return item.intent.args.find('"' + name + '"') != std::string::npos;
        };
        if (item.state == State::waiting && !item.offered && std::ranges::any_of(names, is_named)) {
            found.push_back(at->first);
            names.push_back(to_string(at->first));
        }
    }
    return found;
}

Result<std::vector<Id>> Outbox::discard(Id id) {
    const Item* item = find(id);
    if (item == nullptr || item->state == State::applied) {
        return fail(ErrorCode::outbox_unknown_item, to_string(id));
    }
    if (!can_discard(*item)) {
        return fail(ErrorCode::outbox_may_be_sent, to_string(id));
    }
    std::vector<Id> all{id};
    std::ranges::copy(dependents(id), std::back_inserter(all));
    const std::vector<Id> files = file_ids_of(all);
    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    for (const Id one : all) {
        HF_CHECK(erase(one));
    }
    HF_CHECK(erase_files(files));
    HF_CHECK(transaction.commit());
    std::ranges::for_each(all, [this](Id one) { drop(one); });
    drop_files(files);
    return all;
}

Result<Intent> Outbox::retry(Id id, DeviceNumber device, Instant now, bool connected) {
    const Item* refused = find(id);
    if (refused == nullptr || refused->state != State::rejected) {
        return fail(ErrorCode::outbox_unknown_item, to_string(id));
    }
    HF_TRY(const std::uint32_t counter, counter_after(refused->intent.kind));
    Item item;
    item.intent = refused->intent;
    item.intent.id = next_id(device);
    if (refused->intent.lane == id) {
        item.intent.lane = item.intent.id;  // what it begins has its id
    }
    item.saved_at = now;
    item.offered = connected;
    std::vector<File> files = files_of(id);

    HF_TRY(auto transaction, begin(sqlite::Durability::full));
    HF_CHECK(erase(id));
    HF_CHECK(insert(item, counter));
    for (File& file : files) {
        file.intent = item.intent.id;
        file.channel = item.intent.lane;
    }
    HF_CHECK(write_files(files));
    HF_CHECK(transaction.commit());
    counter_ = counter;
    drop(id);
    remember(std::move(files));
    Intent added = item.intent;
    remember(std::move(item));
    return added;
}

const Outbox::Item* Outbox::find(Id id) const {
    const auto found = items_.find(id);
    return found == items_.end() ? nullptr : &found->second;
}

void Outbox::remember(Item item) {
    waiting_ += item.state == State::waiting ? 1 : 0;
    bytes_ += bytes_of(item.intent);
    const Id id = item.intent.id;
    if (item.state != State::waiting) {
        (item.state == State::applied ? applied_ : refused_).insert(id);
    }
    items_.insert_or_assign(id, std::move(item));
}

void Outbox::drop(Id id) {
    const auto found = items_.find(id);
    waiting_ -= found->second.state == State::waiting ? 1 : 0;
    bytes_ -= bytes_of(found->second.intent);
    applied_.erase(id);
    refused_.erase(id);
    items_.erase(found);
}

}  // namespace holdfast::client
