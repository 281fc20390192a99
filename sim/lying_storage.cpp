#include "sim/lying_storage.hpp"

#include "core/rules/timers.hpp"
#include "sim/breaks.hpp"

namespace holdfast::sim {
namespace {

constexpr std::uint64_t commits_put_off_max = 8;

}  // namespace

Result<> LyingStorage::begin() {
    // The transaction of the commit that was put off is still open.
    return unkept_ > 0 ? Result<>{} : truth_.begin();
}

Result<> LyingStorage::commit() {
    if (HF_BROKEN(ack_before_commit) && unkept_ < commits_put_off_max) {
        unkept_ += 1;
        return {};
    }
    unkept_ = 0;
    return truth_.commit();
}

void LyingStorage::rollback() {
    unkept_ = 0;
    truth_.rollback();
}

Result<std::optional<Outcome>> LyingStorage::find_outcome(Id intent) {
    if (HF_BROKEN(dedup_off)) {
        return std::optional<Outcome>{};
    }
    return truth_.find_outcome(intent);
}

Result<> LyingStorage::put_outcome(const Outcome& outcome, Id user) {
    if (HF_BROKEN(dedup_off)) {
        HF_TRY(const auto judged, truth_.find_outcome(outcome.intent));
        if (judged) {
            return {};  // the tables hold one outcome an intent
        }
    }
    if (outcome.status == OutcomeStatus::applied && !has_written_) {
        without_effect_.insert(outcome.intent);
    } else {
        without_effect_.erase(outcome.intent);  // it had none on a server that has gone back since
    }
    return truth_.put_outcome(outcome, user);
}

Result<> LyingStorage::update_run(const storage::RunRecord& record) {
    const bool has_rung = record.state != storage::RunState::open && is_timer(record.context);
    if (HF_BROKEN(timer_rings_again) && has_rung && ring_again_.insert(record.id).second) {
        return {};
    }
    return truth_.update_run(record);
}

Result<> LyingStorage::add_run_entry(const storage::RunEntry& entry) {
    if (HF_BROKEN(stage_forgotten)) {
        return {};
    }
    return truth_.add_run_entry(entry);
}

}  // namespace holdfast::sim
