#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/workflow/task_list.hpp"

/// The tasks of a view in their groups and their order, kept while tasks come, change and go.
namespace holdfast::workflow {

/// How values are called and ordered: a person by name, a state by its place in the workflow.
class Labels {
public:
    virtual ~Labels() = default;
    /// Text by which a value is shown and ordered; the value itself where there is none.
    [[nodiscard]] virtual std::string label(std::string_view workflow,
                                            const Criterion& by,
                                            std::string_view value) const = 0;
    /// Place of a value where it is not ordered by its label: states, elements; else -1.
    [[nodiscard]] virtual std::int64_t rank(std::string_view workflow,
                                            const Criterion& by,
                                            std::string_view value) const = 0;
};

/// Groups in their order, each with its tasks in theirs: by workflow, then by the criteria of the
/// view, without any by state. A calendar has a group for each day ("2026-03-01"), before the
/// others "" for tasks without one. Smaller values stand first, and no value stands last.
///
/// Holds of each task what it is ordered by, not the task itself: about 150 bytes.
/// Cost  a change: O(log n) comparisons, and a move of 8 bytes for each task of the group.
///       Labels are looked up once for each different value.
class TaskIndex {
    /// What a row is ordered by in one criterion.
    struct Part {
        std::int64_t number = 0;
        std::string text{};
        [[nodiscard]] bool is_none() const;
    };
    struct Row;

public:
    TaskIndex(View view, const ListContext& context);

    /// Takes a task, in place of what it was; one that the view does not show is not there.
    void put(const ListedTask& task, const Labels& labels);
    void erase(Id id);
    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    class Group {
    public:
        std::string key;                  ///< of the workflow and the values; a screen names it
        std::string workflow;             ///< empty in a calendar
        std::vector<std::string> values;  ///< one a criterion, empty: without one
        [[nodiscard]] std::size_t size() const { return rows_.size(); }
        /// Up to `count` ids from a place on, in order.
        [[nodiscard]] std::vector<Id> window(std::size_t from, std::size_t count) const;

    private:
        friend class TaskIndex;
        std::vector<Part> parts_;
        std::vector<const Row*> rows_;
        std::size_t sorted_ = 0;  ///< rows behind these came later, and stand in no order
    };
    /// In order; valid until the next change.
    [[nodiscard]] std::vector<const Group*> groups();
    [[nodiscard]] const View& view() const { return view_; }

    /// What a group of these values is called.
    [[nodiscard]] static std::string key_of(std::string_view workflow,
                                            const std::vector<std::string>& values);

private:
    struct Row {
        Id id{};
        Group* group = nullptr;
        std::vector<Part> order{};
    };
    struct StandsBefore {
        bool operator()(const Group* a, const Group* b) const;
    };

    [[nodiscard]] bool is_before(const Row& a, const Row& b) const;
    [[nodiscard]] Part part_of(const ListedTask& task,
                               const Criterion& by,
                               std::string_view value,
                               const Labels& labels);
    [[nodiscard]] Group& group_of(const ListedTask& task, const Labels& labels);
    void settle(Group& group) const;
    void take_out(Row& row);

    View view_;
    ListContext context_;
    Sieve sieve_;
    std::map<Id, Row> rows_;
    std::unordered_map<std::string, Group> groups_;  ///< by key
    std::set<Group*, StandsBefore> ordered_;
    std::map<std::string, Part> known_;  ///< parts of values that have labels
};

}  // namespace holdfast::workflow
