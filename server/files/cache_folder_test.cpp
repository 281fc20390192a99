#include "server/files/cache_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/testing/temp_folder.hpp"

namespace holdfast::files {
namespace {

TEST(CacheFolder, gives_back_what_was_written_and_nothing_else) {
    const testing_support::TempFolder folder;
    const std::string path = folder / "cache";
    const CacheFolder cache = CacheFolder::open(path).value();
    const std::string bytes(300'000, 'x');
    const std::uint64_t sum = cache.put("a", bytes).value();
    EXPECT_EQ(cache.get("a", sum).value(), bytes);
    EXPECT_EQ(cache.put("b", "y").value(), cache.put("c", "y").value());
    {
        std::fstream file(path + "/a", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(1'000);
        file.put('!');
    }
    EXPECT_EQ(cache.get("a", sum).error().code, ErrorCode::storage_corrupt);
    cache.remove({"a", "none"});
    EXPECT_FALSE(cache.get("a", sum).has_value());
}

TEST(CacheFolder, begins_empty_and_is_closed_to_others) {
    const testing_support::TempFolder folder;
    const std::string path = folder / "cache";
    const std::uint64_t sum = CacheFolder::open(path).value().put("a", "x").value();
    EXPECT_FALSE(CacheFolder::open(path).value().get("a", sum).has_value());
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
    std::ofstream(folder / "file") << "x";
    EXPECT_FALSE(CacheFolder::open(folder / "file" / "below").has_value());
}

}  // namespace
}  // namespace holdfast::files
