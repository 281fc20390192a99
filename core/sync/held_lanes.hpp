#pragma once

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "core/model/intent.hpp"

namespace holdfast::sync {

/// Which intents of one connection wait for an answer, and the lanes in which one was answered
/// `later`. Such a lane is held: whatever comes behind that intent in its lane is `later` too,
/// until the intent itself comes again. So nothing overtakes in a lane, however many pushes are
/// under way.
///
/// A new connection begins with nothing held: a device sends everything that waits again on it, in
/// order. A kind that the server does not know holds nothing up: it may wait for months.
class HeldLanes {
public:
    struct Hold {
        Id intent;  ///< the first that has to come again
        ErrorCode code{};
        Millis retry_after{};
    };

    /// The hold that keeps this intent back. Nothing: it is to be judged, and awaited.
    [[nodiscard]] std::optional<Hold> arrived(const Intent& intent) {
        if (const auto held = holds_.find(intent.lane); held != holds_.end()) {
            if (intent.id > held->second.intent) {
                return held->second;
            }
            if (intent.id == held->second.intent) {
                holds_.erase(held);
            }
        }
        awaited_.emplace(intent.id, intent.lane);
        return std::nullopt;
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
        const auto [hold, fresh] =
            holds_.try_emplace(lane, Hold{outcome.intent, outcome.code, outcome.retry_after});
        hold->second.intent = std::min(hold->second.intent, outcome.intent);
    }

    /// Intents without an answer.
    [[nodiscard]] std::size_t awaited() const { return awaited_.size(); }
    [[nodiscard]] std::size_t held() const { return holds_.size(); }

private:
    std::unordered_multimap<Id, Id> awaited_;  ///< intent → lane; a device may say one twice
    std::unordered_map<Id, Hold> holds_;       ///< by lane
};

}  // namespace holdfast::sync
