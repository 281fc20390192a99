#include "server/admin/importing/import_answers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "core/base/ascii.hpp"
#include "core/forms/fold.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::admin {
namespace {

using forms::Value;

[[nodiscard]] std::unexpected<Error> no(std::string reason) {
    return fail(ErrorCode::import_invalid, std::move(reason));
}

/// All of them, or nothing where one of them is empty and so means that there is no answer.
bool is_answered(const std::vector<std::string>& texts) {
    return std::ranges::any_of(texts, [](const auto& text) { return !text.empty(); });
}

[[nodiscard]] Result<Value> whole_number(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return no(quote(text) + " is no whole number");
    }
    return Value(number);
}

[[nodiscard]] Result<std::int64_t> degrees_e7(const std::string& text) {
    char* end = nullptr;
    const double degrees = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(std::abs(degrees) <= 180)) {
        return no(quote(text) + " is no latitude or longitude");
    }
    return std::llround(degrees * 1e7);
}

[[nodiscard]] Result<Value> place(const std::vector<std::string>& texts) {
    if (texts.size() != 2) {
        return no("a place has two texts: latitude and longitude");
    }
    forms::Place place;
    HF_TRY(place.latitude_e7, degrees_e7(texts[0]));
    HF_TRY(place.longitude_e7, degrees_e7(texts[1]));
    return Value(place);
}

std::set<std::string> names_of_item(const forms::Item& item) {
    std::set<std::string> names{forms::fold(item.value)};
    for (const auto& [language, label] : item.label) {
        names.insert(forms::fold(label));
    }
    return names;
}

}  // namespace

AnswerReader::AnswerReader(const OrgState& state, const ImportMap& map)
    : state_(state), map_(map), names_(names_of(state)) {
    for (const auto& [id, collection] : state.collections) {
        auto& known = elements_[collection.body.code];
        for (const auto& [element, body] : collection.elements) {
            const std::string code = forms::fold(body.code);
            const std::string name = forms::fold(body.name);
            known.emplace(code, element);
            if (name != code) {
                known.emplace(name, element);
            }
        }
    }
}

Result<std::string> AnswerReader::read(const forms::Part& form,
                                       const std::vector<ImportRow::Answer>& answers) const {
    forms::Answers read;
    for (const ImportRow::Answer& answer : answers) {
        const auto component =
            std::ranges::find(form.components, answer.component, &forms::Component::id);
        if (component == form.components.end()) {
            return no("the form " + quote(form.code) + " has no component " +
                      quote(answer.component));
        }
        if (!is_answered(answer.texts)) {
            continue;
        }
        auto value = this->value(*component, answer.texts);
        if (!value) {
            return no(answer.component + ": " + value.error().detail);
        }
        read.emplace(answer.component, *std::move(value));
    }
    return json::dump(forms::write_answers(read));
}

Result<Value> AnswerReader::value(const forms::Component& component, const Texts& texts) const {
    switch (component.kind()) {
        case forms::Kind::written:
            return Value(texts.front());
        case forms::Kind::list:
            return value(std::get<forms::FromList>(component.input), texts);
        case forms::Kind::collection:
            return value(std::get<forms::FromCollection>(component.input), texts);
        case forms::Kind::date:
            return value(std::get<forms::Date>(component.input), texts);
        case forms::Kind::rating:
            return whole_number(texts.front());
        case forms::Kind::location:
            return place(texts);
        case forms::Kind::users: {
            std::vector<Id> people;
            for (const std::string& email : texts) {
                HF_TRY(const Id id, person(email));
                people.push_back(id);
            }
            return Value(std::move(people));
        }
        default:
            return no("no table can answer a component of the kind " +
                      std::string(forms::kind_name(component.kind())));
    }
}

Result<Value> AnswerReader::value(const forms::FromList& list, const Texts& texts) const {
    std::vector<std::string> chosen;
    for (const std::string& text : texts) {
        if (text.empty()) {
            continue;
        }
        const auto item = std::ranges::find_if(list.items, [&](const forms::Item& one) {
            return names_of_item(one).contains(forms::fold(text));
        });
        if (item == list.items.end()) {
            return no("there is no item " + quote(text));
        }
        chosen.push_back(item->value);
    }
    return Value(std::move(chosen));
}

/// Several levels: one text a level. One level: each text is a choice.
Result<Value> AnswerReader::value(const forms::FromCollection& from, const Texts& texts) const {
    const bool by_levels = from.levels.size() > 1;
    if (by_levels && texts.size() > from.levels.size()) {
        return no("more texts than levels");
    }
    std::vector<Id> chosen;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].empty()) {
            continue;
        }
        const Id parent = by_levels && !chosen.empty() ? chosen.back() : Id{};
        HF_TRY(const Id id, element(from.levels[by_levels ? i : 0], texts[i], parent));
        chosen.push_back(id);
    }
    return Value(std::move(chosen));
}

Result<Value> AnswerReader::value(const forms::Date& date, const Texts& texts) const {
    constexpr std::int64_t day_seconds = 24LL * 60 * 60;
    auto local = map_.format.read(texts.front());
    if (!local) {
        return no(local.error().detail);
    }
    const std::int64_t second = ((*local % day_seconds) + day_seconds) % day_seconds;
    forms::DateAnswer answer{.day = {(*local - second) / day_seconds}};
    if (date.time) {
        answer.minute = static_cast<int>(second / 60);
        answer.offset_minutes =
            static_cast<int>(map_.zone.offset_at(map_.zone.to_utc(*local)) / 60);
    }
    return Value(answer);
}

Result<Id> AnswerReader::element(const std::string& collection,
                                 const std::string& text,
                                 Id parent) const {
    const auto known = elements_.find(collection);
    const auto held = find_collection_of(state_, collection);
    if (known == elements_.end() || !held) {
        return no("there is no collection " + quote(collection));
    }
    const auto& elements = state_.collections.at(*held).elements;
    const auto [first, last] = known->second.equal_range(forms::fold(text));
    Id found;
    for (auto at = first; at != last; ++at) {
        if (parent && std::ranges::count(elements.at(at->second).parents, parent) == 0) {
            continue;
        }
        if (found) {
            return no("several elements of " + quote(collection) + " are called " + quote(text));
        }
        found = at->second;
    }
    return found ? Result<Id>(found)
                 : no(quote(collection) + " has no element " + quote(text) +
                      (parent ? " there" : ""));
}

std::string AnswerReader::code_of(const std::string& collection, Id element) const {
    const auto held = find_collection_of(state_, collection);
    return held ? state_.collections.at(*held).elements.at(element).code : "";
}

Result<Id> AnswerReader::person(const std::string& email) const {
    const std::string address = ascii::lowered(email);
    const auto known = find_name(names_.users, address);
    return known && state_.users.at(*known).active
               ? Result<Id>(*known)
               : no("there is no active person " + quote(email));
}

}  // namespace holdfast::admin
