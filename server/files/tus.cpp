#include "server/files/tus.hpp"

#include <algorithm>
#include <charconv>

#include "core/files/media.hpp"
#include "server/files/digest.hpp"
#include "server/files/limits.hpp"

namespace holdfast::files {

namespace {

/// What stands before a mark, which is taken away with it; all of it where there is no mark.
std::string_view take_until(std::string_view& text, char mark) {
    const std::size_t at = text.find(mark);
    const std::string_view piece = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return piece;
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Result<Id> read_id(std::string_view base64) {
    const auto text = from_base64(base64);
    const auto id = text ? parse_id(*text) : std::nullopt;
    if (!id || !*id) {
        return fail(ErrorCode::request_malformed, "Upload-Metadata: an id");
    }
    return *id;
}

}  // namespace

std::string to_string(const UploadKey& key) {
    return holdfast::to_string(key.channel) + "-" + holdfast::to_string(key.file);
}

std::optional<UploadKey> parse_upload_key(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto channel = parse_id(text.substr(0, dash));
    const auto file = parse_id(text.substr(dash + 1));
    if (!channel || !file || !*channel || !*file) {
        return std::nullopt;
    }
    return UploadKey{*channel, *file};
}

Result<UploadKey> parse_metadata(std::string_view text) {
    if (text.size() > limits::metadata_bytes_max) {
        return fail(ErrorCode::request_malformed, "Upload-Metadata is too long");
    }
    UploadKey key;
    while (!text.empty()) {
        std::string_view value = trim(take_until(text, ','));
        const std::string_view name = take_until(value, ' ');
        if (name == "channel") {
            HF_TRY(key.channel, read_id(value));
        } else if (name == "file") {
            HF_TRY(key.file, read_id(value));
        }
    }
    if (!key.channel || !key.file) {
        return fail(ErrorCode::request_malformed, "Upload-Metadata without a channel or file");
    }
    return key;
}

Result<std::int64_t> parse_length(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (text.empty() || text.front() == '-' || parsed.ec != std::errc{} || parsed.ptr != end) {
        return fail(ErrorCode::request_malformed, "not a number of bytes");
    }
    return value;
}

Result<Checksum> parse_checksum(std::string_view text) {
    const std::string_view name = take_until(text, ' ');
    const bool is_sha1 = name == "sha1";
    auto digest = from_base64(text);
    if ((!is_sha1 && name != "sha256") || !digest || digest->size() != (is_sha1 ? 20U : 32U)) {
        return fail(ErrorCode::request_malformed, "Upload-Checksum");
    }
    return Checksum{is_sha1 ? Algorithm::sha1 : Algorithm::sha256, *std::move(digest)};
}

bool matches(const Checksum& checksum, std::string_view bytes) {
    return checksum.digest ==
           (checksum.algorithm == Algorithm::sha1 ? sha1_of(bytes) : sha256_of(bytes));
}

}  // namespace holdfast::files
