// What the session asks to be stored: rows, heads, outcomes.

#include <algorithm>
#include <utility>
#include <vector>

#include "client/engine/limits.hpp"
#include "client/engine/sync_driver.hpp"
#include "core/base/sum.hpp"
#include "core/model/args.hpp"
#include "core/model/entitlement.hpp"
#include "core/rules/told_failure.hpp"

namespace holdfast::client {

void SyncDriver::carry_out(const Session::StorePage& output) {
    const auto stored = device_.replica().store_page(output.page);
    if (!stored) {
        failed(stored.error());
        return;
    }
    if (!keep_at_) {
        keep_at_ = device_.now + limits::keep_within;
    }
    rows_in_turn_ += output.page.rows.size();
    note_page(output.page, stored->removed);
    device_.counters.received(stored->new_rows);
    session_->handle(device_.now, Session::PageStored{stored->cursor, stored->new_rows});
}

/// The welcome has said what the organization is entitled to; what changes since comes as a row.
/// One that is fetched anew or mended may be newer than the welcome, too, but each row counts once
/// (of a restored server another may have its version): a server whose two words differ would have
/// the device delete and fetch without end.
void SyncDriver::note_entitlement(const wire::Page& page) {
    if (page.head.kind != BucketKind::directory) {
        return;
    }
    for (const RowRef& row : page.rows) {
        if (row.kind != RowKind::entitlement || row.deleted()) {
            continue;
        }
        const Sum sum = row_sum(
            static_cast<std::uint8_t>(row.kind), row.id, row.version, page.head.epoch, row.body);
        if (page.mode == wire::PullMode::delta || sum != heeded_) {
            heeded_ = sum;
            if (const auto value = body::parse_entitlement(row.body)) {
                device_.tell(offline::input::Policy{body::policy_of(*value)});
            }
        }
    }
}

/// A routine behind what was done here has failed: told as long as nobody has read it (OM28). Where
/// the disk is full it is told until the app is closed; the channel tells it too.
void SyncDriver::note_failed_routine(const RowRef& message) {
    const auto told = message.deleted() ? std::nullopt : told_failure(message.body);
    if (!told || !told->of) {
        return;
    }
    const auto noted = device_.outbox.note_failed(
        told->of, {.name = told->routine, .code = told->code, .detail = told->detail});
    if (!noted || *noted) {
        device_.changes.add(Topic::About::outbox);
    }
}

void SyncDriver::note_page(const wire::Page& page, std::span<const RowKey> removed) {
    const Bucket& head = page.head;
    std::uint8_t noted = 0;
    for (const RowRef& row : page.rows) {
        if (row.kind == RowKind::task || static_cast<std::uint8_t>(row.kind) != noted) {
            device_.changes.row_changed({head.id, row.kind, row.id});
            noted = static_cast<std::uint8_t>(row.kind);
        }
        if (row.kind == RowKind::message) {
            note_failed_routine(row);
        }
        if (row.kind == RowKind::read_mark || row.kind == RowKind::channel) {
            device_.unread.forget(row.id);
        }
    }
    for (const RowKey& key : removed) {
        device_.changes.row_changed(key);
    }
    if (head.kind == BucketKind::timeline) {
        device_.unread.forget(head.owner);
    }
    device_.changes.bucket_changed(head.id, head.kind);
    device_.overlay.base_changed(page);
    note_entitlement(page);
    device_.hurry(bulk_ ? Device::Urgency::bulk : Device::Urgency::live);
}

void SyncDriver::note_all_rows(const Bucket& head) {
    for (auto kind = RowKind::organization; kind <= last_row_kind;
         kind = static_cast<RowKind>(static_cast<std::uint8_t>(kind) + 1)) {
        device_.changes.rows_changed(head.id, kind);
    }
    device_.changes.bucket_changed(head.id, head.kind);
}

void SyncDriver::carry_out(const Session::StoreHeads& output) {
    if (const auto stored = device_.replica().store_heads(output.heads); !stored) {
        failed(stored.error());
        return;
    }
    for (const Bucket& head : output.heads) {
        device_.changes.bucket_changed(head.id, head.kind);
    }
}

void SyncDriver::carry_out(const Session::DropBuckets& output) {
    Replica& replica = device_.replica();
    for (const BucketId id : output.buckets) {
        const sync::BucketCursor* cursor = replica.bucket(id);
        if (cursor == nullptr) {
            continue;
        }
        note_all_rows(cursor->head);
        device_.unread.forget(cursor->head.owner);
        device_.older.drop(cursor->head.owner);
    }
    if (const auto dropped = replica.drop_buckets(output.buckets); !dropped) {
        failed(dropped.error());
    }
    if (replica.forgets_drops()) {
        if (replica.take_undone()) {
            note_undone();
        }
        device_.leave_disk();
        (void)device_.replica().drop_buckets(output.buckets);
    }
    device_.overlay.base_replaced();
    device_.hurry(Device::Urgency::live);
}

void SyncDriver::carry_out(const Session::StoreOutcomes& output) {
    if (const auto settled = device_.outbox.settle(output.outcomes); !settled) {
        disk_is_behind_ = true;
        failed(settled.error());
        return;
    }
    std::vector<Id> refused;
    std::uint64_t judged = 0;
    for (const Outcome& outcome : output.outcomes) {
        const Outbox::Item* item = device_.outbox.find(outcome.intent);
        if (item == nullptr) {
            continue;
        }
        judged += 1;
        if (item->state == Outbox::State::applied) {
            device_.overlay.confirm(outcome.intent);
        }
        if (item->state != Outbox::State::rejected) {
            continue;
        }
        refused.push_back(outcome.intent);
        device_.unread.forget(item->intent.lane);
        if (item->intent.kind == IntentKind::channel_read) {
            (void)device_.outbox.discard(outcome.intent);  // nobody has to decide on a read mark
        }
    }
    device_.overlay.remove(refused, device_.changes);
    device_.counters.sent(judged);
    device_.changes.add(Topic::About::counters);
    device_.outbox_changed();
    device_.hurry(Device::Urgency::live);
    session_->handle(device_.now, Session::OutboxChanged{device_.outbox.waiting()});
}

/// A row that was written again since comes with its newest version only: until the bucket is as
/// far as it was heard of, it may be neither here nor behind.
bool SyncDriver::has_passed(const Position& position) const {
    const sync::BucketCursor* cursor = device_.replica().bucket(position.bucket);
    if (cursor == nullptr) {
        return told_complete_;  // a bucket that is not here then is one that nobody here may read
    }
    return cursor->complete && cursor->exact() && cursor->version >= position.version;
}

std::vector<Id> SyncDriver::seen() const {
    std::vector<Id> seen;
    for (const Id id : device_.outbox.applied()) {
        const Outbox::Item& item = device_.outbox.items().at(id);
        if (std::ranges::all_of(item.positions, [&](const auto& at) { return has_passed(at); })) {
            seen.push_back(id);
        }
    }
    return seen;
}

/// A reaction to a message that is only in memory: nobody will send that row again.
void SyncDriver::adopt(const Intent& intent) {
    const OlderMessages::Held* held = device_.older.find(intent.lane);
    const auto reaction = held != nullptr && intent.kind == IntentKind::message_react
                              ? args::parse_message_react(intent.args)
                              : fail(ErrorCode::none);
    if (!reaction) {
        return;
    }
    for (const BucketId bucket : held->buckets) {
        const RowKey key{bucket, RowKind::message, reaction->message};
        if (const RowChange* change = device_.overlay.find(key, intent.id)) {
            device_.older.adopt(*change);
            device_.changes.add(Topic::About::older);
        }
    }
}

/// Where the replica is in memory for lack of room they stay in the outbox, without an overlay:
/// what is on the disk may be older, and does not show then whether the server has lost them.
void SyncDriver::forget_seen() {
    std::vector<Id> seen = this->seen();
    const bool stays = device_.lacks_room();
    if (stays) {
        std::erase_if(seen, [&](Id id) { return !device_.overlay.contains(id); });
    }
    if (seen.empty() || !keep()) {  // what the outbox gives up stands in the replica for good
        return;
    }
    for (const Id id : seen) {
        const Intent& intent = device_.outbox.items().at(id).intent;
        device_.unread.forget(intent.lane);
        adopt(intent);
    }
    device_.overlay.remove(seen, device_.changes);
    if (!stays) {
        (void)device_.outbox.forget(seen);  // where the disk is full: at the next start
    }
    device_.changes.add(Topic::About::outbox);
}

void SyncDriver::carry_out(const Session::LoadIntents& output) {
    if (send_again_due_) {
        // What the server has lost goes before what is newer, and there is no room for it yet.
        session_->handle(device_.now, Session::IntentsLoaded{.intents = {}, .more = false});
        return;
    }
    auto loaded = device_.outbox.load(output.after, output.limit, output.bytes, device_.now);
    device_.outbox.offer(loaded.intents);
    session_->handle(device_.now, Session::IntentsLoaded{std::move(loaded.intents), loaded.more});
    device_.changes.add(Topic::About::outbox);
    device_.hurry(Device::Urgency::live);
}

void SyncDriver::carry_out(Session::Greeted& output) {
    if (auto account = device_.account()) {
        account->salt = output.salt;
        account->device = output.device;
        account->resume = std::move(output.resume);
        // Without it the server takes this device for a copy and gives it a number: harmless.
        (void)device_.outbox.save_account(*account);
    }
    device_.learn_server_time(output.server_time);
    device_.counters.begin();
    told_ = Told::connected;
    told_complete_ = false;
    device_.tell(offline::input::Connected{output.server_time});
    if (const auto policy = body::parse_offline_policy(output.policy)) {
        device_.tell(offline::input::Policy{*policy});
    }
    storage_retry_at_.reset();
    device_.hurry(Device::Urgency::live);
    device_.changes.add(Topic::About::counters);
    doubt_confirmed();
    device_.changes.add(Topic::About::presence);
}

void SyncDriver::carry_out(const Session::ContactsChanged& output) {
    for (const wire::Presence::Entry& entry : output.contacts) {
        device_.contacts.insert_or_assign(entry.user, entry.state);
    }
    device_.contacts_known = true;
    device_.changes.add(Topic::About::presence);
}

void SyncDriver::carry_out(const Session::StatusChanged& /*output*/) {
    device_.changes.add(Topic::About::counters);
}

// ---------------------------------------------------------------------------- storage

bool SyncDriver::keep() {
    Replica& replica = device_.replica();
    keep_at_.reset();
    if (replica.has_unflushed()) {
        if (const auto kept = replica.flush(); kept) {
            restored();
        } else {
            failed(kept.error());
        }
    }
    if (!replica.take_undone()) {
        return true;
    }
    note_undone();
    pump();
    return false;
}

/// What stood on the undone rows is made again. None of it was shown or left the device.
void SyncDriver::note_undone() {
    disk_is_behind_ = true;
    if (!storage_retry_at_) {
        storage_retry_at_ = device_.now + limits::storage_retry_every;
    }
    device_.unread.clear();
    device_.overlay.base_replaced();
    for (const sync::BucketCursor& cursor : device_.replica().cursors()) {
        note_all_rows(cursor.head);
    }
}

void SyncDriver::failed(const Error& error) {
    if (error.code == ErrorCode::storage_corrupt) {
        device_.replica_broken = true;  // the server has everything: it is fetched again
        return;
    }
    device_.tell_storage(error.code == ErrorCode::storage_full);
    storage_retry_at_ = device_.now + limits::storage_retry_every;
    if (session_) {
        session_->handle(device_.now, Session::StoreFailed{error.code});
    }
}

void SyncDriver::restored() {
    if (storage_retry_at_ && !disk_is_behind_ && !send_again_due_) {
        storage_retry_at_.reset();
    }
    if (device_.storage_full && !device_.lacks_room()) {
        sweep_again_at_.reset();  // what was revoked meanwhile goes first
        device_.tell_storage(false);
    }
}

}  // namespace holdfast::client
