#include "core/forms/pattern_syntax.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/forms/code_points.hpp"
#include "core/forms/limits.hpp"

namespace holdfast::forms::syntax {

namespace {

using Range = Pattern::Range;
using Ranges = std::vector<Range>;
using Reason = PatternFlaw::Reason;

constexpr char32_t last_point = 0x10ffff;
constexpr int repeats_max = 1000;

const Ranges digits{{'0', '9'}};
const Ranges word{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const Ranges space{{0x09, 0x0d},
                   {0x20, 0x20},
                   {0xa0, 0xa0},
                   {0x1680, 0x1680},
                   {0x2000, 0x200a},
                   {0x2028, 0x2029},
                   {0x202f, 0x202f},
                   {0x205f, 0x205f},
                   {0x3000, 0x3000},
                   {0xfeff, 0xfeff}};
const Ranges line_ends{{0x0a, 0x0a}, {0x0d, 0x0d}, {0x2028, 0x2029}};

/// The ranges must be in order and apart.
Ranges outside_of(const Ranges& ranges) {
    Ranges rest;
    char32_t from = 0;
    for (const Range& range : ranges) {
        if (range.first > from) {
            rest.push_back({from, range.first - 1});
        }
        from = range.last + 1;
    }
    rest.push_back({from, last_point});
    return rest;
}

/// What an escape stands for: one character or a class.
struct Escape {
    Ranges ranges;
    [[nodiscard]] bool is_character() const {
        return ranges.size() == 1 && ranges.front().first == ranges.front().last;
    }
};

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text), rest_(text) {}

    std::expected<Tree, PatternFlaw> parse() {
        if (text_.size() > limits::pattern_bytes_max) {
            refuse(Reason::too_large);
        }
        const std::size_t root = alternatives();
        if (!flaw_ && !rest_.empty()) {
            refuse(Reason::syntax);
        }
        if (flaw_) {
            return std::unexpected(*flaw_);
        }
        add({.form = Form::sequence, .parts = {root}});
        return std::move(tree_);
    }

private:
    void refuse(Reason reason) {
        if (!flaw_) {
            flaw_ = PatternFlaw{reason, text_.size() - rest_.size()};
        }
        rest_ = {};
    }

    bool take(std::string_view wanted) {
        if (!rest_.starts_with(wanted)) {
            return false;
        }
        rest_.remove_prefix(wanted.size());
        return true;
    }

    std::size_t add(Node node) {
        tree_.push_back(std::move(node));
        return tree_.size() - 1;
    }

    std::size_t alternatives() {
        Node node{.form = Form::either};
        do {
            node.parts.push_back(sequence());
        } while (take("|"));
        return node.parts.size() == 1 ? node.parts.front() : add(std::move(node));
    }

    std::size_t sequence() {
        Node node{.form = Form::sequence};
        while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
            node.parts.push_back(repeated());
        }
        return add(std::move(node));
    }

    std::size_t repeated() {
        bool repeatable = true;
        const std::size_t part = atom(repeatable);
        const std::optional<std::pair<int, int>> times = quantifier();
        if (!times) {
            return part;
        }
        if (!repeatable) {
            refuse(Reason::syntax);
        }
        (void)take("?");
        return add(
            {.form = Form::repeat, .least = times->first, .most = times->second, .parts = {part}});
    }

    std::optional<std::pair<int, int>> quantifier() {
        if (take("*")) {
            return std::pair{0, without_end};
        }
        if (take("+")) {
            return std::pair{1, without_end};
        }
        if (take("?")) {
            return std::pair{0, 1};
        }
        if (!take("{")) {
            return std::nullopt;
        }
        const int least = count();
        int most = least;
        if (take(",")) {
            most = rest_.starts_with('}') ? without_end : count();
        }
        if (!take("}") || (most != without_end && most < least)) {
            refuse(Reason::syntax);
        }
        return std::pair{least, most};
    }

    int count() {
        int value = 0;
        bool any = false;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
            any = true;
            if (value > repeats_max) {
                refuse(Reason::too_large);
            }
        }
        if (!any) {
            refuse(Reason::syntax);
        }
        return value;
    }

    std::size_t atom(bool& repeatable) {
        repeatable = false;
        if (take("^")) {
            return add({.form = Form::text_begin});
        }
        if (take("$")) {
            return add({.form = Form::text_end});
        }
        if (take("\\b")) {
            return add({.form = Form::word_edge});
        }
        if (take("\\B")) {
            return add({.form = Form::no_edge});
        }
        repeatable = true;
        if (take("(")) {
            return group();
        }
        if (take("[")) {
            return bracket();
        }
        if (take(".")) {
            return add({.form = Form::set, .outside = true, .ranges = line_ends});
        }
        if (take("\\")) {
            return add({.form = Form::set, .ranges = escape(false).ranges});
        }
        if (std::string_view("*+?{}]").contains(rest_.front())) {
            refuse(Reason::syntax);
            return add({});
        }
        const char32_t point = take_code_point(rest_);
        return add({.form = Form::set, .ranges = {{point, point}}});
    }

    std::size_t group() {
        if (rest_.starts_with('?') && !take("?:")) {
            refuse(rest_.starts_with("?=") || rest_.starts_with("?!") || rest_.starts_with("?<")
                       ? Reason::lookaround
                       : Reason::syntax);
            return add({});
        }
        if (++depth_ > limits::pattern_depth_max) {
            refuse(Reason::too_large);
        }
        const std::size_t inside = alternatives();
        --depth_;
        if (!take(")")) {
            refuse(Reason::syntax);
        }
        return inside;
    }

    std::size_t bracket() {
        Node node{.form = Form::set, .outside = take("^")};
        while (!flaw_ && !take("]")) {
            if (rest_.empty()) {
                refuse(Reason::syntax);
                break;
            }
            bracket_item(node.ranges);
        }
        return add(std::move(node));
    }

    void bracket_item(Ranges& ranges) {
        const Escape first = bracket_character();
        if (!rest_.starts_with('-') || rest_.starts_with("-]")) {
            ranges.insert(ranges.end(), first.ranges.begin(), first.ranges.end());
            return;
        }
        rest_.remove_prefix(1);
        if (rest_.empty()) {
            refuse(Reason::syntax);
            return;
        }
        const Escape last = bracket_character();
        if (!first.is_character() || !last.is_character() ||
            first.ranges.front().first > last.ranges.front().first) {
            refuse(Reason::syntax);
            return;
        }
        ranges.push_back({first.ranges.front().first, last.ranges.front().first});
    }

    Escape bracket_character() {
        if (take("\\")) {
            return escape(true);
        }
        const char32_t point = take_code_point(rest_);
        return {{{point, point}}};
    }

    /// Behind the backslash.
    Escape escape(bool in_bracket) {
        if (rest_.empty()) {
            refuse(Reason::syntax);
            return {};
        }
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        switch (letter) {
            case 'd':
                return {digits};
            case 'D':
                return {outside_of(digits)};
            case 'w':
                return {word};
            case 'W':
                return {outside_of(word)};
            case 's':
                return {space};
            case 'S':
                return {outside_of(space)};
            case 't':
                return {{{0x09, 0x09}}};
            case 'n':
                return {{{0x0a, 0x0a}}};
            case 'v':
                return {{{0x0b, 0x0b}}};
            case 'f':
                return {{{0x0c, 0x0c}}};
            case 'r':
                return {{{0x0d, 0x0d}}};
            case 'x':
                return character(hexadecimal(2, 2));
            case 'u':
                return character(unicode());
            default:
                break;
        }
        if (std::string_view("^$\\.*+?()[]{}|/").contains(letter) ||
            (in_bracket && letter == '-')) {
            return character(static_cast<char32_t>(letter));
        }
        if (in_bracket && letter == 'b') {
            return character(0x08);
        }
        refuse(letter >= '1' && letter <= '9' ? Reason::backreference : Reason::unknown_escape);
        return {};
    }

    static Escape character(char32_t point) { return {{{point, point}}}; }

    char32_t unicode() {
        if (!take("{")) {
            return hexadecimal(4, 4);
        }
        const char32_t point = hexadecimal(1, 6);
        if (!take("}")) {
            refuse(Reason::syntax);
        }
        return point;
    }

    char32_t hexadecimal(int least, int most) {
        char32_t value = 0;
        int count = 0;
        for (; count < most && !rest_.empty(); ++count) {
            const std::size_t digit =
                std::string_view("0123456789abcdef").find(static_cast<char>(rest_.front() | 0x20));
            if (digit == std::string_view::npos) {
                break;
            }
            value = value * 16 + static_cast<char32_t>(digit);
            rest_.remove_prefix(1);
        }
        if (count < least || value > last_point) {
            refuse(Reason::syntax);
        }
        return value;
    }

    std::string_view text_;
    std::string_view rest_;
    std::size_t depth_ = 0;
    std::optional<PatternFlaw> flaw_;
    Tree tree_;
};

}  // namespace

std::expected<Tree, PatternFlaw> parse_pattern(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace holdfast::forms::syntax
