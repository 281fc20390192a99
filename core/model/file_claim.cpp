#include "core/model/file_claim.hpp"

#include <algorithm>
#include <utility>

#include "core/files/limits.hpp"
#include "core/files/media.hpp"
#include "core/model/body_files.hpp"
#include "core/model/text.hpp"

namespace holdfast {

namespace {

[[nodiscard]] bool is_sha256(const std::string& text) {
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// A name that cannot lead out of a folder, nor end a line of a header.
[[nodiscard]] bool is_plain_name(const std::string& name) {
    return name != "." && name != ".." && std::ranges::none_of(name, [](char c) {
               return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

[[nodiscard]] Result<> check(const FileClaim& claim) {
    if (!is_plain_name(claim.name)) {
        return fail(ErrorCode::intent_malformed, "name of a file");
    }
    if (!files::is_known_type(claim.type) || !is_sha256(claim.sha256)) {
        return fail(ErrorCode::intent_malformed, "type or checksum of a file");
    }
    if (claim.bytes <= 0) {
        return fail(ErrorCode::file_broken, "an empty file");
    }
    if (claim.bytes > files::limits::bytes_max) {
        return fail_at_limit(
            ErrorCode::file_too_large, files::limits::bytes_max, std::to_string(claim.bytes));
    }
    HF_CHECK(files::check_size({.type = claim.type, .width = claim.width, .height = claim.height}));
    return claim.thumbnail.empty() ? Result<>{} : files::check_thumbnail(claim.thumbnail);
}

[[nodiscard]] body::File file_of(const FileClaim& claim, Id author) {
    return {.author = author,
            .name = claim.name,
            .type = claim.type,
            .bytes = claim.bytes,
            .sha256 = claim.sha256,
            .width = claim.width,
            .height = claim.height,
            .thumbnail = claim.thumbnail};
}

}  // namespace

std::vector<Id> ids_of(const std::vector<FileClaim>& claims) {
    std::vector<Id> ids;
    ids.reserve(claims.size());
    for (const FileClaim& claim : claims) {
        ids.push_back(claim.id);
    }
    return ids;
}

Result<> claim_files(const World& world,
                     const Occasion& occasion,
                     const FileTarget& target,
                     const std::vector<FileClaim>& claims,
                     Effects& effects) {
    if (claims.size() > target.files_max) {
        return too_long(target.files_max);
    }
    std::vector<Id> seen;
    for (const FileClaim& claim : claims) {
        if (claim.id.device() < server_device_limit || claim.id == target.intent) {
            return fail(ErrorCode::intent_malformed, "id of a file");
        }
        HF_TRY(const std::string name, take_text(claim.name, files::limits::name_bytes_max));
        HF_CHECK(check(claim));
        const RowKey key{target.timeline, RowKind::file, claim.id};
        HF_TRY(const auto existing, world.find(key));
        if (existing || std::ranges::count(seen, claim.id) != 0) {
            return fail(ErrorCode::intent_id_conflict, "file " + to_string(claim.id));
        }
        seen.push_back(claim.id);
        body::File file = file_of(claim, occasion.user);
        file.name = name;
        effects.rows.push_back({.key = key, .sort = occasion.now.ms, .body = body::encode(file)});
    }
    return {};
}

}  // namespace holdfast
