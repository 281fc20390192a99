#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace holdfast::files {

/// A folder of files that can be made again: nothing is synced, and what is not what was written is
/// not read. Any thread may call it; two for one name at once is a bug of theirs.
class CacheFolder {
public:
    /// Makes the folder, for its owner alone, and empties it.  Errors  setup_file.
    [[nodiscard]] static Result<CacheFolder> open(std::string path);

    /// The sum that get() asks for.  Errors  those of Descriptor.
    [[nodiscard]] Result<std::uint64_t> put(const std::string& name, std::string_view bytes) const;
    /// Errors  storage_corrupt: it is not what was written · those of Descriptor.
    [[nodiscard]] Result<std::string> get(const std::string& name, std::uint64_t sum) const;
    /// Those that are there.
    void remove(const std::vector<std::string>& names) const;

private:
    explicit CacheFolder(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

}  // namespace holdfast::files
