#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "client/engine/view/topics.hpp"
#include "core/base/time.hpp"
#include "core/model/world.hpp"
#include "core/wire/frame.hpp"

namespace holdfast::client {

namespace limits {
/// Entries of a lane for which it rests a millisecond after a replay: shorter ones never rest.
inline constexpr std::size_t entries_per_rest_ms = 20;
}  // namespace limits

/// What the person's own waiting actions would do, laid over the server's rows: the same rules that
/// the server runs, replayed lane by lane. Never stored: it follows from replica and outbox.
///
/// Invariants  The rows of an entry are those that reduce() gave over the base and the entries of
///             its lane before it; of a confirmed one that is forbidden by now, those that it
///             gave last. Lanes write different rows, so that each is replayed by itself.
/// Owner       the engine. It adds what the outbox holds and removes an entry when the outcome is
///             known and the base has passed every position of it: nothing flickers.
/// Cost        adding: one reduce(). Removing: nothing more, unless a later entry of the lane
///             changed the same row. Then, and when the base changes such a row, the lane is
///             replayed from the first entry that is concerned and still there.
class Overlay {
public:
    /// Lays effects that reduce() has given over the base.
    void put(const Intent& intent, WallTime now, Effects effects, TopicSet& changes);

    /// Takes an action whose effects are not known yet: refresh() replays its lane.
    void put(const Intent& intent, WallTime now);

    /// The server has done it: what it changes of rows that are here stays laid over them, also
    /// where its person has lost the right to it since, and the rules refuse it.
    void confirm(Id intent);

    void remove(std::span<const Id> intents, TopicSet& changes);
    void clear();

    /// Notes that rows of the base have changed, or that the base has come another step.
    void base_changed(const wire::Page& page);
    /// Notes that anything may have changed in the base.
    void base_replaced();

    struct Person {
        Id user;
        Id organization;
    };
    /// Replays the lanes for which something has changed, and says which. A long lane then rests in
    /// proportion to its length: while a full outbox is delivered, what is laid over the same row
    /// again and again (a read mark) would otherwise be replayed with every answer.
    std::vector<Id> refresh(Instant now, World& world, Person person, TopicSet& changes);
    /// When a lane that rests is to be replayed.
    [[nodiscard]] std::optional<Instant> next_deadline() const { return due_; }

    /// The row as it would be, or null where no waiting action touches it; valid until the next
    /// change.
    [[nodiscard]] const RowChange* find(RowKey key) const;

    /// What one action alone would write there, or null.
    [[nodiscard]] const RowChange* find(RowKey key, Id intent) const;

    /// Whether a waiting action would change a row of this bucket.
    [[nodiscard]] bool touches(BucketId bucket) const {
        const auto first = rows_.lower_bound(RowKey{bucket, RowKind{}, Id{}});
        return first != rows_.end() && first->first.bucket == bucket;
    }

    /// Ids of the rows of a kind in a bucket that waiting actions would write, ascending.
    [[nodiscard]] std::vector<Id> rows_of(BucketId bucket, RowKind kind) const;

    /// The first of a lane that counts as an action upon its task, else a subtask of it that waits,
    /// or null (OM27); valid until the next change.
    [[nodiscard]] const Intent* waiting_upon(Id lane) const;

    /// Whether what an action does is a routine's to do, as far as the device can tell.
    [[nodiscard]] bool runs_routine(Id intent) const;

    [[nodiscard]] bool contains(Id intent) const { return lane_of_.contains(intent); }

private:
    struct Entry {
        Intent intent;
        WallTime now;              ///< when it was done, as near to the server's clock as is known
        Id parent{};               ///< of which it begins a subtask
        std::vector<RowKey> keys;  ///< what it writes
        bool by_routine = false;   ///< it sets off one
        bool upon_task = false;    ///< which may change the channel's task
        bool confirmed = false;
    };
    struct Lane {
        std::map<Id, Entry> entries;
        std::set<Id> stale;   ///< what they stand on has changed: to be replayed, and all behind
        std::set<Id> failed;  ///< the rules refuse them here: the server has the last word
        std::optional<Instant> rests_until;
    };

    void replay(Lane& lane, World& world, Person person, TopicSet& changes);
    void write(Lane& lane, Entry& entry, Effects effects, TopicSet& changes);
    void lay(Entry& entry, RowChange row, TopicSet& changes);
    /// @returns what lay there.
    std::vector<RowChange> withdraw(Lane& lane, Entry& entry, TopicSet& changes);
    void keep(Entry& entry, std::vector<RowChange> rows, const World& world, TopicSet& changes);

    std::map<Id, Lane> lanes_;
    std::map<Id, Id> lane_of_;                        ///< intent → lane
    std::map<Id, std::set<Id>> subtasks_;             ///< parent → intents, each its own lane
    std::map<RowKey, std::map<Id, RowChange>> rows_;  ///< by intent: the last one counts
    std::optional<Instant> due_;
};

}  // namespace holdfast::client
