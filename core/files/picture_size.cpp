#include "core/files/picture_size.hpp"

#include "core/files/bytes.hpp"

namespace holdfast::files {

namespace {

/// ISO/IEC 15948, 11.2.2: IHDR comes first.
std::optional<PictureSize> png_size(std::string_view head) {
    if (head.size() < 24 || head.substr(12, 4) != "IHDR") {
        return std::nullopt;
    }
    return PictureSize{big_32(head, 16), big_32(head, 20)};
}

/// The logical screen of GIF89a, 18; a frame may not be larger.
std::optional<PictureSize> gif_size(std::string_view head) {
    if (head.size() < 10) {
        return std::nullopt;
    }
    return PictureSize{little_16(head, 6), little_16(head, 8)};
}

/// RFC 9649, 2.4 to 2.7: the first chunk says the size, in one of three ways.
std::optional<PictureSize> webp_size(std::string_view head) {
    if (head.size() < 30) {
        return std::nullopt;
    }
    const std::string_view chunk = head.substr(12, 4);
    if (chunk == "VP8X") {
        return PictureSize{little_24(head, 24) + 1, little_24(head, 27) + 1};
    }
    if (chunk == "VP8 " && head.substr(23, 3) == "\x9d\x01\x2a") {
        return PictureSize{little_16(head, 26) & 0x3fffU, little_16(head, 28) & 0x3fffU};
    }
    if (chunk == "VP8L" && byte_at(head, 20) == 0x2f) {
        const std::uint32_t bits = little_16(head, 21) | (little_16(head, 23) << 16U);
        return PictureSize{(bits & 0x3fffU) + 1, ((bits >> 14U) & 0x3fffU) + 1};
    }
    return std::nullopt;
}

/// Whether a marker of JPEG begins a frame, and so has the size: all of C0 to CF but for tables.
bool begins_frame(std::uint32_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// ITU-T T.81, B.1.1: segments, each with its length, up to the first frame.
std::optional<PictureSize> jpeg_size(std::string_view head) {
    std::size_t at = 2;
    while (at + 9 <= head.size()) {
        if (byte_at(head, at) != 0xff) {
            return std::nullopt;
        }
        const std::uint32_t marker = byte_at(head, at + 1);
        if (marker == 0xff) {  // a byte of filling
            ++at;
            continue;
        }
        if (begins_frame(marker)) {
            return PictureSize{big_16(head, at + 7), big_16(head, at + 5)};
        }
        const std::uint32_t length = big_16(head, at + 2);
        if (marker == 0xda || marker == 0xd9 || length < 2) {
            return std::nullopt;  // the picture begins or ends without having said its size
        }
        at += 2 + length;
    }
    return std::nullopt;
}

}  // namespace

std::optional<PictureSize> picture_size(std::string_view type, std::string_view head) {
    if (type == "image/png") {
        return png_size(head);
    }
    if (type == "image/gif") {
        return gif_size(head);
    }
    return type == "image/webp" ? webp_size(head) : jpeg_size(head);
}

}  // namespace holdfast::files
