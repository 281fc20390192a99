#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/services/environment.hpp"
#include "server/storage/common/storage.hpp"

/// Intents that the server did not understand when they came, usually because a newer app had sent
/// them. Their devices send them again by themselves; an operator need not wait for that.
namespace holdfast::ops {

struct QuarantineEntry {
    storage::QuarantinedIntent kept;
    std::optional<Outcome> outcome;  ///< it was understood since, when its device sent it again
};

/// Everything in quarantine, by the intent's id.
[[nodiscard]] Result<std::vector<QuarantineEntry>> list_quarantine(storage::Storage& storage);

/// What became of an intent that was sent again.
struct Replayed {
    Id intent;
    Id user;
    Outcome outcome;
    bool kept = false;  ///< it stays in quarantine: it is still not understood, or was not judged
};

/// Sends intents through the executor again, in the order of their ids: the rules run against
/// today's state, the outcome is stored with the effects, and an intent that has an outcome already
/// is answered with that one. Those with an outcome leave the quarantine.
///
/// The server may run meanwhile; it learns of the changes by itself.
/// @param intent  this one only; none: all.
/// Errors  tool_not_found: it is not in quarantine · those of storage. What was judged before an
///         error stays judged: do it again.
[[nodiscard]] Result<std::vector<Replayed>> replay_quarantine(storage::Storage& storage,
                                                              Environment& environment,
                                                              std::optional<Id> intent);

}  // namespace holdfast::ops
