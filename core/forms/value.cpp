#include "core/forms/value.hpp"

#include <type_traits>

#include "core/model/text.hpp"

namespace holdfast::forms {

bool operator==(const NestedAnswer& left, const NestedAnswer& right) {
    return left.form == right.form && left.answers == right.answers;
}

const std::vector<Id>& ids_in(const Value& value) {
    static const std::vector<Id> none;
    const auto* ids = std::get_if<std::vector<Id>>(&value);
    return ids == nullptr ? none : *ids;
}

std::size_t count_of(const Value& value) {
    return std::visit(
        []<class T>(const T& held) -> std::size_t {
            if constexpr (std::is_same_v<T, std::monostate>) {
                return 0;
            } else if constexpr (std::is_same_v<T, std::string>) {
                return trim(held).empty() ? 0 : 1;
            } else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, DateAnswer> ||
                                 std::is_same_v<T, Place>) {
                return 1;
            } else {
                return held.size();
            }
        },
        value);
}

bool is_empty(const Value& value) {
    return count_of(value) == 0;
}

}  // namespace holdfast::forms
