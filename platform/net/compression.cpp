#include "platform/net/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "core/base/assert.hpp"

namespace holdfast::net {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib's way to say: with gzip's header
constexpr std::size_t chunk_bytes = 64 * 1024;

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string gzip(std::string_view bytes, int level) {
    z_stream stream{};
    HF_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    HF_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t bytes_max) {
    z_stream stream{};
    HF_ASSERT(inflateInit2(&stream, gzip_window) == Z_OK);
    const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, &inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        const std::size_t had = out.size();
        out.resize(had + chunk_bytes);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
        stream.avail_out = static_cast<uInt>(chunk_bytes);
        status = inflate(&stream, Z_NO_FLUSH);
        out.resize(had + chunk_bytes - stream.avail_out);
        if (status != Z_OK && status != Z_STREAM_END) {
            return fail(ErrorCode::request_malformed, "gzip: not a whole stream");
        }
        if (out.size() > bytes_max) {
            return fail(ErrorCode::request_too_large, "gzip: larger than its limit");
        }
    }
    return out;
}

std::string zstd(std::string_view bytes, int level) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const std::size_t size =
        ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), level);
    HF_ASSERT(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

/// Of a frame that does not say how large it is.
Result<std::string> unzstd_stream(std::string_view bytes, std::size_t bytes_max) {
    const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(),
                                                                               &ZSTD_freeDStream);
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::string out;
    std::size_t left = 1;
    while (left != 0) {
        const std::size_t had = out.size();
        out.resize(had + chunk_bytes);
        ZSTD_outBuffer chunk{out.data() + had, chunk_bytes, 0};
        left = ZSTD_decompressStream(stream.get(), &chunk, &in);
        out.resize(had + chunk.pos);
        const bool stuck = left != 0 && chunk.pos < chunk_bytes && in.pos == in.size;
        if (ZSTD_isError(left) != 0 || stuck) {
            return fail(ErrorCode::request_malformed, "zstd: not a whole frame");
        }
        if (out.size() > bytes_max) {
            return fail(ErrorCode::request_too_large, "zstd: larger than its limit");
        }
    }
    return out;
}

Result<std::string> unzstd(std::string_view bytes, std::size_t bytes_max) {
    const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
        return unzstd_stream(bytes, bytes_max);
    }
    if (size > bytes_max) {
        return fail(ErrorCode::request_too_large, "zstd: larger than its limit");
    }
    const auto wanted = static_cast<std::size_t>(size);
    // Nothing is filled before it is written, and nothing moves while it grows. libstdc++ 12 may
    // give more room than was asked for.
    std::string out;
    bool whole = false;
    out.resize_and_overwrite(wanted, [&](char* to, std::size_t /*room*/) -> std::size_t {
        const std::size_t made = ZSTD_decompress(to, wanted, bytes.data(), bytes.size());
        whole = ZSTD_isError(made) == 0 && made == wanted;
        return whole ? made : 0;
    });
    if (!whole) {
        return fail(ErrorCode::request_malformed, "zstd: not a whole frame");
    }
    return out;
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
    switch (encoding) {
        case Encoding::gzip:
            return "gzip";
        case Encoding::zstd:
            return "zstd";
        case Encoding::identity:
            break;
    }
    return {};
}

bool accepts_encoding(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        std::string_view item = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
        const auto semicolon = item.find(';');
        std::string_view weight;
        if (semicolon != std::string_view::npos) {
            weight = trim(item.substr(semicolon + 1));
            item = item.substr(0, semicolon);
        }
        if (!equal_without_case(trim(item), name)) {
            continue;
        }
        // "q=0", "q=0.0", "q=0.000": refused.
        return !(weight.starts_with("q=0") &&
                 weight.find_first_of("123456789") == std::string_view::npos);
    }
    return false;
}

Encoding choose_encoding(std::string_view accept_encoding) {
    if (accepts_encoding(accept_encoding, "zstd")) {
        return Encoding::zstd;
    }
    return accepts_encoding(accept_encoding, "gzip") ? Encoding::gzip : Encoding::identity;
}

Result<Encoding> parse_encoding(std::string_view content_encoding) {
    const std::string_view name = trim(content_encoding);
    if (name.empty() || equal_without_case(name, "identity")) {
        return Encoding::identity;
    }
    if (equal_without_case(name, "zstd")) {
        return Encoding::zstd;
    }
    if (equal_without_case(name, "gzip")) {
        return Encoding::gzip;
    }
    return fail(ErrorCode::request_malformed, "unknown Content-Encoding");
}

std::string compress(Encoding encoding, std::string_view bytes, int level) {
    switch (encoding) {
        case Encoding::gzip:
            return gzip(bytes, level);
        case Encoding::zstd:
            return zstd(bytes, level);
        case Encoding::identity:
            break;
    }
    return std::string(bytes);
}

Result<std::string> decompress(Encoding encoding, std::string_view bytes, std::size_t bytes_max) {
    switch (encoding) {
        case Encoding::gzip:
            return gunzip(bytes, bytes_max);
        case Encoding::zstd:
            return unzstd(bytes, bytes_max);
        case Encoding::identity:
            break;
    }
    return std::string(bytes);
}

}  // namespace holdfast::net
