#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/workflow/task.hpp"

/// Views of tasks: lists, boards, tables and calendars. What they are made of, and which tasks they
/// show; core/workflow/task_index.hpp arranges them.
namespace holdfast::workflow {

/// What a task is filtered, ordered and grouped by.
enum class Field : std::uint8_t {
    name = 1,
    serial = 2,
    state = 3,
    status1 = 4,
    status2 = 5,
    status3 = 6,
    status4 = 7,
    status5 = 8,
    assignee = 9,
    created_by = 10,
    asset = 11,
    start_date = 12,
    end_date = 13,
    closed_at = 14,
    state_at = 15,
    estimated_days = 16,
    unread = 17,
    last_message_at = 18,
    waiting = 19,  ///< "1": an action waits upon it
    extra = 20,    ///< a field of `Criterion::extra`
    member = 21,   ///< people with a role; for filters
};

struct Criterion {
    Field field{};
    std::string extra{};  ///< "collection.field"
    bool operator==(const Criterion&) const = default;
};

enum class Comparison : std::uint8_t {
    any_of = 1,    ///< equals one of the values
    none_of = 2,   ///< equals none of them
    contains = 3,  ///< the text, letters of ASCII without case
    at_least = 4,  ///< numbers and times
    at_most = 5,
    is_empty = 6,
    is_not_empty = 7,
};

struct Filter {
    Criterion by{};
    Comparison test = Comparison::any_of;
    std::vector<std::string> values{};  ///< ids and numbers in decimal; "me": who looks
    bool operator==(const Filter&) const = default;
};

struct Order {
    Criterion by{};
    bool descending = false;
    bool operator==(const Order&) const = default;
};

/// A saved view. Up to three of each; without a group the list is grouped by state.
struct View {
    std::string name{};
    Layout layout = Layout::list;
    bool match_any = false;  ///< one filter is enough
    std::vector<Filter> filters{};
    std::vector<Order> orders{};
    std::vector<Criterion> groups{};
    bool show_closed = false;     ///< also those that the task group hides after some days
    Field day = Field::end_date;  ///< of a calendar: start_date, end_date, closed_at or state_at
    bool operator==(const View&) const = default;
};

/// Errors  workflow_malformed · workflow_too_many (more than three criteria of a kind).
[[nodiscard]] Result<View> parse_view(std::string_view text);
[[nodiscard]] std::string encode(const View& value);

/// A row of the list. Borrows the task.
struct ListedTask {
    Id id{};
    const Task* task = nullptr;
    StateKind kind = StateKind::in_progress;
    std::int64_t unread = 0;
    WallTime last_message_at{};
    bool waiting = false;
};

struct ListContext {
    Id user{};
    WallTime now{};
    std::int64_t utc_offset_minutes = 0;  ///< of the calendar's days
    std::int64_t hide_closed_after = 0;   ///< days, of the task group; 0: never
};

/// Whether a view shows a task: its filters, and what every list leaves out (cancelled tasks, and
/// those that were closed long ago).
class Sieve {
public:
    Sieve(const View& view, const ListContext& context);
    [[nodiscard]] bool shows(const ListedTask& row) const;

private:
    struct Test {
        Filter filter;
        std::vector<std::string> values;  ///< ready to be compared with
        [[nodiscard]] bool passes(const ListedTask& row) const;
        [[nodiscard]] std::int64_t bound() const;
    };
    std::vector<Test> tests_;
    bool match_any_;
    WallTime hidden_before_{};  ///< closed tasks
};

/// Fields whose values are numbers or times, in decimal.
[[nodiscard]] bool is_number(Field field);

[[nodiscard]] std::string_view to_string(Field value);

/// The value of a field as text: what filters compare and groups are named by. Empty: none.
[[nodiscard]] std::string value_of(const ListedTask& row, const Criterion& by);

/// "2026-03-01" of the day in which this time falls; empty for 0.
[[nodiscard]] std::string day_of(WallTime at, std::int64_t utc_offset_minutes);

}  // namespace holdfast::workflow
