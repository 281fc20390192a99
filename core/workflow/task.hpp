#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/workflow/definition.hpp"

/// Tasks and their history as values. docs/internals/workflow.md shows each body with an example.
namespace holdfast::workflow {

struct ActiveSla {
    std::string code{};
    WallTime due{};
    bool operator==(const ActiveSla&) const = default;
};

/// One task. Its row has the id of the intent that asked for it, as its channel's has.
struct Task {
    std::string name{};
    std::string info{};       ///< free description
    std::int64_t serial = 0;  ///< in its group, given by the server; 0: not yet
    Id group{};
    std::string workflow{};
    std::string state{};
    std::array<std::string, 5> statuses{};  ///< elements of the workflow's status columns
    std::string asset{};                    ///< its own element
    Id channel{};
    std::vector<Id> answers{};
    Id assignee{};
    Id created_by{};
    std::string owner{};  ///< free text; empty: made by hand
    std::vector<Id> editors{};
    std::vector<Id> followers{};
    std::vector<Id> visibility{};  ///< see limited details and write in the channel
    WallTime start_date{};         ///< 0: none, as for the other times
    WallTime end_date{};
    WallTime closed_at{};
    WallTime resolution_at{};
    WallTime state_at{};              ///< when it came into its state
    Id state_by{};                    ///< who moved it there
    std::uint32_t state_version = 0;  ///< how often the state has changed: what an action is upon
    std::int64_t estimated_days = 0;
    std::vector<ActiveSla> slas{};
    std::map<std::string, std::string> fields{};  ///< "collection.field": value as text
    Id parent{};
    std::vector<Id> children{};
    std::int64_t weight = 0;
    bool active = true;  ///< false: cancelled or deleted
    bool operator==(const Task&) const = default;
};

enum class Event : std::uint8_t {
    created = 1,
    state_changed = 2,
    updated = 3,
    people_changed = 4,  ///< `from` and `to`: the assignees, if that changed
    evidence_added = 5,
    subtask_added = 6,
    cancelled = 7,
    asked = 8,  ///< an action whose effect is a routine's; `to`: the state asked for, if any
};

/// One row of a task's history.
struct History {
    Id task{};
    Event event = Event::created;
    WallTime at{};       ///< server's time of its arrival
    WallTime done_at{};  ///< when the person did it, as far as the server can tell; 0: unknown
    Id by{};
    Id intent{};           ///< what asked for it; none: a routine of the server
    bool offline = false;  ///< done in Offline Mode
    std::string from{};    ///< state, or decimal id of an assignee
    std::string to{};
    std::uint32_t version = 0;  ///< the task's state_version afterwards
    Id answer{};
    std::vector<Id> people{};                      ///< who lost their part in the task
    std::map<std::string, std::string> changes{};  ///< field: its value afterwards
    bool operator==(const History&) const = default;
};

/// What a person is to a task, weakest first.
enum class Role : std::uint8_t {
    none = 0,
    visibility = 1,
    follower = 2,
    editor = 3,
    assignee = 4,
};

/// The strongest role that the task itself gives; permissions of the group are not looked at.
[[nodiscard]] Role role_in(const Task& task, Id user);

/// The task's state and statuses as elements: what its channel mirrors, so that forms appear and
/// disappear with them. In the order state, status1 to status5, asset; absent ones left out.
[[nodiscard]] std::vector<Element> mirrored_elements(const Task& task, const Workflow& workflow);

/// Everybody with a role, each once: assignee, editors, followers, visibility.
[[nodiscard]] std::vector<Id> people_of(const Task& task);

// Bodies: the rules of core/model/body.hpp. A wrong type is `intent_malformed`.
[[nodiscard]] Result<Task> parse_task(std::string_view text);
[[nodiscard]] Result<History> parse_history(std::string_view text);
[[nodiscard]] std::string encode(const Task& value);
[[nodiscard]] std::string encode(const History& value);

[[nodiscard]] std::string_view to_string(Event value);
[[nodiscard]] std::string_view to_string(Role value);

}  // namespace holdfast::workflow
