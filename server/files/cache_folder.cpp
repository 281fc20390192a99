#include "server/files/cache_folder.hpp"

#include <fcntl.h>

#include <filesystem>
#include <utility>

#include "core/base/sum.hpp"
#include "server/files/descriptor.hpp"

namespace holdfast::files {
namespace {

std::uint64_t sum_of(std::string_view bytes) {
    return row_sum(0, {}, 0, 0, bytes).low;
}

}  // namespace

Result<CacheFolder> CacheFolder::open(std::string path) {
    namespace fs = std::filesystem;
    std::error_code failed;
    fs::remove_all(path, failed);
    fs::create_directories(path, failed);
    if (!failed) {
        fs::permissions(path, fs::perms::owner_all, failed);
    }
    if (failed) {
        return fail(ErrorCode::setup_file, path + ": " + failed.message());
    }
    return CacheFolder(std::move(path));
}

Result<std::uint64_t> CacheFolder::put(const std::string& name, std::string_view bytes) const {
    HF_TRY(const auto file, Descriptor::open(path_ + "/" + name, O_WRONLY | O_CREAT | O_TRUNC));
    HF_CHECK(file.write_at(0, bytes));
    return sum_of(bytes);
}

Result<std::string> CacheFolder::get(const std::string& name, std::uint64_t sum) const {
    HF_TRY(const auto file, Descriptor::open(path_ + "/" + name, O_RDONLY));
    HF_TRY(const auto size, file.size());
    HF_TRY(auto bytes, file.read_at(0, static_cast<std::size_t>(size)));
    if (sum_of(bytes) != sum) {
        return fail(ErrorCode::storage_corrupt, "not what was written: " + name);
    }
    return bytes;
}

void CacheFolder::remove(const std::vector<std::string>& names) const {
    std::error_code ignored;
    for (const std::string& name : names) {
        std::filesystem::remove(path_ + "/" + name, ignored);
    }
}

}  // namespace holdfast::files
