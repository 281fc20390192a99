#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/model/world.hpp"

namespace holdfast {

/// A file as the device that has it describes it, in the arguments of the intent that it goes with.
/// Its bytes come later, and the server compares them with this.
struct FileClaim {
    Id id{};             ///< minted by the device, as the intent's
    std::string name{};  ///< as people call it; no path
    std::string type{};  ///< as core/files/media.hpp tells it from the bytes
    std::int64_t bytes = 0;
    std::string sha256{};    ///< 64 digits, lower case
    std::int64_t width = 0;  ///< of a picture, in pixels
    std::int64_t height = 0;
    std::string thumbnail{};  ///< base64 of a small picture, or empty
    bool operator==(const FileClaim&) const = default;
};

/// What files are claimed with: the row that the claims become stands in the timeline of the
/// channel, so whoever may read the message may have the file.
struct FileTarget {
    BucketId timeline{};
    Id intent{};
    std::size_t files_max = 0;  ///< limits::per_message_max, or per_answer_max
};

[[nodiscard]] std::vector<Id> ids_of(const std::vector<FileClaim>& claims);

/// Adds a row for each file to what the intent does.
/// Errors  intent_malformed: an id that the server mints, a name with a path, a type that no bytes
///         show, a checksum that is none · intent_id_conflict · intent_too_long: too many files, or
///         a name or thumbnail too long (params: limit) · file_too_large (params: limit) ·
///         file_broken · file_image_too_large.
[[nodiscard]] Result<> claim_files(const World& world,
                                   const Occasion& occasion,
                                   const FileTarget& target,
                                   const std::vector<FileClaim>& claims,
                                   Effects& effects);

}  // namespace holdfast
