#include "core/model/text.hpp"

#include <array>

namespace holdfast {

namespace {

/// UTF-8 of what counts as white space. ASCII first: it is what comes.
constexpr std::array<std::string_view, 28> blanks{
    " ",
    "\n",
    "\r",
    "\t",
    "\v",
    "\f",
    "\xc2\x85",
    "\xc2\xa0",
    "\xe1\x9a\x80",  // next line, no-break space, ogham space
    "\xe2\x80\x80",
    "\xe2\x80\x81",
    "\xe2\x80\x82",
    "\xe2\x80\x83",
    "\xe2\x80\x84",
    "\xe2\x80\x85",
    "\xe2\x80\x86",
    "\xe2\x80\x87",
    "\xe2\x80\x88",
    "\xe2\x80\x89",
    "\xe2\x80\x8a",
    "\xe2\x80\x8b",  // U+2000 to U+200B
    "\xe2\x80\xa8",
    "\xe2\x80\xa9",
    "\xe2\x80\xaf",
    "\xe2\x81\x9f",  // separators, narrow spaces
    "\xe2\x81\xa0",
    "\xe3\x80\x80",
    "\xef\xbb\xbf",  // word joiner, ideographic space, BOM
};

}  // namespace

std::string_view trim(std::string_view text) {
    bool again = true;
    while (again) {
        again = false;
        for (const std::string_view blank : blanks) {
            if (text.starts_with(blank)) {
                text.remove_prefix(blank.size());
                again = true;
            }
            if (text.ends_with(blank)) {
                text.remove_suffix(blank.size());
                again = true;
            }
        }
    }
    return text;
}

std::string_view cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) {
        return text;
    }
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;  // a byte that goes on with a character
    }
    return text.substr(0, end);
}

std::unexpected<Error> too_long(std::size_t limit) {
    return fail_at_limit(ErrorCode::intent_too_long, limit);
}

Result<std::string> take_optional_text(std::string_view text, std::size_t bytes_max) {
    const std::string_view trimmed = trim(text);
    if (trimmed.size() > bytes_max) {
        return too_long(bytes_max);
    }
    return std::string(trimmed);
}

Result<std::string> take_text(std::string_view text, std::size_t bytes_max) {
    HF_TRY(std::string taken, take_optional_text(text, bytes_max));
    if (taken.empty()) {
        return fail(ErrorCode::intent_empty);
    }
    return taken;
}

}  // namespace holdfast
