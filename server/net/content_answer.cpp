#include "server/net/content_answer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/files/media.hpp"
#include "server/files/tus.hpp"

namespace holdfast::net {
namespace {

/// RFC 8187, 3.2.1: what needs no escape.
bool is_plain(char c) {
    constexpr std::string_view others = "!#$&+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
}

}  // namespace

std::string content_disposition(const body::File& file) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = files::is_picture(file.type) ? "inline" : "attachment";
    text += "; filename*=UTF-8''";
    for (const char c : file.name) {
        if (is_plain(c)) {
            text.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        text += '%';
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::optional<ByteRange> parse_range(std::string_view text, std::int64_t size) {
    constexpr std::string_view unit = "bytes=";
    const std::size_t dash = text.find('-');
    if (!text.starts_with(unit) || dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto begin = files::parse_length(text.substr(unit.size(), dash - unit.size()));
    const auto last = files::parse_length(text.substr(dash + 1));
    const bool is_open = dash + 1 == text.size();
    if (!begin || *begin >= size || (!last && !is_open) || (last && *last < *begin)) {
        return std::nullopt;
    }
    return ByteRange{*begin, last ? std::min(*last + 1, size) : size};
}

Answer answer_content(const body::File& file, files::Descriptor content, const Request& request) {
    Answer answer;
    answer.content_type = file.type;
    answer.headers.emplace_back("Content-Disposition", content_disposition(file));
    answer.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
    answer.headers.emplace_back("Cache-Control", "private, no-store");
    answer.headers.emplace_back("Accept-Ranges", "bytes");
    ByteRange range{0, file.bytes};
    if (const auto wanted = parse_range(request.range, file.bytes)) {
        range = *wanted;
        answer.status = 206;
        answer.headers.emplace_back("Content-Range",
                                    "bytes " + std::to_string(range.begin) + "-" +
                                        std::to_string(range.end - 1) + "/" +
                                        std::to_string(file.bytes));
    }
    answer.body_omitted = request.method == "HEAD";
    answer.file = std::make_unique<FileBody>(FileBody{std::move(content), range.begin, range.end});
    return answer;
}

}  // namespace holdfast::net
