#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/id.hpp"
#include "core/forms/civil.hpp"

/// What a component may hold as its answer.
namespace holdfast::forms {

/// A choice that came from an API, with the text that the person saw.
struct ApiPick {
    std::string code{};
    std::string label{};
    bool operator==(const ApiPick&) const = default;
};

/// A date, or a date and time with the offset of the place where it is meant.
struct DateAnswer {
    Day day{};
    std::optional<int> minute{};       ///< of the day
    int offset_minutes = 0;            ///< from UTC; 0 for a date alone
    std::optional<WallTime> chosen{};  ///< when the person chose it, by the device's clock
    bool operator==(const DateAnswer&) const = default;
};

/// A place, in ten-millionths of a degree.
struct Place {
    std::int64_t latitude_e7 = 0;
    std::int64_t longitude_e7 = 0;
    std::optional<std::int64_t> accuracy_m{};
    bool operator==(const Place&) const = default;
};

struct NestedAnswer;

/// monostate: no answer. Written answers are text, numbers too; lists are values of items; users,
/// elements and files are ids; a rating is a number.
using Value = std::variant<std::monostate,
                           std::string,
                           std::vector<std::string>,
                           std::vector<Id>,
                           std::vector<ApiPick>,
                           std::int64_t,
                           DateAnswer,
                           Place,
                           std::vector<NestedAnswer>>;

/// Component → its answer; those without one are left out.
using Answers = std::map<std::string, Value, std::less<>>;

/// One filling of a form inside a form.
struct NestedAnswer {
    std::string form{};
    Answers answers{};
};
[[nodiscard]] bool operator==(const NestedAnswer& left, const NestedAnswer& right);

/// Whether there is no answer: nothing, an empty text, an empty list. Blanks are no answer either.
[[nodiscard]] bool is_empty(const Value& value);

/// The ids of what is chosen or attached; none of other values.
[[nodiscard]] const std::vector<Id>& ids_in(const Value& value);

/// How many things are chosen or attached; 1 for what is one thing, 0 for no answer.
[[nodiscard]] std::size_t count_of(const Value& value);

}  // namespace holdfast::forms
