#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::forms {

/// A number as people write it: up to 12 digits before the mark and 6 behind it. Exact, so that
/// every machine compares alike; no verdict depends on floating point.
struct Decimal {
    std::int64_t millionths = 0;

    static constexpr Decimal of(std::int64_t whole) { return {whole * 1'000'000}; }
    constexpr auto operator<=>(const Decimal&) const = default;
};

/// "12", "-0.5", "12,5": one decimal mark at most, a point or a comma, and blanks around. Nothing
/// for any other text; "1.234,5" is not guessed at.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

/// The shortest text with a point: "12.5".
[[nodiscard]] std::string to_string(Decimal value);

}  // namespace holdfast::forms
