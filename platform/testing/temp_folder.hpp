#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "core/base/assert.hpp"

namespace holdfast::testing_support {

/// A new, empty folder under the system's temporary one (TMPDIR). At the end it is gone with
/// everything in it. Its name is never another's: tests of two trees may run at once.
class TempFolder {
public:
    TempFolder() {
        std::string pattern = std::filesystem::temp_directory_path() / "holdfast-XXXXXX";
        HF_ASSERT(mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] friend std::filesystem::path operator/(const TempFolder& folder,
                                                         const std::filesystem::path& name) {
        return folder.path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace holdfast::testing_support
