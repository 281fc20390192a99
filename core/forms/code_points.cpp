#include "core/forms/code_points.hpp"

#include <cstdint>

namespace holdfast::forms {

namespace {

constexpr char32_t replacement = 0xfffd;

struct Lead {
    std::size_t tail;  ///< bytes behind the first
    char32_t bits;
    char32_t least;  ///< anything below is written too long
};

Lead lead_of(std::uint8_t first) {
    if (first >= 0xc2 && first < 0xe0) {
        return {1, first & 0x1fU, 0x80};
    }
    if (first >= 0xe0 && first < 0xf0) {
        return {2, first & 0x0fU, 0x800};
    }
    if (first >= 0xf0 && first < 0xf5) {
        return {3, first & 0x07U, 0x10000};
    }
    return {0, replacement, 0};
}

}  // namespace

char32_t take_code_point(std::string_view& text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    text.remove_prefix(1);
    if (first < 0x80) {
        return first;
    }
    const Lead lead = lead_of(first);
    if (lead.tail == 0 || text.size() < lead.tail) {
        return replacement;
    }
    char32_t point = lead.bits;
    for (std::size_t i = 0; i < lead.tail; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xc0U) != 0x80) {
            return replacement;
        }
        point = (point << 6U) | (byte & 0x3fU);
    }
    if (point < lead.least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        return replacement;
    }
    text.remove_prefix(lead.tail);
    return point;
}

void append_code_point(std::string& text, char32_t point) {
    const auto byte = [&](char32_t value) { text.push_back(static_cast<char>(value)); };
    if (point < 0x80) {
        byte(point);
    } else if (point < 0x800) {
        byte(0xc0U | (point >> 6U));
        byte(0x80U | (point & 0x3fU));
    } else if (point < 0x10000) {
        byte(0xe0U | (point >> 12U));
        byte(0x80U | ((point >> 6U) & 0x3fU));
        byte(0x80U | (point & 0x3fU));
    } else {
        byte(0xf0U | (point >> 18U));
        byte(0x80U | ((point >> 12U) & 0x3fU));
        byte(0x80U | ((point >> 6U) & 0x3fU));
        byte(0x80U | (point & 0x3fU));
    }
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        (void)take_code_point(text);
        ++count;
    }
    return count;
}

}  // namespace holdfast::forms
