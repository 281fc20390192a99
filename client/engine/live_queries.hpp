#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "client/engine/device.hpp"
#include "client/engine/fetch_driver.hpp"
#include "client/engine/limits.hpp"
#include "client/engine/queries/query.hpp"
#include "client/engine/view/task_lists.hpp"

namespace holdfast::client {

/// The screen's open queries: makes a snapshot again when something that it was made from has
/// changed, and says it only when it differs.
class LiveQueries {
public:
    /// `keep` has the replica keep what came: what is on the screen survives a kill.
    LiveQueries(Device& device,
                const UploadQueue& uploads,
                const FetchDriver& fetches,
                std::function<bool(Id)> in_flight,
                std::function<void()> keep)
        : device_(device),
          uploads_(uploads),
          fetches_(fetches),
          in_flight_(std::move(in_flight)),
          keep_(std::move(keep)) {}

    /// Errors  request_malformed: the number is taken · request_too_many.
    [[nodiscard]] Result<> open(std::int64_t number, Query query);
    void close(std::int64_t number) { subscriptions_.erase(number); }

    /// Everything has changed: somebody signed in or out, the replica is another one.
    void doubt_all();

    /// Notes what has changed and, if it is time, says what differs. After a change that is urgent
    /// it is always time, and after somebody else's unless they come in a flood
    /// (limits::live_pushes_at_once); rows that arrive in bulk are shown every
    /// limits::bulk_push_every, or less often (limits::bulk_push_share).
    void refresh();
    /// Before an input: what the last drawing took, where the next turn was wanted at once.
    void note_cost(Instant now, bool at_once);
    /// Does a part of what is better done before somebody waits for it, if nothing else is to do:
    /// the tasks that were looked at last, also by the app before it was closed.
    void prepare();
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    /// Calls `visit` with every query that is open.
    void visit(const std::function<void(const Query&)>& visit) const;

private:
    struct Subscription {
        Query query;
        Pinned pinned{};
        TopicSet dependencies{};
        std::string last{};   ///< what was said, without the number
        bool doubted = true;  ///< not known to be as it was said
    };

    /// How many changes of others may still be shown at once. Counted in thousandths of a push,
    /// which makes limits::live_pushes_per_second a whole number a millisecond.
    struct Allowance {
        std::int64_t left = limits::live_pushes_at_once * 1000;
        Instant counted_at{};
        bool flood = false;

        [[nodiscard]] bool take(Instant now);
    };

    void note_changes();
    void say(std::int64_t number, Subscription& subscription, const Sources& sources);
    [[nodiscard]] Sources sources();
    [[nodiscard]] bool is_time();
    void begin_preparing();
    /// Has the next start know what was looked at.
    void keep_choice();

    Device& device_;
    const UploadQueue& uploads_;
    const FetchDriver& fetches_;
    std::function<bool(Id)> in_flight_;
    std::function<void()> keep_;
    std::map<std::int64_t, Subscription> subscriptions_;
    std::optional<Instant> last_said_;
    bool just_said_ = false;
    Millis cost_{};  ///< of the last drawing in bulk, with what was stored before it
    std::optional<Instant> due_;
    Allowance allowance_;
    ItemCache items_;
    TaskLists task_lists_;
    bool opened_ = false;                           ///< a new one waits for its first snapshot
    std::optional<TaskLists::Choice> kept_choice_;  ///< as the outbox's file holds it
    std::optional<Instant> prepare_at_;
};

}  // namespace holdfast::client
