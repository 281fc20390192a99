#include "core/forms/testing/arbitrary.hpp"

#include <array>
#include <utility>

#include "core/forms/value_json.hpp"

namespace holdfast::fixture {

namespace {

using namespace forms;

constexpr std::size_t components_max = 12;

std::string name_of(std::size_t index) {
    return "c" + std::to_string(index);
}

Count arbitrary_count(Choices& choices) {
    const auto min = static_cast<std::int64_t>(choices.below(3));
    return {min, std::max<std::int64_t>(1, min) + static_cast<std::int64_t>(choices.below(2))};
}

Input arbitrary_written(Choices& choices) {
    Written written{.input = static_cast<Written::Input>(choices.below(3))};
    if (choices.flip()) {
        written.min = Decimal::of(static_cast<std::int64_t>(choices.below(3)));
        written.max = Decimal::of(3 + static_cast<std::int64_t>(choices.below(5)));
    }
    if (written.input != Written::Input::number && choices.flip()) {
        const std::array<const char*, 4> patterns{"[a-z]+", "(a|b)*c?", "\\d{1,3}", "x|y"};
        written.pattern = patterns[choices.below(patterns.size())];
    }
    return written;
}

Input arbitrary_collection(Choices& choices, const std::vector<Component>& before) {
    FromCollection collection{.levels = {"a"}, .count = arbitrary_count(choices)};
    switch (choices.below(5)) {
        case 0:
            collection = {.levels = {"a", "b"}};
            break;
        case 1:
            for (const Component& component : before) {
                if (component.kind() == Kind::collection) {
                    collection.levels = {"b"};
                    collection.filter = {Filter::Kind::children_of, component.id};
                }
            }
            break;
        case 2:
            collection.levels = {"b"};
            collection.filter = {Filter::Kind::channel, "a"};
            break;
        default:
            break;
    }
    return collection;
}

Bound arbitrary_bound(Choices& choices, std::int64_t days) {
    return {static_cast<Bound::Kind>(2 * choices.below(2) + choices.below(2) * choices.below(2)),
            days};
}

Input arbitrary_input(Choices& choices, const std::vector<Component>& before, bool may_nest) {
    switch (static_cast<Kind>(choices.below(may_nest ? 13 : 12))) {
        case Kind::text:
            return Label{};
        case Kind::written:
            return arbitrary_written(choices);
        case Kind::list:
            return FromList{.items = {{.value = "x"}, {.value = "y"}, {.value = "7"}},
                            .count = arbitrary_count(choices)};
        case Kind::collection:
            return arbitrary_collection(choices, before);
        case Kind::users:
            return FromUsers{
                .among = choices.flip() ? FromUsers::Among::all : FromUsers::Among::bosses,
                .count = arbitrary_count(choices)};
        case Kind::api:
            return FromApi{.source = "/api", .count = arbitrary_count(choices)};
        case Kind::rating:
            return Rating{.min = static_cast<std::int64_t>(choices.below(2)), .max = 4};
        case Kind::date: {
            const Bound earliest =
                choices.flip() ? Bound{Bound::Kind::send, -3} : arbitrary_bound(choices, 0);
            return Date{.time = choices.flip(), .earliest = earliest};
        }
        case Kind::location:
            return Location{};
        case Kind::camera:
            return Camera{.count = arbitrary_count(choices)};
        case Kind::attachment:
            return Attachment{.types = {"pdf"}, .count = arbitrary_count(choices)};
        case Kind::signature:
            return Signature{};
        case Kind::nested:
            return Nested{.forms = {"inner"}, .count = arbitrary_count(choices)};
    }
    return Label{};
}

/// A test that the checks accept for this commander.
Test arbitrary_test(Choices& choices, const Component& commander) {
    const auto op = static_cast<Test::Operator>(choices.below(4));
    if (op == Test::Operator::matches) {
        const std::array<const char*, 4> patterns{"x", "^a", "[0-5]", ".*"};
        return {op, patterns[choices.below(patterns.size())]};
    }
    if (commander.kind() == Kind::date) {
        return {op, choices.flip() ? "2026-05-04" : "2026-05-04T10:00"};
    }
    if (commander.kind() == Kind::list) {
        return {op, "7"};
    }
    return {op, std::to_string(choices.below(4))};
}

std::vector<Component> arbitrary_components(Choices& choices, bool may_nest) {
    std::vector<Component> components;
    const std::size_t count = 1 + choices.below(components_max);
    for (std::size_t i = 0; i < count; ++i) {
        Component component{.id = name_of(i),
                            .input = arbitrary_input(choices, components, may_nest)};
        if (component.kind() == Kind::text) {
            component.label = {{"en", "Read"}};
        } else if (component.kind() == Kind::nested) {
            component.required = std::get<Nested>(component.input).count.min > 0;
        } else {
            component.required = choices.flip();
        }
        if (i > 0 && choices.flip()) {
            const Component& commander = components[choices.below(i)];
            if (commander.kind() != Kind::text) {
                component.show = Condition{commander.id, {arbitrary_test(choices, commander)}};
                if (choices.below(4) == 1) {
                    component.show->any.push_back(arbitrary_test(choices, commander));
                }
            }
        }
        if (component.kind() == Kind::rating && choices.below(4) == 1) {
            component.initial = {Default::Kind::value, std::int64_t{2}};
            component.read_only = choices.flip();
        }
        components.push_back(std::move(component));
    }
    return components;
}

json::Value id_list(Choices& choices, std::size_t first, std::size_t count) {
    json::Value list = json::Value::array();
    for (std::size_t n = choices.below(4); n > 0; --n) {
        list.push_back(std::to_string(first + choices.below(count)));
    }
    return list;
}

json::Value nonsense(Choices& choices) {
    switch (choices.below(6)) {
        case 0:
            return nullptr;
        case 1:
            return true;
        case 2:
            return {{"form", "inner"}, {"answers", {{"c0", 1}}}};
        case 3:
            return 2.5;
        case 4:
            return json::Value::array({json::Value::array()});
        default:
            return "";
    }
}

json::Value arbitrary_text(Choices& choices, bool is_number) {
    const std::array<const char*, 8> words{
        "x", "abc", " ab ", "12", "", "zzzzzzzzz", "a c", "ñandú"};
    const std::array<const char*, 8> numbers{
        "1", "2.5", "-3", " 4,0 ", "many", "", "7", "0.0000001"};
    return is_number ? numbers[choices.below(8)] : words[choices.below(8)];
}

json::Value arbitrary_date(Choices& choices, bool time) {
    const std::array<const char*, 5> days{
        "2026-05-04", "2026-05-01", "2026-04-30", "2027-01-01", "2026-02-30"};
    json::Value date{{"date", days[choices.below(days.size())]}};
    if (time != (choices.below(16) == 1)) {
        date["time"] = choices.flip() ? "10:00" : "23:59";
        date["offset"] = choices.flip() ? 0 : -240;
    }
    if (choices.flip()) {
        date["chosen"] = choices.flip() ? 1'777'860'000'000 : 1'777'896'000'001;
    }
    return date;
}

json::Value answer_to(Choices& choices, const Component& component, const Definition* definition);

json::Value answers_to(Choices& choices,
                       const std::vector<Component>& components,
                       const Definition* definition) {
    json::Value answers = json::Value::object();
    for (const Component& component : components) {
        if (choices.below(4) != 0) {
            answers[component.id] = answer_to(choices, component, definition);
        }
    }
    if (choices.below(32) == 31) {
        answers["stranger"] = nonsense(choices);
    }
    return answers;
}

json::Value answer_to(Choices& choices, const Component& component, const Definition* definition) {
    if (choices.below(24) == 23) {
        return nonsense(choices);
    }
    switch (component.kind()) {
        case Kind::text:
            return nullptr;
        case Kind::written:
            return arbitrary_text(
                choices, std::get<Written>(component.input).input == Written::Input::number);
        case Kind::list: {
            const std::array<const char*, 4> values{"x", "y", "7", "z"};
            json::Value list = json::Value::array();
            for (std::size_t n = choices.below(4); n > 0; --n) {
                list.push_back(values[choices.below(values.size())]);
            }
            return list;
        }
        case Kind::collection: {
            const bool by_levels = std::get<FromCollection>(component.input).levels.size() > 1;
            if (by_levels && choices.flip()) {
                return {std::to_string(101 + choices.below(3)),
                        std::to_string(111 + choices.below(4))};
            }
            return id_list(choices, choices.flip() ? 101 : 111, 4);
        }
        case Kind::users:
            return id_list(choices, 1, 5);
        case Kind::api: {
            json::Value list = json::Value::array();
            for (std::size_t n = choices.below(3); n > 0; --n) {
                list.push_back({{"code", choices.flip() ? "k" : "x"}, {"label", "K"}});
            }
            return list;
        }
        case Kind::rating:
            return static_cast<int>(choices.below(6));
        case Kind::date:
            return arbitrary_date(choices, std::get<Date>(component.input).time);
        case Kind::location:
            return {{"lat_e7", static_cast<int>(choices.below(200)) * 10'000'000}, {"lng_e7", 5}};
        case Kind::camera:
        case Kind::attachment:
        case Kind::signature:
            return id_list(choices, 1, 5);
        case Kind::nested:
            break;
    }
    json::Value list = json::Value::array();
    for (std::size_t n = definition == nullptr ? 0 : choices.below(4); n > 0; --n) {
        list.push_back(
            {{"form", "inner"},
             {"answers", answers_to(choices, definition->inside.front().components, definition)}});
    }
    return list;
}

}  // namespace

Definition arbitrary_definition(Choices& choices) {
    Definition definition{.form = {.code = "outer"}};
    const bool nests = choices.flip();
    definition.form.components = arbitrary_components(choices, nests);
    for (const Component& component : definition.form.components) {
        if (component.kind() == Kind::nested && definition.inside.empty()) {
            definition.inside.push_back(
                {.code = "inner", .components = arbitrary_components(choices, false)});
        }
    }
    return definition;
}

std::string arbitrary_json(Choices& choices, const Component& component) {
    return to_text(answer_to(choices, component, nullptr));
}

std::string arbitrary_answers(Choices& choices, const Definition& definition) {
    return to_text(answers_to(choices, definition.form.components, &definition));
}

const MemoryLookup& arbitrary_lookup() {
    static const MemoryLookup lookup = [] {
        MemoryLookup made;
        const std::array<const char*, 3> codes{"x", "ab", "7"};
        for (std::uint64_t i = 0; i < 3; ++i) {
            made.add(Element{.id = Id{101 + i}, .collection = "a", .code = codes[i], .name = "A"});
            made.add(Element{.id = Id{111 + i}, .collection = "b", .code = codes[i], .name = "B"},
                     {Id{101 + i}, Id{101 + (i + 1) % 3}});
        }
        for (std::uint64_t i = 1; i <= 4; ++i) {
            made.add(Person{.id = Id{i}});
        }
        made.relate(Id{1}, Relation::boss, Id{2});
        made.add_file(Id{1}, {"image/png", 100});
        made.add_file(Id{2}, {"image/jpeg", 100});
        made.add_file(Id{3}, {"application/pdf", 100});
        made.add_file(Id{4}, {"image/png", 100'000'000});
        return made;
    }();
    return lookup;
}

}  // namespace holdfast::fixture
