#include "cli/data_folder.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "server/storage/sqlite/sqlite_inspection.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace fs = std::filesystem;

namespace holdfast::cli {

Result<std::string> find_data(const std::string& folder) {
    std::error_code none;
    if (!fs::is_directory(folder, none)) {
        return fail(ErrorCode::setup_file, "there is no folder " + folder);
    }
    const fs::path path = fs::path(folder) / database_name;
    if (!fs::is_regular_file(path, none)) {
        return fail(ErrorCode::setup_file,
                    "there is no " + std::string(database_name) + " in the folder " + folder);
    }
    return path.string();
}

Result<std::string> prepare_data(const std::string& folder) {
    std::error_code error;
    const bool made = fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder, error)) {
        const std::string why = error ? error.message() : "it is not a folder";
        return fail(ErrorCode::setup_file, "the data folder " + folder + ": " + why);
    }
    if (made) {
        fs::permissions(folder, fs::perms::owner_all, error);
    }
    return (fs::path(folder) / database_name).string();
}

namespace {

/// Opens it for writing. Errors name the file, and one that may not be written is told as that.
Result<std::unique_ptr<storage::Storage>> open_writable(const std::string& folder,
                                                        const std::string& path) {
    for (const std::string& needed : {folder, path}) {
        if (access(needed.c_str(), F_OK) == 0 && access(needed.c_str(), R_OK | W_OK) != 0) {
            return fail(ErrorCode::setup_file,
                        needed + " may not be read and written: " + std::strerror(errno));
        }
    }
    auto storage = storage::open_sqlite(path);
    if (!storage) {
        return fail(storage.error().code, path + ": " + storage.error().detail);
    }
    return storage;
}

}  // namespace

Result<std::unique_ptr<storage::Storage>> open_or_make_data(const std::string& folder) {
    HF_TRY(const std::string path, prepare_data(folder));
    return open_writable(folder, path);
}

Result<std::unique_ptr<storage::Storage>> open_data(const std::string& folder) {
    HF_TRY(const std::string path, find_data(folder));
    return open_writable(folder, path);
}

Result<std::unique_ptr<storage::Inspection>> inspect_data(const std::string& folder) {
    HF_TRY(const std::string path, find_data(folder));
    auto inspection = storage::SqliteInspection::open(path);
    if (!inspection) {
        return fail(inspection.error().code, path + ": " + inspection.error().detail);
    }
    return inspection;
}

Result<TemporaryFolder> TemporaryFolder::make() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    if (error) {
        return fail(ErrorCode::setup_file, "no folder for temporary files: " + error.message());
    }
    std::string pattern = (base / "holdfast-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        return fail(ErrorCode::setup_file,
                    "no temporary folder in " + base.string() + ": " + std::strerror(errno));
    }
    return TemporaryFolder(std::move(pattern));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
}

}  // namespace holdfast::cli
