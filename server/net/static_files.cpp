#include "server/net/static_files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/hex.hpp"
#include "platform/net/compression.hpp"
#include "server/files/digest.hpp"
#include "server/net/limits.hpp"

namespace holdfast::net {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 18> types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".ttf", "font/ttf"},
    {".txt", "text/plain; charset=utf-8"},
    {".xml", "application/xml"},
}};

bool is_compressible(std::string_view type) {
    return type.starts_with("text/") || type.starts_with("application/") ||
           type == "image/svg+xml" || type == "font/ttf";
}

/// As the app's build names what it has compressed (app/vite.config.ts).
std::string make_digest(std::string_view bytes) {
    constexpr std::size_t digest_bytes = 16;
    return to_hex(files::sha256_of(bytes).substr(0, digest_bytes));
}

/// Names under /assets/ hold a hash of their content: they never change.
std::string cache_control_of(std::string_view path) {
    return path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

/// Empty where compression saves less than a twentieth.
std::string gzip_if_smaller(const std::string& plain) {
    std::string compressed = compress(Encoding::gzip, plain, limits::static_gzip_level);
    return compressed.size() < plain.size() - plain.size() / 20 ? compressed : std::string{};
}

Result<std::string> read_file(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    if (!stream) {
        return fail(ErrorCode::setup_file, "cannot read " + path.string());
    }
    return std::move(bytes).str();
}

Result<StaticFile> make_file(const fs::path& folder, const std::string& path, std::string bytes) {
    StaticFile file;
    const std::string digest = make_digest(bytes);
    file.type = content_type_of(path);
    file.etag = '"' + digest + '"';
    file.cache_control = cache_control_of(path);
    if (const fs::path made = folder / ".brotli" / digest; fs::is_regular_file(made)) {
        HF_TRY(file.brotli, read_file(made));
    }
    if (bytes.size() >= limits::compress_bytes_min && is_compressible(file.type)) {
        file.gzip = gzip_if_smaller(bytes);
    }
    file.plain = std::move(bytes);
    return file;
}

}  // namespace

StaticFile::Body StaticFile::body(std::string_view accept_encoding) const {
    if (!brotli.empty() && accepts_encoding(accept_encoding, "br")) {
        return {brotli, "br"};
    }
    if (!gzip.empty() && accepts_encoding(accept_encoding, encoding_name(Encoding::gzip))) {
        return {gzip, encoding_name(Encoding::gzip)};
    }
    return {plain, {}};
}

std::string_view content_type_of(std::string_view path) {
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) {
            return type;
        }
    }
    return "application/octet-stream";
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    while (!if_none_match.empty()) {
        const auto comma = if_none_match.find(',');
        std::string_view item = if_none_match.substr(0, comma);
        if_none_match =
            comma == std::string_view::npos ? std::string_view{} : if_none_match.substr(comma + 1);
        item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
        item = item.substr(0, item.find_last_not_of(" \t") + 1);
        if (item.starts_with("W/")) {
            item.remove_prefix(2);
        }
        if (item == etag || item == "*") {
            return true;
        }
    }
    return false;
}

Result<StaticFiles> StaticFiles::load(const std::string& folder) {
    StaticFiles files;
    std::error_code error;
    std::size_t bytes_read = 0;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const bool hidden = at->path().filename().string().starts_with('.');
        if (hidden || at->is_symlink()) {
            at.disable_recursion_pending();
            continue;
        }
        if (!at->is_regular_file()) {
            continue;
        }
        HF_TRY(std::string bytes, read_file(at->path()));
        bytes_read += bytes.size();
        if (bytes_read > limits::static_bytes_max) {
            return fail(ErrorCode::request_too_large,
                        "the app's folder holds more than the server keeps in memory");
        }
        const std::string path = "/" + fs::relative(at->path(), folder, error).generic_string();
        HF_TRY(StaticFile file, make_file(folder, path, std::move(bytes)));
        files.files_.emplace(path, std::move(file));
    }
    if (error || !files.files_.contains("/index.html")) {
        return fail(ErrorCode::setup_file, "no app in " + folder + ": build it first");
    }
    return files;
}

const StaticFile* StaticFiles::find(std::string_view path) const {
    const auto exact = files_.find(path);
    if (exact != files_.end()) {
        return &exact->second;
    }
    const std::string_view last = path.substr(std::min(path.rfind('/'), path.size()));
    if (!path.starts_with('/') || last.find('.') != std::string_view::npos) {
        return nullptr;
    }
    const auto index = files_.find("/index.html");
    return index == files_.end() ? nullptr : &index->second;
}

}  // namespace holdfast::net
