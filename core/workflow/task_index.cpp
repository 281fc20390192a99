#include "core/workflow/task_index.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

#include "core/base/ascii.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
constexpr char separator = '\x1f';

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// "2026-03-01" as 20260301; no day is 0, before the others.
std::int64_t number_of_day(std::string day) {
    std::erase(day, '-');
    return number_of(day);
}

}  // namespace

bool TaskIndex::Part::is_none() const {
    return number == none && text.empty();
}

bool TaskIndex::StandsBefore::operator()(const Group* a, const Group* b) const {
    if (a->workflow != b->workflow) {
        return a->workflow < b->workflow;
    }
    for (std::size_t i = 0; i < a->parts_.size(); ++i) {
        const Part& left = a->parts_[i];
        const Part& right = b->parts_[i];
        if (std::tie(left.number, left.text) != std::tie(right.number, right.text)) {
            return std::tie(left.number, left.text) < std::tie(right.number, right.text);
        }
    }
    return a->key < b->key;
}

TaskIndex::TaskIndex(View view, const ListContext& context)
    : view_(std::move(view)), context_(context), sieve_(view_, context) {
    if (view_.layout == Layout::calendar) {
        view_.groups = {{view_.day}};
    } else if (view_.groups.empty()) {
        view_.groups = {{Field::state}};
    }
}

std::string TaskIndex::key_of(std::string_view workflow, const std::vector<std::string>& values) {
    std::string key(workflow);
    for (const std::string& value : values) {
        key += separator;
        key += value;
    }
    return key;
}

bool TaskIndex::is_before(const Row& a, const Row& b) const {
    for (std::size_t i = 0; i < view_.orders.size(); ++i) {
        const Part& left = a.order[i];
        const Part& right = b.order[i];
        if (left.is_none() != right.is_none()) {
            return right.is_none();
        }
        const auto compared =
            left.number != right.number ? left.number <=> right.number : left.text <=> right.text;
        if (compared != 0) {
            return (compared < 0) != view_.orders[i].descending;
        }
    }
    return a.id < b.id;  // the same order everywhere
}

TaskIndex::Part TaskIndex::part_of(const ListedTask& task,
                                   const Criterion& by,
                                   std::string_view value,
                                   const Labels& labels) {
    if (value.empty()) {
        return {.number = none};
    }
    if (is_number(by.field)) {
        return {.number = number_of(value)};
    }
    const auto text = [&](std::string_view label) {
        return ascii::lowered(label) + '\0' + std::string(value);
    };
    if (by.field == Field::name) {
        return {.number = -1, .text = text(value)};
    }
    const std::string& workflow = task.task->workflow;
    std::string key = key_of(workflow, {std::to_string(static_cast<int>(by.field)), by.extra});
    key += separator;
    key += value;
    if (const auto known = known_.find(key); known != known_.end()) {
        return known->second;
    }
    Part part{.number = labels.rank(workflow, by, value),
              .text = text(labels.label(workflow, by, value))};
    return known_.emplace(std::move(key), std::move(part)).first->second;
}

TaskIndex::Group& TaskIndex::group_of(const ListedTask& task, const Labels& labels) {
    const bool by_day = view_.layout == Layout::calendar;
    const std::string_view workflow = by_day ? std::string_view{} : task.task->workflow;
    std::vector<std::string> values;
    for (const Criterion& by : view_.groups) {
        std::string value = value_of(task, by);
        values.push_back(by_day ? day_of({number_of(value)}, context_.utc_offset_minutes)
                                : std::move(value));
    }
    std::string key = key_of(workflow, values);
    if (const auto found = groups_.find(key); found != groups_.end()) {
        return found->second;
    }
    Group& group = groups_[key];
    group.key = std::move(key);
    group.workflow = workflow;
    for (std::size_t i = 0; i < values.size(); ++i) {
        group.parts_.push_back(by_day ? Part{.number = number_of_day(values[i])}
                                      : part_of(task, view_.groups[i], values[i], labels));
    }
    group.values = std::move(values);
    ordered_.insert(&group);
    return group;
}

void TaskIndex::put(const ListedTask& task, const Labels& labels) {
    if (!sieve_.shows(task)) {
        erase(task.id);
        return;
    }
    const std::size_t before = rows_.size();
    Row& row = rows_.try_emplace(rows_.end(), task.id)->second;
    if (rows_.size() == before) {
        take_out(row);
    }
    row.id = task.id;
    row.order.clear();
    for (const Order& order : view_.orders) {
        row.order.push_back(part_of(task, order.by, value_of(task, order.by), labels));
    }
    row.group = &group_of(task, labels);
    row.group->rows_.push_back(&row);
}

void TaskIndex::erase(Id id) {
    if (const auto found = rows_.find(id); found != rows_.end()) {
        take_out(found->second);
        rows_.erase(found);
    }
}

void TaskIndex::take_out(Row& row) {
    Group& group = *row.group;
    settle(group);
    const auto before = [&](const Row* a, const Row* b) { return is_before(*a, *b); };
    const Row* const wanted = &row;
    group.rows_.erase(std::ranges::lower_bound(group.rows_, wanted, before));
    group.sorted_ = group.rows_.size();
    if (group.rows_.empty()) {
        ordered_.erase(&group);
        groups_.erase(groups_.find(group.key));
    }
}

/// Brings what came later to its place.
void TaskIndex::settle(Group& group) const {
    const auto before = [&](const Row* a, const Row* b) { return is_before(*a, *b); };
    const auto fresh = group.rows_.begin() + static_cast<std::ptrdiff_t>(group.sorted_);
    std::sort(fresh, group.rows_.end(), before);
    std::inplace_merge(group.rows_.begin(), fresh, group.rows_.end(), before);
    group.sorted_ = group.rows_.size();
}

std::vector<const TaskIndex::Group*> TaskIndex::groups() {
    std::vector<const Group*> groups;
    groups.reserve(ordered_.size());
    for (Group* group : ordered_) {
        settle(*group);
        groups.push_back(group);
    }
    return groups;
}

std::vector<Id> TaskIndex::Group::window(std::size_t from, std::size_t count) const {
    std::vector<Id> ids;
    const std::size_t first = std::min(from, rows_.size());
    const std::size_t last = first + std::min(count, rows_.size() - first);
    for (std::size_t i = first; i < last; ++i) {
        ids.push_back(rows_[i]->id);
    }
    return ids;
}

}  // namespace holdfast::workflow
