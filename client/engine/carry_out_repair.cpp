// What the session asks for while a bucket is repaired.

#include <algorithm>
#include <span>
#include <utility>

#include "client/engine/limits.hpp"
#include "client/engine/sync_driver.hpp"
#include "core/base/broken.hpp"

namespace holdfast::client {

void SyncDriver::carry_out(const Session::BeginRepair& output) {
    device_.repairs.begun(output.cause);
    device_.changes.add(Topic::About::counters);
    send_again();
}

/// What the server said was done on another connection, and what is not seen here yet, is asked for
/// again: it may have gone back to a backup since, and be where it said by other people's work. And
/// where nothing is here that could tell whether it has lost anything, all that it confirmed.
void SyncDriver::doubt_confirmed() {
    sent_again_ = false;
    if (send_again_due_ || device_.replica().cursors().empty()) {
        send_again();
    } else if (!device_.outbox.applied().empty()) {
        ask_again(Outbox::Again::unseen);
    }
}

/// The server may have lost a part of its history, and what it had confirmed with it: whatever the
/// cause is called, for a restored backup that has been overtaken looks like damage. Once a
/// connection. A full disk stops the repair until this is done: afterwards nothing would tell of it
/// any more.
void SyncDriver::send_again() {
    if (!sent_again_) {
        sent_again_ = ask_again(Outbox::Again::all);
    }
}

bool SyncDriver::ask_again(Outbox::Again which) {
    if (HF_BROKEN(confirmed_forgotten)) {
        return true;
    }
    const auto again = device_.outbox.send_again(which);
    const bool was_held = std::exchange(send_again_due_, !again);
    if (!again) {
        failed(again.error());
        return false;
    }
    if (*again == 0 && !was_held) {
        return true;
    }
    if (which == Outbox::Again::all) {
        device_.lay_overlay();  // what has not left the outbox is laid already
    }
    device_.outbox_changed();
    if (session_) {
        session_->handle(
            device_.now,
            Session::OutboxChanged{.waiting = device_.outbox.waiting(), .from = Id{1}});
    }
    return true;
}

void SyncDriver::carry_out(const Session::SumRanges& output) {
    summing_.push_back({output.repair, output.bucket, output.ranges, {}});
}

/// One slice: whole ranges, until they held enough rows. What the person does comes between slices.
void SyncDriver::sum_some() {
    Summing& work = summing_.front();
    std::uint64_t rows = 0;
    while (work.sums.size() < work.ranges.size() && rows < limits::sum_slice_rows) {
        const auto sum =
            device_.replica().sum_ranges(work.bucket, std::span(&work.ranges[work.sums.size()], 1));
        if (!sum) {
            summing_.clear();
            failed(sum.error());
            pump();
            return;
        }
        rows += sum->front().rows;
        work.sums.push_back(sum->front());
    }
    if (work.sums.size() == work.ranges.size()) {
        const Summing done = std::move(work);
        summing_.pop_front();
        tell(Session::RangesSummed{done.repair, done.bucket, done.sums});
    }
}

void SyncDriver::carry_out(const Session::ReplaceRange& output) {
    const auto replaced = device_.replica().replace_range(output.page);
    if (!replaced) {
        failed(replaced.error());
        return;
    }
    restored();
    rows_in_turn_ += output.page.rows.size();
    note_page(output.page, replaced->removed);
    if (!replaced->removed.empty()) {
        device_.overlay.base_replaced();
    }
    device_.counters.received(replaced->added + replaced->changed);
    const DeviceNumber own = device_.account() ? device_.account()->device : 0;
    const auto own_removed = std::ranges::count_if(
        replaced->removed, [&](const RowKey& key) { return key.id.device() == own; });
    session_->handle(
        device_.now,
        Session::RangeReplaced{.bucket = output.page.head.id,
                               .rows = replaced->rows,
                               .sum = replaced->sum,
                               .added = replaced->added,
                               .changed = replaced->changed,
                               .removed = replaced->removed.size(),
                               .own_removed = static_cast<std::uint64_t>(own_removed)});
}

void SyncDriver::carry_out(const Session::EndRepair& output) {
    if (const auto stored = device_.replica().end_repair(output.cursor); !stored) {
        failed(stored.error());
        return;
    }
    restored();
    device_.repairs.ended(device_.wall, output.record);
    device_.changes.add(Topic::About::counters);
    device_.changes.bucket_changed(output.cursor.head.id, output.cursor.head.kind);
    session_->handle(device_.now, Session::RepairStored{output.cursor});
}

}  // namespace holdfast::client
