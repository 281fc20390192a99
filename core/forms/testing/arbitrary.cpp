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
    switch (choices.below(6)) {
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
        case 3:
            collection.levels = {"b"};
            collection.filter = {Filter::Kind::user, "a"};
            break;
        default:
            break;
    }
    return collection;
}

Input arbitrary_users(Choices& choices) {
    FromUsers users{.among = static_cast<FromUsers::Among>(choices.below(5))};
    users.job = users.among == FromUsers::Among::job ? "fitter" : "";
    users.count = arbitrary_count(choices);
    return users;
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
            return arbitrary_users(choices);
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

std::string one_of(Choices& choices, const std::vector<Id>& ids) {
    return to_string(ids[choices.below(ids.size())]);
}

json::Value id_list(Choices& choices, const std::vector<Id>& ids) {
    json::Value list = json::Value::array();
    for (std::size_t n = choices.below(4); n > 0; --n) {
        list.push_back(one_of(choices, ids));
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

/// Answers to the components of one definition.
class Answerer {
public:
    Answerer(Choices& choices, const Stock& stock, const Definition* definition)
        : choices_(choices), stock_(stock), definition_(definition) {}

    json::Value answers(const std::vector<Component>& components) {
        json::Value answers = json::Value::object();
        for (const Component& component : components) {
            if (choices_.below(4) != 0) {
                answers[component.id] = answer(component);
            }
        }
        if (choices_.below(32) == 31) {
            answers["stranger"] = nonsense(choices_);
        }
        return answers;
    }

    json::Value answer(const Component& component) {
        if (choices_.below(24) == 23) {
            return nonsense(choices_);
        }
        switch (component.kind()) {
            case Kind::text:
                return nullptr;
            case Kind::written:
                return arbitrary_text(
                    choices_, std::get<Written>(component.input).input == Written::Input::number);
            case Kind::list:
                return items();
            case Kind::collection:
                return elements(std::get<FromCollection>(component.input));
            case Kind::users:
                return id_list(choices_, stock_.people);
            case Kind::api:
                return picks();
            case Kind::rating:
                return static_cast<int>(choices_.below(6));
            case Kind::date:
                return arbitrary_date(choices_, std::get<Date>(component.input).time);
            case Kind::location:
                return {{"lat_e7", static_cast<int>(choices_.below(200)) * 10'000'000},
                        {"lng_e7", 5}};
            case Kind::camera:
            case Kind::attachment:
            case Kind::signature:
                return id_list(choices_, stock_.files);
            case Kind::nested:
                return repetitions();
        }
        return nullptr;
    }

private:
    json::Value items() {
        const std::array<const char*, 4> values{"x", "y", "7", "z"};
        json::Value list = json::Value::array();
        for (std::size_t n = choices_.below(4); n > 0; --n) {
            list.push_back(values[choices_.below(values.size())]);
        }
        return list;
    }

    json::Value elements(const FromCollection& collection) {
        if (collection.levels.size() > 1 && choices_.flip()) {
            return {one_of(choices_, stock_.first), one_of(choices_, stock_.second)};
        }
        const bool fits = choices_.below(4) != 1;
        const bool is_second = (collection.levels.front() == "b") == fits;
        return id_list(choices_, is_second ? stock_.second : stock_.first);
    }

    json::Value picks() {
        json::Value list = json::Value::array();
        for (std::size_t n = choices_.below(3); n > 0; --n) {
            list.push_back({{"code", choices_.flip() ? "k" : "x"}, {"label", "K"}});
        }
        return list;
    }

    json::Value repetitions() {
        json::Value list = json::Value::array();
        for (std::size_t n = definition_ == nullptr ? 0 : choices_.below(4); n > 0; --n) {
            list.push_back(
                {{"form", "inner"}, {"answers", answers(definition_->inside.front().components)}});
        }
        return list;
    }

    Choices& choices_;
    const Stock& stock_;
    const Definition* definition_;
};

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

std::string arbitrary_json(Choices& choices, const Component& component, const Stock& stock) {
    return json::dump(Answerer(choices, stock, nullptr).answer(component));
}

std::string arbitrary_answers(Choices& choices, const Definition& definition, const Stock& stock) {
    return json::dump(Answerer(choices, stock, &definition).answers(definition.form.components));
}

const MemoryLookup& arbitrary_lookup() {
    static const MemoryLookup lookup = [] {
        MemoryLookup made;
        const std::array<const char*, 3> codes{"x", "ab", "7"};
        for (std::size_t i = 0; i < codes.size(); ++i) {
            made.add(Element{.id = Id{101 + i}, .collection = "a", .code = codes[i], .name = "A"});
            made.add(Element{.id = Id{111 + i}, .collection = "b", .code = codes[i], .name = "B"},
                     {Id{101 + i}, Id{101 + (i + 1) % 3}});
        }
        for (std::uint64_t i = 1; i <= 4; ++i) {
            made.add(Person{.id = Id{i}, .job = i % 2 == 0 ? "fitter" : ""});
        }
        made.relate(Id{1}, Relation::boss, Id{2});
        made.relate(Id{1}, Relation::subordinate, Id{3});
        made.relate(Id{1}, Relation::peer, Id{4});
        made.carry_in_channel({Id{101}});
        made.carry_by_user({Id{102}});
        made.add_file(Id{1}, {"image/png", 100});
        made.add_file(Id{2}, {"image/jpeg", 100});
        made.add_file(Id{3}, {"application/pdf", 100});
        made.add_file(Id{4}, {"image/png", 100'000'000});
        return made;
    }();
    return lookup;
}

const Stock& arbitrary_stock() {
    static const Stock stock{.first = {Id{101}, Id{102}, Id{103}, Id{104}},
                             .second = {Id{111}, Id{112}, Id{113}, Id{114}},
                             .people = {Id{1}, Id{2}, Id{3}, Id{4}, Id{5}},
                             .files = {Id{1}, Id{2}, Id{3}, Id{4}, Id{5}}};
    return stock;
}

std::string arbitrary_bytes(SplitMix& chance, std::size_t count) {
    std::string bytes(count, '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(chance.next() >> 56U);
    }
    return bytes;
}

}  // namespace holdfast::fixture
