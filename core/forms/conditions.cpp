#include "core/forms/conditions.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/forms/answer.hpp"

namespace holdfast::forms {

namespace {

std::string date_text(const DateAnswer& answer) {
    return to_string(answer.day) + (answer.minute ? "T" + minute_text(*answer.minute) : "");
}

bool compare(const Test& test, const std::string& text, bool is_date) {
    if (is_date) {
        const std::string shown = text.substr(0, test.value.size());
        switch (test.op) {
            case Test::Operator::equal:
                return shown == test.value;
            case Test::Operator::at_least:
                return shown >= test.value;
            case Test::Operator::at_most:
                return shown <= test.value;
            case Test::Operator::matches:
                return false;
        }
    }
    if (test.op == Test::Operator::equal && text == test.value) {
        return true;
    }
    const std::optional<Decimal> left = parse_decimal(text);
    const std::optional<Decimal> right = parse_decimal(test.value);
    if (!left || !right) {
        return false;
    }
    switch (test.op) {
        case Test::Operator::equal:
            return false;
        case Test::Operator::at_least:
            return *left >= *right;
        case Test::Operator::at_most:
            return *left <= *right;
        case Test::Operator::matches:
            return false;
    }
    return false;
}

}  // namespace

Result<std::vector<std::string>> comparable(const Subject& subject, const Context& context) {
    const Value& value = subject.value;
    switch (subject.component.kind()) {
        case Kind::text:
            return std::vector<std::string>{};
        case Kind::location:
        case Kind::camera:
        case Kind::attachment:
        case Kind::signature:
            return std::vector{std::to_string(count_of(value))};
        case Kind::nested:
            return std::vector{std::to_string(subject.nested_count)};
        default:
            break;
    }
    if (is_empty(value)) {
        return std::vector<std::string>{};
    }
    switch (subject.component.kind()) {
        case Kind::written:
            return std::vector{std::get<std::string>(clean(subject.component, value))};
        case Kind::list:
            return std::get<std::vector<std::string>>(value);
        case Kind::rating:
            return std::vector{std::to_string(std::get<std::int64_t>(value))};
        case Kind::date:
            return std::vector{date_text(std::get<DateAnswer>(value))};
        default:
            break;
    }
    std::vector<std::string> texts;
    if (const auto* picks = std::get_if<std::vector<ApiPick>>(&value)) {
        std::ranges::transform(*picks, std::back_inserter(texts), &ApiPick::code);
        return texts;
    }
    const auto* collection = std::get_if<FromCollection>(&subject.component.input);
    for (std::size_t i = 0; i < ids_in(value).size(); ++i) {
        const Id id = ids_in(value)[i];
        if (collection == nullptr) {
            texts.push_back(to_string(id));
        } else if (collection->levels.size() == 1 || i + 1 == collection->levels.size()) {
            HF_TRY(const std::optional<Element> element, context.lookup.element(id));
            texts.push_back(element ? element->code : std::string());
        }
    }
    return texts;
}

Result<bool> holds(const Test& test,
                   const Pattern* pattern,
                   const Subject& commander,
                   const Context& context) {
    HF_TRY(const std::vector<std::string> texts, comparable(commander, context));
    const bool is_date = commander.component.kind() == Kind::date;
    return std::ranges::any_of(texts, [&](const std::string& text) {
        return pattern != nullptr ? pattern->found_in(text) : compare(test, text, is_date);
    });
}

}  // namespace holdfast::forms
