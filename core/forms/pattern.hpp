#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

namespace holdfast::forms {

/// Why a text is no pattern of ours.
struct PatternFlaw {
    enum class Reason {
        syntax,          ///< brackets, braces or escapes that do not fit
        backreference,   ///< \1: cannot be matched in linear time
        lookaround,      ///< (?=a) (?!a) (?<=a): not supported, nor are named groups
        unknown_escape,  ///< \p{L}, \cA and letters that mean nothing
        too_large,       ///< more bytes, steps or nesting than limits.hpp allows
    };
    Reason reason;
    std::size_t at = 0;  ///< byte in the pattern
    bool operator==(const PatternFlaw&) const = default;
};

/// A regular expression that is searched for in time proportional to the text, whatever the
/// pattern: all its alternatives go through the text side by side (Thompson, 1968), and none is
/// tried again.
///
/// The syntax is that of ECMAScript with the flag `u`, without what linear time forbids: literals,
/// `.`, classes, `\d \w \s \b` and their opposites, `\t \n \r \f \v`, `\xHH`, `\uHHHH`, `\u{H...}`,
/// groups with and without `?:`, `|`, `* + ? {n} {n,} {n,m}` (a `?` behind makes no difference),
/// `^` and `$` for the ends of the text. Characters are code points; case counts.
class Pattern {
public:
    /// Cost    proportional to the program, which has at most limits::pattern_steps_max steps.
    [[nodiscard]] static std::expected<Pattern, PatternFlaw> compile(std::string_view text);

    /// Whether some part of the text matches.
    /// Cost    steps x characters at most; allocates one small buffer.
    [[nodiscard]] bool found_in(std::string_view text) const;

    struct Range {
        char32_t first;
        char32_t last;
    };
    enum class Step : std::uint8_t {
        set,
        split,
        jump,
        text_begin,
        text_end,
        word_edge,
        no_edge,
        match
    };
    struct Instruction {
        Step step;
        bool outside = false;     ///< set: what is not in the ranges
        std::uint32_t first = 0;  ///< set: first range; split and jump: where to
        std::uint32_t last = 0;   ///< set: behind the last range; split: where to as well
    };

private:
    [[nodiscard]] bool takes(const Instruction& set, char32_t point) const;

    class Run;
    std::vector<Instruction> program_;
    std::vector<Range> ranges_;
};

}  // namespace holdfast::forms
