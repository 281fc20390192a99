#pragma once

#include <cstdint>

#include "core/base/id.hpp"
#include "core/base/result.hpp"

/// Ids of the rows that one intent makes.
///
/// A device reserves a span of its counter for each intent: the intent's own id and those behind
/// it. Rows are keyed by (bucket, kind, id), so one span serves every kind from its beginning: the
/// channel, the task and the answer take the intent's id, the first message too. Nothing is
/// minted, so the device and the server name the same rows, and so does a repetition; two intents
/// never meet, because their spans do not; and messages of one intent, which arrive at the same
/// time, are read in the order of their ids.
namespace holdfast::workflow {

/// Ids that an intent reserves whose form makes so many messages. Conflicts need a few more
/// messages than the device could foresee: limits::spare_ids.
[[nodiscard]] std::uint32_t ids_reserved(std::size_t form_parts);

class IntentIds {
public:
    /// @param form_parts  messages of the form; 0 without one.
    /// Errors  intent_malformed: too many parts, or a span that leaves the device's counter.
    [[nodiscard]] static Result<IntentIds> make(Id intent, std::size_t form_parts);

    /// Of the rows that there is one of: channel, task, answer.
    [[nodiscard]] Id row() const { return intent_; }
    // The next of each kind. Asked for more often than the span has ids is a bug.
    [[nodiscard]] Id next_message() { return at(messages_++); }
    [[nodiscard]] Id next_history() { return at(histories_++); }
    [[nodiscard]] Id next_run() { return at(runs_++); }

private:
    IntentIds(Id intent, std::uint32_t count) : intent_(intent), count_(count) {}
    [[nodiscard]] Id at(std::uint32_t offset) const;

    Id intent_;
    std::uint32_t count_;
    std::uint32_t messages_ = 0;
    std::uint32_t histories_ = 0;
    std::uint32_t runs_ = 0;
};

}  // namespace holdfast::workflow
