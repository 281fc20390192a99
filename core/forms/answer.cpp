#include "core/forms/answer.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/model/text.hpp"

namespace holdfast::forms {

namespace {

/// Bytes of a text in JSON, without its quotes.
std::size_t escaped_size(std::string_view text) {
    std::size_t size = 0;
    for (const char letter : text) {
        const bool is_control = static_cast<unsigned char>(letter) < 0x20;
        size += is_control ? 6 : (letter == '"' || letter == '\\' ? 2 : 1);
    }
    return size;
}

}  // namespace

Value clean(const Component& component, const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
        return value;
    }
    const auto* written = std::get_if<Written>(&component.input);
    const std::optional<Decimal> number =
        written != nullptr && written->input == Written::Input::number ? parse_decimal(*text)
                                                                       : std::nullopt;
    return number ? to_string(*number) : std::string(trim(*text));
}

std::size_t weight(const Value& value) {
    constexpr std::size_t around = 8;  // quotes, commas, names of members
    return std::visit(
        []<class T>(const T& held) -> std::size_t {
            std::size_t sum = around;
            if constexpr (std::is_same_v<T, std::string>) {
                sum += escaped_size(held);
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                for (const std::string& one : held) {
                    sum += escaped_size(one) + around;
                }
            } else if constexpr (std::is_same_v<T, std::vector<Id>>) {
                sum += held.size() * 24;  // 20 digits, quotes, a comma
            } else if constexpr (std::is_same_v<T, std::vector<ApiPick>>) {
                for (const ApiPick& one : held) {
                    sum += escaped_size(one.code) + escaped_size(one.label) + 4 * around;
                }
            } else {
                sum += 12 * around;  // numbers and the names of their members
            }
            return sum;
        },
        value);
}

Value initial_value(const Component& component, const Context& context) {
    switch (component.initial.kind) {
        case Default::Kind::none:
            return {};
        case Default::Kind::value:
            return component.initial.value;
        case Default::Kind::me:
            return std::vector{context.user};
        case Default::Kind::now:
            break;
    }
    const auto& date = std::get<Date>(component.input);
    const Zone* named = context.find_zone(date.zone);
    const int offset = (named == nullptr ? context.zone : *named).offset_at(context.now);
    const Day day = day_at(context.now, offset);
    DateAnswer answer{.day = day, .chosen = context.now};
    if (date.time) {
        const std::int64_t since = context.now.ms - moment_of(day, 0, offset).ms;
        answer.minute = static_cast<int>(since / 60'000);
        answer.offset_minutes = offset;
    }
    return answer;
}

Day bound_day(const Bound& bound, const DateAnswer& answer, const Context& context) {
    if (bound.kind == Bound::Kind::day) {
        return {bound.days};
    }
    // A clock that was put back between answering and sending does not make an answer late.
    const WallTime chosen = std::min(answer.chosen.value_or(context.now), context.now);
    const WallTime base = bound.kind == Bound::Kind::answer ? chosen : context.now;
    const int offset = answer.minute ? answer.offset_minutes : context.zone.offset_at(base);
    return {day_at(base, offset).number + bound.days};
}

}  // namespace holdfast::forms
