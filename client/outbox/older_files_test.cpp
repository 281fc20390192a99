// Files that another version wrote, or that nobody can read: never written over.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "client/outbox/testing/outbox_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::OutboxTest;

TEST_F(OutboxTest, a_file_of_the_version_before_is_taken_over_with_what_waits_in_it) {
    const std::string path = (directory_ / "outbox.db").string();
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.add(draft("one"), device, now));
        auto file = sqlite::Database::open({.path = path});
        ASSERT_TRUE(file);
        ASSERT_TRUE(
            file->execute("DROP TABLE draft; DROP TABLE file; DROP TABLE piece; ALTER TABLE item "
                          "DROP COLUMN offered;"
                          "PRAGMA user_version = 1"));
    }
    Outbox outbox = open();
    EXPECT_EQ(outbox.waiting(), 1U);
    EXPECT_TRUE(outbox.items().begin()->second.offered) << "nothing says that it was not sent";
    EXPECT_TRUE(outbox.save_draft({.number = 1, .answers = "{}"}));
}

/// As a version wrote it that knew no files, with somebody's table where the next one puts its own.
void make_older(const std::string& path, const char* in_the_way) {
    auto file = sqlite::Database::open({.path = path});
    ASSERT_TRUE(file);
    ASSERT_TRUE(
        file->execute("DROP TABLE file; DROP TABLE piece; ALTER TABLE item DROP COLUMN offered;"
                      "ALTER TABLE draft DROP COLUMN task; PRAGMA user_version = 2"));
    ASSERT_TRUE(file->execute(in_the_way));
}

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(OutboxTest, OM38_what_cannot_be_brought_to_this_version_is_read_only_and_left_as_it_is) {
    const auto path = directory_ / "outbox.db";
    Id id;
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.save_account({.user = Id{3}, .device = device}));
        id = outbox.add(draft("one"), device, now)->id;
        ASSERT_TRUE(outbox.save_draft({.number = 1, .answers = R"({"a":"x"})"}));
    }
    make_older(path.string(), "CREATE TABLE file (other TEXT)");
    const std::string before = bytes_of(path);
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.is_read_only());
        ASSERT_EQ(outbox.waiting(), 1U);
        EXPECT_EQ(outbox.find(id)->intent.args, draft("one").args);
        EXPECT_TRUE(outbox.find(id)->offered) << "nothing says that it was not sent";
        EXPECT_EQ(outbox.drafts().at(1).answers, R"({"a":"x"})");
        EXPECT_EQ(outbox.account()->user, Id{3});
        const auto code = [](const auto& done) {
            return done ? ErrorCode::none : done.error().code;
        };
        EXPECT_EQ(code(outbox.add(draft("two"), device, now)), ErrorCode::outbox_read_only);
        EXPECT_EQ(code(outbox.save_draft({.number = 1})), ErrorCode::outbox_read_only);
        EXPECT_EQ(code(outbox.delete_draft(1)), ErrorCode::outbox_read_only);
        EXPECT_EQ(code(outbox.set_value("some", "text")), ErrorCode::outbox_read_only);
        EXPECT_EQ(code(outbox.sign_out()), ErrorCode::outbox_read_only);
        EXPECT_EQ(code(outbox.begin_file({.claim = {.name = "a", .bytes = 1}}, device)),
                  ErrorCode::outbox_read_only);
        EXPECT_EQ(outbox.waiting(), 1U);
    }
    EXPECT_EQ(bytes_of(path), before);
    {
        auto file = sqlite::Database::open({.path = path.string()});
        ASSERT_TRUE(file && file->execute("DROP TABLE file"));
    }
    Outbox outbox = open();
    EXPECT_FALSE(outbox.is_read_only());
    EXPECT_EQ(outbox.waiting(), 1U);
    EXPECT_TRUE(outbox.add(draft("two"), device, now));
}

TEST_F(OutboxTest, OM38_what_cannot_be_looked_at_either_is_told_as_what_it_was) {
    const std::string path = (directory_ / "outbox.db").string();
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.save_account({.user = Id{3}, .device = device}));
        ASSERT_TRUE(outbox.add(draft("one"), device, now));
    }
    make_older(path, "CREATE TABLE file (other TEXT); INSERT INTO file VALUES ('x')");
    EXPECT_EQ(Outbox::open({.path = path}).error().code, ErrorCode::storage_failed);
    auto file = sqlite::Database::open({.path = path});
    ASSERT_TRUE(file && file->execute("DROP TABLE file"));
    EXPECT_EQ(open().waiting(), 1U);
}

TEST_F(OutboxTest, OM38_a_full_disk_is_told_and_leaves_the_upgrade_to_another_start) {
    const std::string path = (directory_ / "outbox.db").string();
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.save_account({.user = Id{3}, .device = device}));
        ASSERT_TRUE(outbox.add(draft(std::string(100'000, 'x')), device, now));
    }
    make_older(path, "VACUUM");
    const auto size = std::filesystem::file_size(path);
    EXPECT_EQ(Outbox::open({.path = path, .file_bytes_max = size}).error().code,
              ErrorCode::storage_full);
    Outbox outbox = open();
    EXPECT_FALSE(outbox.is_read_only());
    EXPECT_FALSE(outbox.discard(outbox.items().begin()->first))
        << "a sealed file may have brought it, which could not be noted";
}

TEST_F(OutboxTest, OM38_a_file_that_cannot_be_read_is_told_and_left_as_it_is) {
    const auto path = directory_ / "outbox.db";
    const std::string damaged(8192, '?');
    std::ofstream(path, std::ios::binary) << damaged;
    const auto opened = Outbox::open({.path = path.string()});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::storage_corrupt);
    EXPECT_EQ(bytes_of(path), damaged);

    std::filesystem::remove(path);
    {
        Outbox outbox = open();
        ASSERT_TRUE(outbox.add(draft("one"), device, now));
        auto file = sqlite::Database::open({.path = path.string()});
        ASSERT_TRUE(file && file->execute("PRAGMA user_version = 99"));
    }
    const auto newer = Outbox::open({.path = path.string()});
    ASSERT_FALSE(newer);
    EXPECT_EQ(newer.error().code, ErrorCode::storage_corrupt);
    auto file = sqlite::Database::open({.path = path.string()});
    ASSERT_TRUE(file && file->execute("PRAGMA user_version = 4"));
    EXPECT_EQ(open().waiting(), 1U);
}

}  // namespace
}  // namespace holdfast::client
