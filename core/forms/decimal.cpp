#include "core/forms/decimal.hpp"

#include "core/model/text.hpp"

namespace holdfast::forms {

namespace {

constexpr std::size_t whole_digits_max = 12;
constexpr std::size_t part_digits_max = 6;

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

std::size_t digits_of(std::string_view text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) {
        ++count;
    }
    return count;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
    std::string_view rest = trim(text);
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    while (rest.size() > 1 && rest[0] == '0' && is_digit(rest[1])) {
        rest.remove_prefix(1);
    }
    const std::size_t whole = digits_of(rest);
    const std::string_view part = rest.substr(whole).empty() ? "" : rest.substr(whole + 1);
    const bool has_mark = rest.size() > whole;
    if (has_mark && rest[whole] != '.' && rest[whole] != ',') {
        return std::nullopt;
    }
    if (whole + part.size() == 0 || whole > whole_digits_max || part.size() > part_digits_max ||
        digits_of(part) != part.size() || (has_mark && part.empty())) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    for (std::size_t i = 0; i < whole + part_digits_max; ++i) {
        const std::size_t behind = i - whole;
        const char digit = i < whole ? rest[i] : (behind < part.size() ? part[behind] : '0');
        value = value * 10 + (digit - '0');
    }
    return Decimal{negative ? -value : value};
}

std::string to_string(Decimal value) {
    const std::uint64_t size = value.millionths < 0
                                   ? 0 - static_cast<std::uint64_t>(value.millionths)
                                   : static_cast<std::uint64_t>(value.millionths);
    std::string part = std::to_string(1'000'000 + size % 1'000'000).substr(1);
    part.erase(part.find_last_not_of('0') + 1);
    return (value.millionths < 0 ? "-" : "") + std::to_string(size / 1'000'000) +
           (part.empty() ? "" : "." + part);
}

}  // namespace holdfast::forms
