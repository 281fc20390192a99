#pragma once

#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "server/storage/common/inspection.hpp"
#include "server/storage/common/storage.hpp"

/// The folder in which a server keeps what it has.
namespace holdfast::cli {

inline constexpr const char* database_name = "holdfast.db";

/// Path of the database in a data folder; makes the folder, for its owner only.
/// Errors  setup_file.
[[nodiscard]] Result<std::string> prepare_data(const std::string& folder);

/// Path of the database in a folder that has one.  Errors  setup_file: nothing is made.
[[nodiscard]] Result<std::string> find_data(const std::string& folder);

/// The database of a folder, made where there is none.  Errors  setup_file · those of storage.
[[nodiscard]] Result<std::unique_ptr<storage::Storage>> open_or_make_data(
    const std::string& folder);

/// The database of a folder that has one.
/// Errors  setup_file: there is none: nothing is made · those of storage.
[[nodiscard]] Result<std::unique_ptr<storage::Storage>> open_data(const std::string& folder);

/// The same for reading only, as it is at this moment.
[[nodiscard]] Result<std::unique_ptr<storage::Inspection>> inspect_data(const std::string& folder);

/// A folder that is gone, with all in it, when this is.
class TemporaryFolder {
public:
    /// Errors  setup_file.
    [[nodiscard]] static Result<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder&& other) noexcept;
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace holdfast::cli
