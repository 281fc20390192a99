#include "server/net/static_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/net/compression.hpp"
#include "platform/testing/temp_folder.hpp"

namespace holdfast::net {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder_ / "app/assets");
        fs::create_directories(folder_ / "app/.brotli");
        write("app/index.html", "<!doctype html>");
        write("app/assets/main-abc.js", std::string(5000, 'j'));
        write("app/assets/core-abc.wasm", std::string(5000, 'w'));
        write("app/.secret", "s");
        write("outside.txt", "s");
        fs::create_symlink(folder_ / "outside.txt", folder_ / "app/link.txt");
    }

    void write(const std::string& name, const std::string& bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
    }
    StaticFiles load() { return StaticFiles::load(folder_ / "app").value(); }

    testing_support::TempFolder folder_;
};

TEST_F(StaticFilesTest, keeps_hashed_files_for_ever_and_asks_again_for_the_others) {
    const StaticFiles files = load();
    EXPECT_EQ(files.find("/assets/main-abc.js")->cache_control,
              "public, max-age=31536000, immutable");
    EXPECT_EQ(files.find("/index.html")->cache_control, "no-cache");
    EXPECT_EQ(files.find("/assets/core-abc.wasm")->type, "application/wasm");
}

TEST_F(StaticFilesTest, compresses_once_and_only_where_it_saves) {
    const StaticFiles files = load();
    const StaticFile* script = files.find("/assets/main-abc.js");
    const auto [bytes, encoding] = script->body("gzip, deflate, br, zstd");
    EXPECT_EQ(encoding, "gzip");
    EXPECT_EQ(decompress(Encoding::gzip, bytes, 1 << 20).value(), script->plain);
    EXPECT_EQ(script->body("identity").bytes, script->plain);
    EXPECT_EQ(files.find("/index.html")->body("gzip").encoding, "");
}

TEST_F(StaticFilesTest, sends_what_the_build_has_compressed_as_long_as_it_is_of_the_same_bytes) {
    const std::string etag = load().find("/assets/core-abc.wasm")->etag;
    write("app/.brotli/" + etag.substr(1, etag.size() - 2), "made by the build");
    const StaticFiles files = load();
    const StaticFile* core = files.find("/assets/core-abc.wasm");
    EXPECT_EQ(core->body("gzip, deflate, br, zstd").bytes, "made by the build");
    EXPECT_EQ(core->body("gzip, deflate, br, zstd").encoding, "br");
    EXPECT_EQ(core->body("gzip, br;q=0").encoding, "gzip");
    EXPECT_EQ(files.find("/assets/main-abc.js")->body("br").bytes, std::string(5000, 'j'));

    write("app/assets/core-abc.wasm", std::string(5000, 'x'));
    const StaticFiles changed = load();
    EXPECT_EQ(changed.find("/assets/core-abc.wasm")->body("br").bytes, std::string(5000, 'x'));
}

TEST_F(StaticFilesTest, shows_the_app_for_screens_and_nothing_for_missing_files) {
    const StaticFiles files = load();
    const StaticFile* index = files.find("/index.html");
    EXPECT_EQ(files.find("/"), index);
    EXPECT_EQ(files.find("/channel/17"), index);
    EXPECT_EQ(files.find("/assets/none.js"), nullptr);
    EXPECT_EQ(files.find(""), nullptr);
}

TEST_F(StaticFilesTest, never_leaves_its_folder) {
    const StaticFiles files = load();
    for (const char* path : {"/../outside.txt",
                             "/assets/../../outside.txt",
                             "/%2e%2e/outside.txt",
                             "/link.txt",
                             "/.secret",
                             "outside.txt"}) {
        EXPECT_EQ(files.find(path), nullptr) << path;
    }
    EXPECT_EQ(files.size(), 3U);
}

TEST_F(StaticFilesTest, says_when_there_is_no_app) {
    fs::remove(folder_ / "app/index.html");
    EXPECT_EQ(StaticFiles::load(folder_ / "app").error().code, ErrorCode::setup_file);
    EXPECT_EQ(StaticFiles::load(folder_ / "none").error().code, ErrorCode::setup_file);
}

TEST(Etag, is_compared_weakly) {
    EXPECT_TRUE(names_etag("\"a\"", "\"a\""));
    EXPECT_TRUE(names_etag("\"b\", W/\"a\" ", "\"a\""));
    EXPECT_TRUE(names_etag("*", "\"a\""));
    EXPECT_FALSE(names_etag("\"b\"", "\"a\""));
    EXPECT_FALSE(names_etag("", "\"a\""));
    EXPECT_FALSE(names_etag(" , ", "\"a\""));
}

}  // namespace
}  // namespace holdfast::net
