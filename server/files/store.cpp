#include "server/files/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "core/files/limits.hpp"
#include "core/files/media.hpp"
#include "server/files/digest.hpp"
#include "server/files/limits.hpp"

namespace fs = std::filesystem;

namespace holdfast::files {

namespace {

constexpr std::string_view part_ending = ".part";
constexpr std::size_t piece_bytes = 256UL * 1024;

struct NamedPart {
    UploadKey key;
    Id user;
};

/// "41-8589934663-11.part" taken apart.
std::optional<NamedPart> parse_name(std::string_view name) {
    if (!name.ends_with(part_ending)) {
        return std::nullopt;
    }
    name.remove_suffix(part_ending.size());
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto key = parse_upload_key(name.substr(0, dash));
    const auto user = parse_id(name.substr(dash + 1));
    if (!key || !user) {
        return std::nullopt;
    }
    return NamedPart{*key, *user};
}

/// Its checksum, and what its beginning shows.
struct Seen {
    std::string sha256;
    Media media;
};

Result<Seen> look_through(const Descriptor& file) {
    Sha256 sha256;
    std::string head;
    for (std::int64_t at = 0;;) {
        HF_TRY(const std::string piece, file.read_at(at, piece_bytes));
        if (piece.empty()) {
            break;
        }
        sha256.add(piece);
        if (head.size() < limits::sniffed_bytes_max) {
            head += piece;
        }
        at += static_cast<std::int64_t>(piece.size());
    }
    return Seen{sha256.hex(), sniff(head)};
}

Result<> judge(const Seen& seen, const FileStore::Expected& expected) {
    if (seen.sha256 != expected.sha256) {
        return fail(ErrorCode::file_wrong_checksum, "the file is " + seen.sha256);
    }
    if (!goes_by(seen.media.type, expected.type)) {
        return fail(ErrorCode::file_wrong_type,
                    "goes by " + expected.type,
                    R"({"type":")" + std::string(seen.media.type) + R"("})");
    }
    return check_size(seen.media);
}

}  // namespace

Result<std::unique_ptr<FileStore>> FileStore::open(const std::string& folder) {
    std::unique_ptr<FileStore> store(new FileStore(folder));
    HF_CHECK(store->make_folders());
    store->learn_parts();
    return store;
}

Result<> FileStore::make_folders() const {
    for (const std::string& path : {folder_, folder_ + "/uploads", folder_ + "/content"}) {
        if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
            return fail(ErrorCode::setup_file, "cannot make " + path);
        }
    }
    return sync_folder(folder_);
}

void FileStore::learn_parts() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_ + "/uploads", error)) {
        if (const auto part = parse_name(entry.path().filename().string())) {
            parts_[part->key] = part->user;
        }
    }
}

std::string FileStore::part_path(const UploadKey& key, Id user) const {
    return folder_ + "/uploads/" + to_string(key) + "-" + holdfast::to_string(user) +
           std::string(part_ending);
}

Result<std::string> FileStore::part_of(const UploadKey& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = parts_.find(key);
    if (found == parts_.end()) {
        return fail(ErrorCode::file_upload_gone, to_string(key));
    }
    return part_path(key, found->second);
}

std::string FileStore::content_path(std::string_view sha256) const {
    return folder_ + "/content/" + std::string(sha256.substr(0, 2)) + "/" + std::string(sha256);
}

Result<std::int64_t> FileStore::begin(const UploadKey& key, Id user) {
    {
        const std::lock_guard lock(mutex_);
        if (!parts_.contains(key)) {
            const auto open =
                std::ranges::count(parts_, user, &std::pair<const UploadKey, Id>::second);
            if (static_cast<std::size_t>(open) >= limits::uploads_per_user_max) {
                return fail_at_limit(ErrorCode::request_too_many,
                                     limits::uploads_per_user_max,
                                     "unfinished uploads");
            }
            HF_TRY(const Descriptor made,
                   Descriptor::open(part_path(key, user), O_WRONLY | O_CREAT));
            parts_[key] = user;
        }
    }
    HF_CHECK(sync_folder(folder_ + "/uploads"));
    return offset(key);
}

Result<std::int64_t> FileStore::offset(const UploadKey& key) {
    HF_TRY(const std::string path, part_of(key));
    HF_TRY(const Descriptor part, Descriptor::open(path, O_RDWR));
    HF_CHECK(part.sync());
    return part.size();
}

Result<WallTime> FileStore::touched_at(const UploadKey& key) {
    HF_TRY(const std::string path, part_of(key));
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) {
        return system_failure("stat");
    }
    return WallTime{facts.st_mtim.tv_sec * 1000LL + facts.st_mtim.tv_nsec / 1'000'000};
}

Result<> FileStore::append(const UploadKey& key, std::int64_t at, std::string_view bytes) {
    HF_TRY(const std::string path, part_of(key));
    HF_TRY(const Descriptor part, Descriptor::open(path, O_WRONLY));
    HF_TRY(const std::int64_t size, part.size());
    if (size != at) {
        return fail(ErrorCode::file_wrong_offset, std::to_string(at));
    }
    return part.write_at(at, bytes);
}

Result<> FileStore::finish(const UploadKey& key, const Expected& expected) {
    HF_TRY(const std::string path, part_of(key));
    HF_TRY(const Descriptor part, Descriptor::open(path, O_RDWR));
    HF_TRY(const std::int64_t size, part.size());
    if (size < expected.bytes) {
        return fail(ErrorCode::file_wrong_offset, std::to_string(size));
    }
    HF_TRY(const Seen seen, look_through(part));
    if (const auto good = judge(seen, expected); !good) {
        drop(key);
        return good;
    }
    HF_CHECK(part.sync());
    return keep(path, expected);
}

/// A second name for the part. One that is there already has the same bytes, unless a crash of the
/// machine has cut it: then this is its repair.
Result<> FileStore::keep(const std::string& part, const Expected& expected) const {
    const std::string path = content_path(expected.sha256);
    const std::string folder = path.substr(0, path.rfind('/'));
    if (mkdir(folder.c_str(), 0700) == 0) {
        HF_CHECK(sync_folder(folder_ + "/content"));
    } else if (errno != EEXIST) {
        return system_failure("mkdir " + folder);
    }
    struct stat facts{};
    if (stat(path.c_str(), &facts) == 0 && facts.st_size != expected.bytes) {
        unlink(path.c_str());
    }
    if (link(part.c_str(), path.c_str()) != 0 && errno != EEXIST) {
        return system_failure("link " + path);
    }
    return sync_folder(folder);
}

void FileStore::drop(const UploadKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = parts_.find(key);
    if (found != parts_.end()) {
        unlink(part_path(key, found->second).c_str());
        parts_.erase(found);
    }
}

std::size_t FileStore::drop_older_than(WallTime moment) {
    std::vector<UploadKey> old;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, user] : parts_) {
            old.push_back(key);
        }
    }
    std::erase_if(old, [&](const UploadKey& key) {
        const auto touched = touched_at(key);
        return touched && *touched > moment;
    });
    for (const UploadKey& key : old) {
        drop(key);
    }
    return old.size();
}

Result<Descriptor> FileStore::open_content(std::string_view sha256) const {
    auto file = Descriptor::open(content_path(sha256), O_RDONLY);
    if (!file && errno == ENOENT) {
        return fail(ErrorCode::file_on_its_way, std::string(sha256));
    }
    return file;
}

std::size_t FileStore::unfinished() const {
    const std::lock_guard lock(mutex_);
    return parts_.size();
}

}  // namespace holdfast::files
