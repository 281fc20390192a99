#include "core/workflow/task_list.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.hpp"
#include "core/base/assert.hpp"
#include "core/base/date.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;

std::string text_of(std::int64_t number) {
    return number == 0 ? std::string{} : std::to_string(number);
}
std::string text_of(Id id) {
    return id ? to_string(id) : std::string{};
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool is_member(const ListedTask& row, std::string_view value) {
    const std::optional<Id> id = parse_id(value);
    return id && role_in(*row.task, *id) != Role::none;
}

}  // namespace

bool is_number(Field field) {
    switch (field) {
        case Field::serial:
        case Field::start_date:
        case Field::end_date:
        case Field::closed_at:
        case Field::state_at:
        case Field::estimated_days:
        case Field::unread:
        case Field::last_message_at:
        case Field::waiting:
            return true;
        default:
            return false;
    }
}

Sieve::Sieve(const View& view, const ListContext& context) : match_any_(view.match_any) {
    for (const Filter& filter : view.filters) {
        Test test{.filter = filter, .values = filter.values};
        for (std::string& value : test.values) {
            value = value == "me" ? to_string(context.user) : value;
        }
        if (filter.test == Comparison::contains && !test.values.empty()) {
            test.values.front() = ascii::lowered(test.values.front());
        }
        tests_.push_back(std::move(test));
    }
    if (!view.show_closed && context.hide_closed_after > 0) {
        hidden_before_ = context.now + Millis{-context.hide_closed_after * day_ms};
    }
}

bool Sieve::shows(const ListedTask& row) const {
    HF_ASSERT(row.task != nullptr);
    const bool is_old = row.kind == StateKind::closed && row.task->closed_at < hidden_before_;
    if (is_old || !row.task->active) {
        return false;
    }
    const auto passes = [&](const Test& test) { return test.passes(row); };
    return tests_.empty() ||
           (match_any_ ? std::ranges::any_of(tests_, passes) : std::ranges::all_of(tests_, passes));
}

std::int64_t Sieve::Test::bound() const {
    return values.empty() ? 0 : number_of(values.front());
}

bool Sieve::Test::passes(const ListedTask& row) const {
    if (filter.by.field == Field::member) {
        const bool member =
            std::ranges::any_of(values, [&](const auto& v) { return is_member(row, v); });
        return filter.test == Comparison::none_of ? !member : member;
    }
    const std::string value = value_of(row, filter.by);
    switch (filter.test) {
        case Comparison::any_of:
            return std::ranges::find(values, value) != values.end();
        case Comparison::none_of:
            return std::ranges::find(values, value) == values.end();
        case Comparison::contains:
            return values.empty() || ascii::lowered(value).contains(values.front());
        case Comparison::at_least:
            return !value.empty() && number_of(value) >= bound();
        case Comparison::at_most:
            return !value.empty() && number_of(value) <= bound();
        case Comparison::is_empty:
            return value.empty();
        case Comparison::is_not_empty:
            return !value.empty();
    }
    return false;
}

std::string day_of(WallTime at, std::int64_t utc_offset_minutes) {
    if (at.ms == 0) {
        return {};
    }
    const std::int64_t local = at.ms + utc_offset_minutes * 60'000;
    const Date date = date_of((local >= 0 ? local : local - day_ms + 1) / day_ms);
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::to_string(date.year) + "-" + two(date.month) + "-" + two(date.day);
}

std::string value_of(const ListedTask& row, const Criterion& by) {
    const Task& task = *row.task;
    switch (by.field) {
        case Field::name:
            return task.name;
        case Field::serial:
            return text_of(task.serial);
        case Field::state:
            return task.state;
        case Field::status1:
        case Field::status2:
        case Field::status3:
        case Field::status4:
        case Field::status5:
            return task.statuses[static_cast<std::size_t>(by.field) -
                                 static_cast<std::size_t>(Field::status1)];
        case Field::assignee:
            return text_of(task.assignee);
        case Field::created_by:
            return text_of(task.created_by);
        case Field::asset:
            return task.asset;
        case Field::start_date:
            return text_of(task.start_date.ms);
        case Field::end_date:
            return text_of(task.end_date.ms);
        case Field::closed_at:
            return text_of(task.closed_at.ms);
        case Field::state_at:
            return text_of(task.state_at.ms);
        case Field::estimated_days:
            return text_of(task.estimated_days);
        case Field::unread:
            return text_of(row.unread);
        case Field::last_message_at:
            return text_of(row.last_message_at.ms);
        case Field::waiting:
            return row.waiting ? "1" : "";
        case Field::extra: {
            const auto found = task.fields.find(by.extra);
            return found == task.fields.end() ? std::string{} : found->second;
        }
        case Field::member:
            return {};
    }
    return {};
}

}  // namespace holdfast::workflow
