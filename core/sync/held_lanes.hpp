#pragma once

#include <cstddef>
#include <set>
#include <unordered_map>

#include "core/model/intent.hpp"

namespace holdfast::sync {

/// Which intents of one connection wait for an answer, and the lanes in which one was answered
/// `later`. Such a lane is held: whatever comes behind that intent in its lane is `later` too, and
/// has to come again in its turn. So nothing overtakes in a lane, however many pushes are under
/// way: the device may not have heard yet that some of them were put off.
///
/// A new connection begins with nothing held: a device sends everything that waits again on it, in
/// order. A kind that the server does not know holds nothing up: it may wait for months.
class HeldLanes {
public:
    struct Hold {
        ErrorCode code{};
        Millis retry_after{};
        std::set<Id> put_off{};  ///< they have to come again, in this order
    };

    /// The hold that keeps this intent back. Null: it is to be judged, and awaited.
    /// Valid until the next call.
    [[nodiscard]] const Hold* arrived(const Intent& intent) {
        if (const auto held = holds_.find(intent.lane); held != holds_.end()) {
            Hold& hold = held->second;
            if (intent.id > *hold.put_off.begin()) {
                put_off_ += hold.put_off.insert(intent.id).second ? 1 : 0;
                return &hold;
            }
            put_off_ -= hold.put_off.erase(intent.id);
            if (hold.put_off.empty()) {
                holds_.erase(held);
            }
        }
        awaited_.emplace(intent.id, intent.lane);
        return nullptr;
    }

    void judged(const Outcome& outcome) {
        const auto found = awaited_.find(outcome.intent);
        if (found == awaited_.end()) {
            return;
        }
        const Id lane = found->second;
        awaited_.erase(found);
        if (outcome.status != OutcomeStatus::later ||
            outcome.code == ErrorCode::intent_unknown_kind) {
            return;
        }
        const auto [hold, fresh] = holds_.try_emplace(
            lane, Hold{.code = outcome.code, .retry_after = outcome.retry_after});
        put_off_ += hold->second.put_off.insert(outcome.intent).second ? 1 : 0;
    }

    /// Intents without an answer.
    [[nodiscard]] std::size_t awaited() const { return awaited_.size(); }
    /// Intents that were put off and have not come again.
    [[nodiscard]] std::size_t put_off() const { return put_off_; }

private:
    std::unordered_multimap<Id, Id> awaited_;  ///< intent → lane; a device may say one twice
    std::unordered_map<Id, Hold> holds_;       ///< by lane; none is empty
    std::size_t put_off_ = 0;
};

}  // namespace holdfast::sync
