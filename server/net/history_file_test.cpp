#include "server/net/history_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/testing/temp_folder.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::net {
namespace {

using testing::must;

class HistoryFileTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string database() const { return (folder_ / "holdfast.db").string(); }
    [[nodiscard]] HistoryFile file(storage::Storage& storage) {
        return HistoryFile((folder_ / "history").string(), storage, environment_, log_);
    }
    static std::uint32_t epoch_of(storage::Storage& storage, Id organization) {
        return must(storage.find_bucket(BucketKind::directory, organization))->bucket.epoch;
    }

    testing_support::TempFolder folder_;
    testing::FakeEnvironment environment_;
    Log log_{nullptr};
};

TEST_F(HistoryFileTest, OM6_a_database_that_is_replaced_by_its_backup_gets_another_epoch) {
    const std::string backup = (folder_ / "backup.db").string();
    Id organization;
    {
        const auto storage = must(storage::open_sqlite(database()));
        testing::Company company(*storage, "acme");
        organization = company.id;
        HistoryFile kept = file(*storage);
        ASSERT_TRUE(kept.check());
    }
    std::filesystem::copy_file(database(), backup);
    {
        const auto storage = must(storage::open_sqlite(database()));
        HistoryFile kept = file(*storage);
        ASSERT_TRUE(kept.check());
        EXPECT_EQ(epoch_of(*storage, organization), 1U) << "nothing has happened yet";
        testing::Company another(*storage, "rival");  // something that the backup does not have
        kept.keep(1);
    }
    std::filesystem::remove(database() + "-wal");
    std::filesystem::copy_file(
        backup, database(), std::filesystem::copy_options::overwrite_existing);
    const auto storage = must(storage::open_sqlite(database()));
    HistoryFile kept = file(*storage);
    ASSERT_TRUE(kept.check());
    const std::uint32_t renewed = epoch_of(*storage, organization);
    EXPECT_NE(renewed, 1U);
    ASSERT_TRUE(file(*storage).check());
    EXPECT_EQ(epoch_of(*storage, organization), renewed) << "the mark was replaced: once is enough";
}

TEST_F(HistoryFileTest, is_written_when_something_has_changed_and_not_too_often) {
    const auto storage = must(storage::open_sqlite(database()));
    testing::Company company(*storage, "acme");
    HistoryFile kept = file(*storage);
    ASSERT_TRUE(kept.check());
    const auto text = [&] {
        std::ifstream in(folder_ / "history");
        return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    const std::string first = text();
    testing::Company another(*storage, "rival");
    kept.keep(0);
    EXPECT_EQ(text(), first) << "nothing was counted";
    kept.keep(1);
    const std::string second = text();
    EXPECT_NE(second, first);
    testing::Company third(*storage, "third");
    kept.keep(2);
    EXPECT_EQ(text(), second) << "too early";
    environment_.advance(HistoryFile::write_every);
    kept.keep(2);
    EXPECT_NE(text(), second);
}

}  // namespace
}  // namespace holdfast::net
