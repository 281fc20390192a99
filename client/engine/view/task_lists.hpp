#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <set>
#include <string>

#include "client/engine/view/topics.hpp"
#include "client/engine/view/view.hpp"
#include "core/workflow/task_index.hpp"

namespace holdfast::client {

namespace limits {
/// Arranged lists that are kept; beyond, the one that was shown longest ago is made anew when it is
/// asked for.
inline constexpr std::size_t task_lists_max = 4;
/// Changed tasks that a list that nobody looks at waits with; beyond, it is given up.
inline constexpr std::size_t tasks_pending_max = 5000;
/// Tasks that are read in one part of a list that is made ready: some milliseconds.
inline constexpr std::size_t tasks_prepared_at_once = 3000;
/// After this a list is made anew: tasks are hidden some days after they were closed.
inline constexpr Millis task_list_age_max{60 * 60 * 1000};
}  // namespace limits

/// The views of tasks that were shown lately, arranged. A change costs the tasks that have changed:
/// a screen with a window on 50,000 of them is made again in a millisecond.
///
/// Invariants  A list holds the tasks that its person sees, as they are with what waits. It is made
///             anew when anything that decides on that has changed: definitions, roles, names.
/// Owner       the live queries. Threads: the owner's only. Errors  those of Replica.
class TaskLists {
public:
    /// What has changed since the last time; the lists follow when they are asked for.
    void note(const TopicSet& changes);
    void clear() { lists_.clear(); }

    /// The tasks of a group by a view; valid until the next call. What it was made from is noted in
    /// the view's dependencies.
    /// Errors  access_forbidden: no such group of tasks is here.
    /// Cost    the first time: all tasks of the group are read. Then: those that have changed.
    [[nodiscard]] Result<workflow::TaskIndex*> arranged(const View& view,
                                                        Id group,
                                                        workflow::View by);

    /// A view of a group's tasks.
    struct Choice {
        Id group;
        std::string view;  ///< encoded
        bool operator==(const Choice&) const = default;
    };
    /// The one that was arranged last, valid until the next call; null where none is kept.
    [[nodiscard]] const Choice* last() const;
    /// Goes on with making this one ready, before anybody asks for it. True: there is more to do.
    /// Errors  those of arranged(); request_malformed: it is no view.
    /// Cost    limits::tasks_prepared_at_once tasks are read.
    [[nodiscard]] Result<bool> prepare(const View& view, const Choice& choice);

private:
    struct List {
        Choice choice;
        BucketId tasks;
        WallTime made_at;
        std::unique_ptr<workflow::TaskIndex> index{};
        TopicSet dependencies{};  ///< without the tasks themselves
        Id read_to{};             ///< the last task that was read of those that were there
        bool whole = false;       ///< all of them were read
        std::set<Id> pending{};
        bool stale = false;  ///< to be made anew
    };
    class Reader;

    /// The list as it is now, with up to `rows_max` more tasks where it is not whole yet.
    [[nodiscard]] Result<List*> follow(const View& view,
                                       Id group,
                                       workflow::View by,
                                       std::size_t rows_max);

    /// The list that is wanted, first of all: as it is, or an empty one.
    [[nodiscard]] List& take(List wanted);

    std::list<List> lists_;  ///< the one that was shown last stands first
};

}  // namespace holdfast::client
