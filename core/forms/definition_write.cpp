#include <algorithm>
#include <array>
#include <utility>

#include "core/forms/definition.hpp"
#include "core/forms/names.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

namespace {

template <class Enum>
void write_enum(json::Value& json,
                const char* name,
                Enum value,
                Enum otherwise,
                std::span<const std::string_view> names) {
    if (value != otherwise) {
        json[name] = names[static_cast<std::size_t>(value)];
    }
}

template <class T>
void write_unless(json::Value& json, const char* name, const T& value, const T& otherwise) {
    if (value != otherwise) {
        json[name] = value;
    }
}

void write_texts(json::Value& json, const char* name, const Texts& texts) {
    write_unless(json, name, texts, Texts{});
}

void write_list(json::Value& json, const char* name, const std::vector<std::string>& list) {
    write_unless(json, name, list, {});
}

void write_count(json::Value& json, const Count& count, const Count& otherwise) {
    write_unless(json, "min", count.min, otherwise.min);
    write_unless(json, "max", count.max, otherwise.max);
}

void write_decimal(json::Value& json, const char* name, const std::optional<Decimal>& value) {
    if (value) {
        json[name] = to_string(*value);
    }
}

void write_input(json::Value& /*json*/, const Label& /*text*/) {}

void write_input(json::Value& json, const Written& written) {
    write_enum(json, "input", written.input, Written::Input::short_text, names::inputs);
    write_decimal(json, "min", written.min);
    write_decimal(json, "max", written.max);
    write_unless(json, "pattern", written.pattern, {});
    if (written.scan) {
        json["scan"] = names::scans[written.scan_only ? 1 : 0];
    }
}

void write_input(json::Value& json, const FromList& list) {
    json::Value items = json::Value::array();
    for (const Item& item : list.items) {
        json::Value one{{"value", item.value}};
        write_texts(one, "label", item.label);
        items.push_back(std::move(one));
    }
    json["items"] = std::move(items);
    write_count(json, list.count, {});
}

void write_input(json::Value& json, const FromCollection& collection) {
    if (collection.levels.size() == 1) {
        json["collection"] = collection.levels.front();
    } else {
        json["levels"] = collection.levels;
    }
    if (collection.filter.kind != Filter::Kind::none) {
        const auto kind = names::filters[static_cast<std::size_t>(collection.filter.kind)];
        json["filter"][std::string(kind)] = collection.filter.source;
    }
    write_count(json, collection.count, {});
}

void write_input(json::Value& json, const FromUsers& users) {
    write_enum(json, "among", users.among, FromUsers::Among::all, names::among);
    write_unless(json, "job", users.job, {});
    write_count(json, users.count, {});
}

void write_input(json::Value& json, const FromApi& api) {
    json["source"] = api.source;
    write_list(json, "pass", api.pass);
    write_count(json, api.count, {});
}

void write_input(json::Value& json, const Rating& rating) {
    write_unless(json, "min", rating.min, Rating{}.min);
    write_unless(json, "max", rating.max, Rating{}.max);
}

void write_bound(json::Value& json, const char* name, const Bound& bound) {
    if (bound.kind == Bound::Kind::day) {
        json[name] = to_string(Day{bound.days});
    } else if (bound.kind != Bound::Kind::none) {
        const auto from = names::moments[bound.kind == Bound::Kind::answer ? 0 : 1];
        json[name] = {{"from", from}};
        write_unless(json[name], "days", bound.days, std::int64_t{0});
    }
}

void write_input(json::Value& json, const Date& date) {
    write_unless(json, "time", date.time, false);
    write_unless(json, "zone", date.zone, {});
    write_bound(json, "earliest", date.earliest);
    write_bound(json, "latest", date.latest);
}

void write_input(json::Value& json, const Location& location) {
    write_unless(json, "free", location.free, false);
}

void write_input(json::Value& json, const Camera& camera) {
    write_enum(json, "source", camera.source, Camera::Source::any, names::cameras);
    write_unless(json, "side_max", camera.side_max, std::int64_t{0});
    write_count(json, camera.count, Camera{}.count);
}

void write_input(json::Value& json, const Attachment& attachment) {
    write_list(json, "types", attachment.types);
    write_count(json, attachment.count, Attachment{}.count);
}

void write_input(json::Value& /*json*/, const Signature& /*signature*/) {}

void write_input(json::Value& json, const Nested& nested) {
    json["forms"] = nested.forms;
    write_count(json, nested.count, Nested{}.count);
}

json::Value write_test(const Test& test) {
    return {{std::string(names::operators[static_cast<std::size_t>(test.op)]), test.value}};
}

json::Value write_condition(const Condition& condition) {
    if (condition.any.size() == 1) {
        json::Value json = write_test(condition.any.front());
        json["component"] = condition.commander;
        return json;
    }
    json::Value any = json::Value::array();
    std::ranges::for_each(condition.any,
                          [&](const Test& test) { any.push_back(write_test(test)); });
    return {{"component", condition.commander}, {"any", std::move(any)}};
}

json::Value write_component(const Component& component) {
    json::Value json{{"id", component.id}, {"kind", kind_name(component.kind())}};
    write_texts(json, "label", component.label);
    write_texts(json, "help", component.help);
    // Whether forms inside are required follows from their least number.
    write_unless(json, "required", component.required && component.kind() != Kind::nested, false);
    write_unless(json, "read_only", component.read_only, false);
    if (component.show) {
        json["show"] = write_condition(*component.show);
    }
    switch (component.initial.kind) {
        case Default::Kind::none:
            break;
        case Default::Kind::now:
            json["default"] = "now";
            break;
        case Default::Kind::me:
            json["default"] = "me";
            break;
        case Default::Kind::value:
            json["default"] = write_value(component.initial.value);
            break;
    }
    std::visit([&](const auto& input) { write_input(json, input); }, component.input);
    return json;
}

json::Value write_part(const Part& part) {
    json::Value components = json::Value::array();
    for (const Component& component : part.components) {
        components.push_back(write_component(component));
    }
    json::Value json{{"code", part.code}, {"components", std::move(components)}};
    write_texts(json, "title", part.title);
    return json;
}

json::Value write_access(const Access& access) {
    json::Value json = json::Value::object();
    write_list(json, "groups", access.groups);
    write_list(json, "collections", access.collections);
    write_list(json, "elements", access.elements);
    write_list(json, "roles", access.roles);
    write_list(json, "permissions", access.permissions);
    return json;
}

}  // namespace

std::string encode(const Definition& definition) {
    json::Value json = write_part(definition.form);
    json["version"] = definition.version;
    write_unless(json, "editable", definition.editable, false);
    if (definition.older_until) {
        json["older_until"] = to_string(*definition.older_until);
    }
    write_unless(json, "access", write_access(definition.access), json::Value::object());
    json::Value inside = json::Value::array();
    for (const Part& part : definition.inside) {
        inside.push_back(write_part(part));
    }
    write_unless(json, "forms", inside, json::Value::array());
    return json::dump(json);
}

std::string_view kind_name(Kind kind) {
    return names::kinds[static_cast<std::size_t>(kind)];
}

}  // namespace holdfast::forms
