#include "core/forms/fold.hpp"

#include <algorithm>

#include "core/forms/code_points.hpp"
#include "core/forms/gen/fold_table.hpp"
#include "core/forms/limits.hpp"

namespace holdfast::forms {

namespace {

bool is_combining(char32_t point) {
    return point >= 0x300 && point <= 0x36f;
}

/// What stands between words: all of ASCII but letters and digits, and the usual marks and blanks
/// of Latin-1 and of the block General Punctuation.
bool separates(char32_t point) {
    if (point < 0x80) {
        return !((point >= '0' && point <= '9') || (point >= 'a' && point <= 'z'));
    }
    return (point >= 0x80 && point <= 0xbf && point != 0xaa && point != 0xba && point != 0xb5) ||
           (point >= 0x2000 && point <= 0x206f) || point == 0x3000 || point == 0xfeff;
}

void append_letter(std::string& folded, char32_t point) {
    if (point < 0x80) {
        folded.push_back(static_cast<char>(point));
        return;
    }
    const auto found = std::ranges::lower_bound(fold_table, point, {}, [](const FoldedLetter& one) {
        return static_cast<char32_t>(one.letter);
    });
    if (found == fold_table.end() || found->letter != point) {
        append_code_point(folded, point);
        return;
    }
    append_code_point(folded, found->first);
    if (found->second != 0) {
        append_code_point(folded, found->second);
    }
}

}  // namespace

std::string fold(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    bool gap = false;
    while (!text.empty()) {
        char32_t point = take_code_point(text);
        if (point >= 'A' && point <= 'Z') {
            point += 'a' - 'A';
        }
        if (is_combining(point)) {
            continue;
        }
        if (separates(point)) {
            gap = !folded.empty();
            continue;
        }
        if (gap) {
            folded.push_back(' ');
            gap = false;
        }
        append_letter(folded, point);
    }
    return folded;
}

std::vector<std::string> search_words(std::string_view typed) {
    const std::string folded = fold(typed.substr(0, limits::search_bytes_max));
    std::vector<std::string> words;
    std::string_view rest = folded;
    while (!rest.empty() && words.size() < limits::search_words_max) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        words.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return words;
}

}  // namespace holdfast::forms
