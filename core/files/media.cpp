#include "core/files/media.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "core/base/ascii.hpp"
#include "core/files/limits.hpp"
#include "core/files/picture_size.hpp"

namespace holdfast::files {

namespace {

using namespace std::string_view_literals;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    std::string_view type;
};

/// What files of a type begin with. The first that fits is it.
constexpr std::array<Magic, 17> magics{{
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "GIF87a"sv, "image/gif"},
    {0, "GIF89a"sv, "image/gif"},
    {8, "WEBP"sv, "image/webp"},
    {0, "%PDF-"sv, "application/pdf"},
    {0, "{\\rtf"sv, "application/rtf"},
    {4, "ftypqt"sv, "video/quicktime"},
    {4, "ftypheic"sv, "image/heic"},
    {4, "ftypmif1"sv, "image/heic"},
    {4, "ftypavif"sv, "image/avif"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "\x1a\x45\xdf\xa3"sv, "video/webm"},
    {8, "AVI "sv, "video/x-msvideo"},
    {0, "\x00\x00\x01\xba"sv, "video/mpeg"},
    {0, "PK\x03\x04"sv, "application/zip"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
}};

/// What lies inside an archive or an old office file tells more. The first that is found is it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> in_zip{{
    {"mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
    {"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
     "application/vnd.oasis.opendocument.spreadsheet"},
    {"mimetypeapplication/vnd.oasis.opendocument.presentation",
     "application/vnd.oasis.opendocument.presentation"},
    {"word/document.xml",
     "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"ppt/presentation.xml",
     "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> in_ole{{
    {"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0"sv, "application/msword"},
    {"W\0o\0r\0k\0b\0o\0o\0k\0"sv, "application/vnd.ms-excel"},
    {"P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0"sv, "application/vnd.ms-powerpoint"},
}};

/// Which text it is, only the name's ending says.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> text_endings{{
    {".csv", "text/csv"},
    {".md", "text/markdown"},
    {".markdown", "text/markdown"},
    {".html", "text/html"},
    {".htm", "text/html"},
    {".ics", "text/calendar"},
    {".txt", "text/plain"},
}};

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::string_view, 4> pictures{
    "image/gif", "image/jpeg", "image/png", "image/webp"};

template <class Table>
std::string_view look_inside(const Table& table, std::string_view head, std::string_view type) {
    for (const auto& [inside, of] : table) {
        if (head.find(inside) != std::string_view::npos) {
            return of;
        }
    }
    return type;
}

/// No control characters but those of lines. Whether it is UTF-8 does not matter: text is never
/// shown by us as a page.
bool reads_as_text(std::string_view head) {
    return std::ranges::all_of(head, [](char one) {
        const auto byte = static_cast<unsigned char>(one);
        return byte >= 0x20 ? byte != 0x7f : byte >= '\t' && byte <= '\r';
    });
}

std::string_view type_of(std::string_view head) {
    for (const Magic& magic : magics) {
        if (head.size() < magic.at || !head.substr(magic.at).starts_with(magic.bytes)) {
            continue;
        }
        if (magic.at == 8 && !head.starts_with("RIFF")) {
            continue;
        }
        if (magic.type == "application/zip") {
            return look_inside(in_zip, head, magic.type);
        }
        return magic.type == "application/x-ole-storage" ? look_inside(in_ole, head, magic.type)
                                                         : magic.type;
    }
    return !head.empty() && reads_as_text(head) ? "text/plain" : Media{}.type;
}

bool ends_with(std::string_view name, std::string_view ending) {
    return name.size() >= ending.size() &&
           std::ranges::equal(
               name.substr(name.size() - ending.size()), ending, {}, ascii::to_lower);
}

std::unexpected<Error> too_large(std::int64_t limit, std::int64_t pixels) {
    return fail(
        ErrorCode::file_image_too_large,
        std::to_string(pixels) + " pixels",
        R"({"limit":)" + std::to_string(limit) + R"(,"pixels":)" + std::to_string(pixels) + "}");
}

}  // namespace

Media sniff(std::string_view head) {
    head = head.substr(0, limits::sniffed_bytes_max);
    Media media{.type = type_of(head)};
    if (is_picture(media.type)) {
        const auto size = picture_size(media.type, head).value_or(PictureSize{});
        std::tie(media.width, media.height) = size;
    }
    return media;
}

Media sniff(std::string_view head, std::string_view name) {
    Media media = sniff(head);
    if (media.type == "text/plain") {
        const auto found = std::ranges::find_if(
            text_endings, [&](const auto& entry) { return ends_with(name, entry.first); });
        media.type = found == text_endings.end() ? media.type : found->second;
    }
    return media;
}

bool is_known_type(std::string_view type) {
    const auto is_it = [type](const auto& entry) { return entry.second == type; };
    return type == Media{}.type || std::ranges::any_of(text_endings, is_it) ||
           std::ranges::any_of(in_zip, is_it) || std::ranges::any_of(in_ole, is_it) ||
           std::ranges::any_of(magics, [type](const Magic& each) { return each.type == type; });
}

bool goes_by(std::string_view shown, std::string_view claimed) {
    const bool is_text = std::ranges::any_of(
        text_endings, [claimed](const auto& entry) { return entry.second == claimed; });
    return shown == claimed || (shown == "text/plain" && is_text);
}

bool is_picture(std::string_view type) {
    return std::ranges::count(pictures, type) != 0;
}

Result<> check_size(const Media& media) {
    if (!is_picture(media.type)) {
        return {};
    }
    if (media.width <= 0 || media.height <= 0) {
        return fail(ErrorCode::file_broken, "a picture without a size");
    }
    // Each side first: the product of two sides that are small enough has room.
    if (media.width > limits::side_max || media.height > limits::side_max) {
        return too_large(limits::side_max, std::max(media.width, media.height));
    }
    if (media.width * media.height > limits::pixels_max) {
        return too_large(limits::pixels_max, media.width * media.height);
    }
    return {};
}

Result<> check_thumbnail(std::string_view base64) {
    if (base64.size() > limits::thumbnail_characters_max) {
        return fail_at_limit(
            ErrorCode::intent_too_long, limits::thumbnail_characters_max, "thumbnail");
    }
    const auto bytes = from_base64(base64);
    const Media media = sniff(bytes.value_or(std::string()));
    if (!is_picture(media.type) || media.width <= 0 || media.height <= 0) {
        return fail(ErrorCode::file_broken, "the thumbnail is no picture");
    }
    const std::int64_t side = std::max(media.width, media.height);
    if (side > limits::thumbnail_side_max) {
        return too_large(limits::thumbnail_side_max, side);
    }
    return {};
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t bits = 0;
        for (std::size_t next = at; next < at + 3; ++next) {
            bits =
                (bits << 8U) | (next < bytes.size() ? static_cast<unsigned char>(bytes[next]) : 0U);
        }
        for (std::size_t digit = 0; digit < 4; ++digit) {
            const bool pads = at + digit > bytes.size();
            text.push_back(pads ? '=' : base64_digits[(bits >> (18U - 6U * digit)) & 63U]);
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool pads = at >= text.size() - padding;
        const std::size_t digit = pads ? 0 : base64_digits.find(text[at]);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        if (at % 4 == 3) {
            for (const unsigned shift : {16U, 8U, 0U}) {
                bytes.push_back(static_cast<char>((bits >> shift) & 0xffU));
            }
            bits = 0;
        }
    }
    bytes.resize(bytes.size() - padding);
    return bytes;
}

}  // namespace holdfast::files
