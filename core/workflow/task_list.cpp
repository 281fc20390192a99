#include "core/workflow/task_list.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "core/base/assert.hpp"
#include "core/workflow/limits.hpp"

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

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

// -------------------------------------------------------------------------------------- filters

bool is_member(const ListedTask& row, std::string_view value) {
    const std::optional<Id> id = parse_id(value);
    return id && role_in(*row.task, *id) != Role::none;
}

/// A filter that is ready to be asked for many rows.
class Sieve {
public:
    Sieve(const Filter& filter, const ListContext& context) : filter_(filter) {
        for (const std::string& value : filter.values) {
            values_.push_back(value == "me" ? to_string(context.user) : value);
        }
        if (filter.test == Comparison::contains && !values_.empty()) {
            values_.front() = lowered(values_.front());
        }
    }

    [[nodiscard]] bool passes(const ListedTask& row) const {
        if (filter_.by.field == Field::member) {
            const bool member =
                std::ranges::any_of(values_, [&](const auto& v) { return is_member(row, v); });
            return filter_.test == Comparison::none_of ? !member : member;
        }
        const std::string value = value_of(row, filter_.by);
        switch (filter_.test) {
            case Comparison::any_of:
                return std::ranges::find(values_, value) != values_.end();
            case Comparison::none_of:
                return std::ranges::find(values_, value) == values_.end();
            case Comparison::contains:
                return values_.empty() || lowered(value).contains(values_.front());
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

private:
    [[nodiscard]] std::int64_t bound() const {
        return values_.empty() ? 0 : number_of(values_.front());
    }

    const Filter& filter_;
    std::vector<std::string> values_;
};

bool is_hidden(const ListedTask& row, const View& view, const ListContext& context) {
    return !view.show_closed && context.hide_closed_after > 0 && row.kind == StateKind::closed &&
           row.task->closed_at + Millis{context.hide_closed_after * day_ms} < context.now;
}

// --------------------------------------------------------------------------------------- places

/// The places of all rows by one criterion: equal values have equal places, smaller stands first,
/// and no value stands last.
std::vector<std::int64_t> places_of(std::span<const ListedTask> tasks,
                                    const std::vector<std::string>& values,
                                    const Criterion& by,
                                    const Labels* labels) {
    std::vector<std::int64_t> places(tasks.size());
    if (is_number(by.field)) {
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            places[i] =
                values[i].empty() ? std::numeric_limits<std::int64_t>::max() : number_of(values[i]);
        }
        return places;
    }
    struct Known {
        std::int64_t rank;
        std::string label;
        std::string_view value;
        auto operator<=>(const Known&) const = default;
    };
    std::map<std::string_view, std::int64_t> place_of;
    for (const std::string& value : values) {
        place_of.emplace(value, 0);
    }
    std::vector<Known> known;
    for (const auto& [value, place] : place_of) {
        const std::int64_t rank = labels == nullptr ? -1 : labels->rank(by, value);
        std::string label = labels == nullptr ? std::string(value) : labels->label(by, value);
        known.push_back({rank, lowered(label), value});
    }
    std::ranges::sort(known);
    for (std::size_t i = 0; i < known.size(); ++i) {
        place_of[known[i].value] = static_cast<std::int64_t>(i);
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        places[i] =
            values[i].empty() ? std::numeric_limits<std::int64_t>::max() : place_of[values[i]];
    }
    return places;
}

/// A criterion over all rows.
struct Column {
    std::vector<std::string> values;
    std::vector<std::int64_t> places;
};

/// The other way round; no value stands last all the same.
void reverse(Column& column) {
    for (std::size_t i = 0; i < column.places.size(); ++i) {
        if (!column.values[i].empty()) {
            column.places[i] = -column.places[i];
        }
    }
}

/// What each row is grouped by: days in a calendar.
std::vector<std::string> values_of(std::span<const ListedTask> tasks,
                                   const Criterion& by,
                                   const View& view,
                                   const ListContext& context) {
    std::vector<std::string> values;
    values.reserve(tasks.size());
    const bool by_day = view.layout == Layout::calendar && by.field == view.day;
    for (const ListedTask& row : tasks) {
        std::string value = value_of(row, by);
        values.push_back(by_day ? day_of({number_of(value)}, context.utc_offset_minutes)
                                : std::move(value));
    }
    return values;
}

Column day_column(std::span<const ListedTask> tasks, const View& view, const ListContext& context) {
    Column column{.values = values_of(tasks, {.field = view.day}, view, context)};
    for (const std::string& day : column.values) {
        std::string digits = day;
        std::erase(digits, '-');
        column.places.push_back(number_of(digits));  // no day: 0, before the others
    }
    return column;
}

std::vector<Column> group_columns(std::span<const ListedTask> tasks,
                                  const View& view,
                                  const ListContext& context) {
    std::vector<Column> columns;
    if (view.layout == Layout::calendar) {
        columns.push_back(day_column(tasks, view, context));
        return columns;
    }
    std::vector<Criterion> groups = view.groups;
    if (groups.empty()) {
        groups.push_back({Field::state});
    }
    for (const Criterion& by : groups) {
        Column column{.values = values_of(tasks, by, view, context)};
        column.places = places_of(tasks, column.values, by, context.labels);
        columns.push_back(std::move(column));
    }
    return columns;
}

std::vector<Column> order_columns(std::span<const ListedTask> tasks,
                                  const View& view,
                                  const ListContext& context) {
    std::vector<Column> columns;
    for (const Order& order : view.orders) {
        std::vector<std::string> values;
        values.reserve(tasks.size());
        for (const ListedTask& row : tasks) {
            values.push_back(value_of(row, order.by));
        }
        Column column{.values = std::move(values)};
        column.places = places_of(tasks, column.values, order.by, context.labels);
        if (order.descending) {
            reverse(column);
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

bool in_same_group(const std::vector<Column>& groups, std::uint32_t a, std::uint32_t b) {
    return std::ranges::all_of(
        groups, [&](const Column& column) { return column.values[a] == column.values[b]; });
}

}  // namespace

std::string day_of(WallTime at, std::int64_t utc_offset_minutes) {
    if (at.ms == 0) {
        return {};
    }
    const std::int64_t local = at.ms + utc_offset_minutes * 60'000;
    // Days from civil and back, after Howard Hinnant's public-domain algorithms.
    std::int64_t days = (local >= 0 ? local : local - day_ms + 1) / day_ms + 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * of_year + 2) / 153;
    const std::int64_t day = of_year - (153 * shifted + 2) / 5 + 1;
    const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::to_string(year) + "-" + two(month) + "-" + two(day);
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

std::vector<ListGroup> arrange(std::span<const ListedTask> tasks,
                               const View& view,
                               const ListContext& context) {
    std::vector<Sieve> sieves;
    for (const Filter& filter : view.filters) {
        sieves.emplace_back(filter, context);
    }
    const auto shows = [&](const ListedTask& row) {
        HF_ASSERT(row.task != nullptr);
        if (is_hidden(row, view, context) || !row.task->active) {
            return false;
        }
        const auto passes = [&](const Sieve& sieve) { return sieve.passes(row); };
        return sieves.empty() || (view.match_any ? std::ranges::any_of(sieves, passes)
                                                 : std::ranges::all_of(sieves, passes));
    };
    std::vector<ListedTask> shown;
    std::vector<std::uint32_t> index;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (shows(tasks[i])) {
            shown.push_back(tasks[i]);
            index.push_back(static_cast<std::uint32_t>(i));
        }
    }
    std::vector<Column> columns = group_columns(shown, view, context);
    const std::size_t group_count = columns.size();
    std::ranges::move(order_columns(shown, view, context), std::back_inserter(columns));

    std::vector<std::uint32_t> rows(shown.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::ranges::sort(rows, [&](std::uint32_t a, std::uint32_t b) {
        for (const Column& column : columns) {
            if (column.places[a] != column.places[b]) {
                return column.places[a] < column.places[b];
            }
        }
        return shown[a].id < shown[b].id;  // the same order everywhere
    });

    columns.resize(group_count);
    std::vector<ListGroup> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i == 0 || !in_same_group(columns, rows[i - 1], rows[i])) {
            ListGroup& group = groups.emplace_back();
            for (const Column& column : columns) {
                group.values.push_back(column.values[rows[i]]);
            }
        }
        groups.back().rows.push_back(index[rows[i]]);
    }
    return groups;
}

}  // namespace holdfast::workflow
