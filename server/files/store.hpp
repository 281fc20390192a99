#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "server/files/descriptor.hpp"
#include "server/files/tus.hpp"

namespace holdfast::files {

/// The bytes of files, in a folder beside the database.
///
///     uploads/<channel>-<file>-<user>.part   what has come of one; its size is the offset
///     content/<2 digits>/<sha256>            whole files, by what they contain: each once
///
/// Nothing else is stored, so there is nothing that could disagree after a crash. What a caller is
/// told to have arrived is on the disk (fdatasync). A part stays until the tables say that the file
/// is stored: killed in between, the upload is whole and is finished again.
///
/// Threads  any, but one at a time for one upload. Every call blocks on the disk.
/// Errors   storage_full · storage_failed, of every call; others are named.
class FileStore {
public:
    /// Makes the folders where they are not there.  Errors  setup_file.
    [[nodiscard]] static Result<std::unique_ptr<FileStore>> open(const std::string& folder);

    /// Where the upload stands, begun if it was not.
    /// Errors  request_too_many: the user has too many that are not finished (params: limit).
    [[nodiscard]] Result<std::int64_t> begin(const UploadKey& key, Id user);

    /// Bytes that have arrived and are on the disk.  Errors  file_upload_gone.
    [[nodiscard]] Result<std::int64_t> offset(const UploadKey& key);

    /// When the last bytes came.  Errors  file_upload_gone.
    [[nodiscard]] Result<WallTime> touched_at(const UploadKey& key);

    /// Adds bytes at the end. They count once offset() has been asked.
    /// Errors  file_upload_gone · file_wrong_offset: `at` is not the end.
    [[nodiscard]] Result<> append(const UploadKey& key, std::int64_t at, std::string_view bytes);

    struct Expected {
        std::int64_t bytes = 0;
        std::string sha256{};
        std::string type{};
    };
    /// Judges a whole upload and makes it content. What is refused is dropped: nothing of it stays.
    ///
    /// Errors  file_upload_gone · file_wrong_offset: not all has come · file_wrong_checksum ·
    ///         file_wrong_type (params: type) · file_broken · file_image_too_large.
    /// Cost    one pass over the file.
    [[nodiscard]] Result<> finish(const UploadKey& key, const Expected& expected);

    /// Forgets an upload; nothing where there is none.
    void drop(const UploadKey& key);

    /// Drops what was not touched since; how many.
    std::size_t drop_older_than(WallTime moment);

    /// A whole file, open for reading.  Errors  file_on_its_way: there is none.
    [[nodiscard]] Result<Descriptor> open_content(std::string_view sha256) const;

    [[nodiscard]] std::size_t unfinished() const;

private:
    explicit FileStore(std::string folder) : folder_(std::move(folder)) {}
    [[nodiscard]] Result<> make_folders() const;
    void learn_parts();
    [[nodiscard]] Result<std::string> part_of(const UploadKey& key) const;
    [[nodiscard]] std::string part_path(const UploadKey& key, Id user) const;
    [[nodiscard]] std::string content_path(std::string_view sha256) const;
    [[nodiscard]] Result<> keep(const std::string& part, const Expected& expected) const;

    std::string folder_;
    mutable std::mutex mutex_;       ///< of what follows
    std::map<UploadKey, Id> parts_;  ///< who uploads
};

}  // namespace holdfast::files
