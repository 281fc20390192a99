#include "core/workflow/layouts.hpp"
#include "core/workflow/limits.hpp"
#include "core/workflow/reading.hpp"
#include "core/workflow/task_list.hpp"

namespace holdfast::workflow {

namespace {

constexpr Names<Field, 21> fields{{
    {Field::name, "name"},         {Field::serial, "serial"},
    {Field::state, "state"},       {Field::status1, "status1"},
    {Field::status2, "status2"},   {Field::status3, "status3"},
    {Field::status4, "status4"},   {Field::status5, "status5"},
    {Field::assignee, "assignee"}, {Field::created_by, "created_by"},
    {Field::asset, "asset"},       {Field::start_date, "start_date"},
    {Field::end_date, "end_date"}, {Field::closed_at, "closed_at"},
    {Field::state_at, "state_at"}, {Field::estimated_days, "estimated_days"},
    {Field::unread, "unread"},     {Field::last_message_at, "last_message_at"},
    {Field::waiting, "waiting"},   {Field::extra, "extra"},
    {Field::member, "member"},
}};
constexpr Names<Comparison, 7> tests{{
    {Comparison::any_of, "any_of"},
    {Comparison::none_of, "none_of"},
    {Comparison::contains, "contains"},
    {Comparison::at_least, "at_least"},
    {Comparison::at_most, "at_most"},
    {Comparison::is_empty, "is_empty"},
    {Comparison::is_not_empty, "is_not_empty"},
}};

void read_criterion(Place& place, Criterion& out) {
    if (!place.has("field")) {
        place.refuse("field");
    }
    place.read("field", out.field, fields).read("extra", out.extra);
}

void read_filter(Place& place, Filter& out) {
    read_criterion(place, out.by);
    place.read("test", out.test, tests).read("values", out.values);
}

void read_order(Place& place, Order& out) {
    read_criterion(place, out.by);
    place.read("descending", out.descending);
}

void read_view(Place& place, View& out) {
    place.read("name", out.name)
        .read("layout", out.layout, layouts)
        .read("match_any", out.match_any)
        .each("filters", out.filters, read_filter)
        .each("orders", out.orders, read_order)
        .each("groups", out.groups, read_criterion)
        .read("show_closed", out.show_closed)
        .read("day", out.day, fields);
}

json::Value write_criterion(const Criterion& by) {
    return json::Writer{}
        .write("field", std::string(name_in(fields, by.field)))
        .write("extra", by.extra)
        .take();
}

}  // namespace

Result<View> parse_view(std::string_view text) {
    HF_TRY(View view, parse_with<View>(text, ErrorCode::workflow_malformed, read_view));
    for (const std::size_t count : {view.filters.size(), view.orders.size(), view.groups.size()}) {
        if (count > limits::criteria_max) {
            return fail(ErrorCode::workflow_too_many, {}, R"({"limit":3})");
        }
    }
    return view;
}

std::string encode(const View& value) {
    json::Value filters = json::Value::array();
    for (const Filter& filter : value.filters) {
        json::Value item = write_criterion(filter.by);
        item["test"] = std::string(name_in(tests, filter.test));
        if (!filter.values.empty()) {
            item["values"] = filter.values;
        }
        filters.push_back(std::move(item));
    }
    json::Value orders = json::Value::array();
    for (const Order& order : value.orders) {
        json::Value item = write_criterion(order.by);
        if (order.descending) {
            item["descending"] = true;
        }
        orders.push_back(std::move(item));
    }
    json::Value groups = json::Value::array();
    for (const Criterion& by : value.groups) {
        groups.push_back(write_criterion(by));
    }
    const View otherwise;
    return json::Writer{}
        .write("name", value.name)
        .write("layout",
               value.layout == otherwise.layout ? std::string{}
                                                : std::string(name_in(layouts, value.layout)))
        .write("match_any", value.match_any, false)
        .write("filters", std::move(filters))
        .write("orders", std::move(orders))
        .write("groups", std::move(groups))
        .write("show_closed", value.show_closed, false)
        .write("day",
               value.day == otherwise.day ? std::string{} : std::string(name_in(fields, value.day)))
        .text();
}

std::string_view to_string(Field value) {
    return name_in(fields, value);
}

}  // namespace holdfast::workflow
