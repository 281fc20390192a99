#include <utility>

#include "core/forms/definition.hpp"
#include "core/forms/fields.hpp"
#include "core/forms/names.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

namespace {

constexpr std::int64_t largest = 1'000'000'000;
constexpr std::size_t codes_max = 200;

template <class Enum>
void read_enum(Fields& fields,
               const char* name,
               Enum& out,
               std::span<const std::string_view> names) {
    auto index = static_cast<std::size_t>(out);
    fields.read_name(name, index, names);
    out = static_cast<Enum>(index);
}

void read_count(Fields& fields, Count& count, std::int64_t most) {
    fields.read("min", count.min, 0, most);
    fields.read("max", count.max, 1, most);
}

void read_into(Fields& /*fields*/, Label& /*text*/) {}

void read_into(Fields& fields, Written& written) {
    read_enum(fields, "input", written.input, names::inputs);
    fields.read("min", written.min);
    fields.read("max", written.max);
    fields.read("pattern", written.pattern, limits::pattern_bytes_max);
    if (fields.has("scan")) {
        std::size_t scan = 0;
        fields.read_name("scan", scan, names::scans);
        written.scan = true;
        written.scan_only = scan == 1;
    }
}

void read_into(Fields& fields, FromList& list) {
    fields.require("items");
    for (const auto& [json, path] : fields.items("items", limits::items_max)) {
        Faults faults = fields.faults();
        Fields item(*json, path, faults);
        list.items.emplace_back();
        item.require("value");
        item.read("value", list.items.back().value, limits::item_value_bytes_max);
        item.read("label", list.items.back().label);
        item.done();
    }
    read_count(fields, list.count, limits::choices_max);
}

void read_filter(Fields& fields, Filter& filter) {
    const json::Value* json = fields.take("filter");
    if (json == nullptr) {
        return;
    }
    Faults faults = fields.faults();
    Fields inside(*json, fields.at("filter"), faults);
    for (std::size_t i = 1; i < names::filters.size(); ++i) {
        if (inside.has(names::filters[i].data())) {
            if (filter.kind != Filter::Kind::none) {
                inside.refuse(names::filters[i], "unknown_member", std::string(names::filters[i]));
            }
            filter.kind = static_cast<Filter::Kind>(i);
            inside.read_identifier(names::filters[i].data(), filter.source);
        }
    }
    if (filter.kind == Filter::Kind::none) {
        inside.refuse("", "empty");
    }
    inside.done();
}

void read_into(Fields& fields, FromCollection& collection) {
    if (fields.has("levels")) {
        fields.read("levels", collection.levels, limits::levels_max);
        for (std::size_t i = 0; i < collection.levels.size(); ++i) {
            if (!is_identifier(collection.levels[i])) {
                fields.refuse("levels/" + std::to_string(i), "identifier", collection.levels[i]);
            }
        }
    } else {
        collection.levels.resize(1);
        fields.read_identifier("collection", collection.levels.front());
    }
    read_filter(fields, collection.filter);
    read_count(fields, collection.count, limits::choices_max);
}

void read_into(Fields& fields, FromUsers& users) {
    read_enum(fields, "among", users.among, names::among);
    fields.read("job", users.job, limits::item_value_bytes_max);
    read_count(fields, users.count, limits::choices_max);
}

void read_into(Fields& fields, FromApi& api) {
    fields.require("source");
    fields.read("source", api.source, limits::label_bytes_max);
    fields.read("pass", api.pass, codes_max);
    read_count(fields, api.count, limits::choices_max);
}

void read_into(Fields& fields, Rating& rating) {
    fields.read("min", rating.min, 0, limits::rating_max);
    fields.read("max", rating.max, 1, limits::rating_max);
}

void read_day(Fields& fields, const char* name, std::optional<Day>& out) {
    std::string text;
    fields.read(name, text, codes_max);
    out = text.empty() ? std::nullopt : parse_day(text);
    if (!text.empty() && !out) {
        fields.refuse(name, "date", text);
    }
}

void read_bound(Fields& fields, const char* name, Bound& bound) {
    const json::Value* json = fields.take(name);
    if (json == nullptr) {
        return;
    }
    if (json->is_string()) {
        const std::optional<Day> day = parse_day(json->get_ref<const std::string&>());
        if (!day) {
            fields.refuse(name, "date", json->get_ref<const std::string&>().substr(0, codes_max));
            return;
        }
        bound = {Bound::Kind::day, day->number};
        return;
    }
    Faults faults = fields.faults();
    Fields inside(*json, fields.at(name), faults);
    std::size_t from = 0;
    inside.require("from");
    inside.read_name("from", from, names::moments);
    inside.read("days", bound.days, -limits::bound_days_max, limits::bound_days_max);
    bound.kind = from == 0 ? Bound::Kind::answer : Bound::Kind::send;
    inside.done();
}

void read_into(Fields& fields, Date& date) {
    fields.read("time", date.time);
    fields.read("zone", date.zone, limits::identifier_bytes_max);
    read_bound(fields, "earliest", date.earliest);
    read_bound(fields, "latest", date.latest);
}

void read_into(Fields& fields, Location& location) {
    fields.read("free", location.free);
}

void read_into(Fields& fields, Camera& camera) {
    read_enum(fields, "source", camera.source, names::cameras);
    fields.read("side_max", camera.side_max, 0, 100'000);
    read_count(fields, camera.count, limits::files_max);
}

void read_into(Fields& fields, Attachment& attachment) {
    fields.read("types", attachment.types, codes_max);
    read_count(fields, attachment.count, limits::files_max);
}

void read_into(Fields& /*fields*/, Signature& /*signature*/) {}

void read_into(Fields& fields, Nested& nested) {
    fields.require("forms");
    fields.read("forms", nested.forms, limits::forms_max);
    read_count(fields, nested.count, limits::nested_max);
}

/// The input with this index, with its defaults.
template <std::size_t I = 0>
Input input_at(std::size_t index) {
    if constexpr (I + 1 < std::variant_size_v<Input>) {
        if (index != I) {
            return input_at<I + 1>(index);
        }
    }
    return Input(std::in_place_index<I>);
}

/// One test: {"equal": "no"}; the value may be a whole number.
void read_test(Fields& fields, Test& test, std::size_t& found) {
    for (std::size_t i = 0; i < names::operators.size(); ++i) {
        const char* name = names::operators[i].data();
        if (!fields.has(name)) {
            continue;
        }
        ++found;
        test.op = static_cast<Test::Operator>(i);
        const json::Value* value = fields.take(name);
        if (value->is_string()) {
            test.value = value->get_ref<const std::string&>();
        } else if (value->is_number_integer()) {
            test.value = value->dump();
        } else {
            fields.refuse(name, "wrong_type", "text or whole number");
        }
    }
    if (found != 1) {
        fields.refuse(
            "", found == 0 ? "missing" : "too_many", "equal, at_least, at_most or matches");
    }
}

void read_condition(Fields& fields, std::optional<Condition>& show) {
    const json::Value* json = fields.take("show");
    if (json == nullptr) {
        return;
    }
    Faults faults = fields.faults();
    Fields inside(*json, fields.at("show"), faults);
    show.emplace();
    inside.read_identifier("component", show->commander);
    if (!inside.has("any")) {
        std::size_t found = 0;
        read_test(inside, show->any.emplace_back(), found);
        inside.done();
        return;
    }
    for (const auto& [item, path] : inside.items("any", limits::tests_max)) {
        Fields test(*item, path, faults);
        std::size_t found = 0;
        read_test(test, show->any.emplace_back(), found);
        test.done();
    }
    if (show->any.empty()) {
        inside.refuse("any", "empty");
    }
    inside.done();
}

void read_default(Fields& fields, Component& component) {
    const json::Value* json = fields.take("default");
    if (json == nullptr) {
        return;
    }
    if (*json == "now" && component.kind() == Kind::date) {
        component.initial.kind = Default::Kind::now;
        return;
    }
    if (*json == "me" && component.kind() == Kind::users) {
        component.initial.kind = Default::Kind::me;
        return;
    }
    const std::optional<Value> value = read_value(component, *json);
    if (!value || is_empty(*value)) {
        fields.refuse("default", "default");
        return;
    }
    component.initial = {Default::Kind::value, *value};
}

Component read_component(const json::Value& json, const std::string& path, Faults& faults) {
    Fields fields(json, path, faults);
    Component component;
    fields.read_identifier("id", component.id);
    fields.require("kind");
    std::size_t kind = 0;
    fields.read_name("kind", kind, names::kinds);
    fields.read("label", component.label);
    fields.read("help", component.help);
    fields.read("required", component.required);
    fields.read("read_only", component.read_only);
    read_condition(fields, component.show);
    component.input = input_at(kind);
    std::visit([&](auto& input) { read_into(fields, input); }, component.input);
    read_default(fields, component);
    if (const Nested* nested = std::get_if<Nested>(&component.input)) {
        component.required = nested->count.min > 0;
    }
    fields.done();
    return component;
}

void read_part(Fields& fields, Part& part, Faults& faults) {
    fields.read_identifier("code", part.code);
    fields.read("title", part.title);
    fields.require("components");
    for (const auto& [item, path] : fields.items("components", limits::components_max)) {
        part.components.push_back(read_component(*item, path, faults));
    }
}

void read_access(Fields& fields, Access& access, Faults& faults) {
    if (const json::Value* json = fields.take("access")) {
        Fields inside(*json, fields.at("access"), faults);
        inside.read("groups", access.groups, codes_max);
        inside.read("collections", access.collections, codes_max);
        inside.read("elements", access.elements, codes_max);
        inside.read("roles", access.roles, codes_max);
        inside.read("permissions", access.permissions, codes_max);
        inside.done();
    }
}

}  // namespace

Definition read_definition(std::string_view text, Problems& problems) {
    Definition definition;
    Faults faults(problems);
    if (text.size() > limits::definition_bytes_max) {
        faults.add("", "too_large", std::to_string(limits::definition_bytes_max));
        return definition;
    }
    const std::optional<json::Value> json = parse_json(text);
    if (!json) {
        faults.add("", "not_json");
        return definition;
    }
    Fields fields(*json, "", faults);
    read_part(fields, definition.form, faults);
    fields.read("version", definition.version, 1, largest);
    fields.read("editable", definition.editable);
    read_day(fields, "older_until", definition.older_until);
    read_access(fields, definition.access, faults);
    for (const auto& [item, path] : fields.items("forms", limits::forms_max)) {
        Fields inside(*item, path, faults);
        read_part(inside, definition.inside.emplace_back(), faults);
        inside.done();
    }
    fields.done();
    return definition;
}

}  // namespace holdfast::forms
