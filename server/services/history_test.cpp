#include "server/services/history.hpp"

#include <gtest/gtest.h>

#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::testing {
namespace {

using services::HistoryMark;

class HistoryTest : public ::testing::Test {
protected:
    services::HistoryCheck check(const std::optional<HistoryMark>& seen) {
        return must(services::check_history(*storage_, environment_, seen));
    }
    std::uint32_t epoch() {
        return must(storage_->find_bucket(BucketKind::directory, company_.id))->bucket.epoch;
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
};

TEST_F(HistoryTest, a_database_as_old_as_its_mark_or_older_goes_on) {
    const HistoryMark first = check(std::nullopt).mark;
    EXPECT_GT(first.age, 0U);
    EXPECT_FALSE(check(first).renewed);
    EXPECT_FALSE(check(HistoryMark{first.storage, first.age - 1}).renewed);
    EXPECT_EQ(check(first).mark, first);
    EXPECT_EQ(epoch(), 1U);
}

TEST_F(HistoryTest, OM6_a_database_that_is_younger_than_its_mark_was_restored) {
    HistoryMark mark = check(std::nullopt).mark;
    mark.age += 1;  // a change that this database has not seen
    EXPECT_TRUE(check(mark).renewed);
    const std::uint32_t renewed = epoch();
    EXPECT_NE(renewed, 1U);
    EXPECT_TRUE(check(mark).renewed) << "the old mark was not replaced: once more is harmless";
    EXPECT_NE(epoch(), renewed) << "two restorations are two histories";
}

TEST_F(HistoryTest, the_mark_of_another_database_says_nothing) {
    const HistoryMark mark = check(std::nullopt).mark;
    EXPECT_FALSE(check(HistoryMark{"another", mark.age + 100}).renewed);
}

TEST_F(HistoryTest, an_operator_can_say_it) {
    ASSERT_TRUE(services::renew_history(*storage_, environment_));
    EXPECT_NE(epoch(), 1U);
}

TEST(HistoryMark, is_read_as_it_was_written_and_nothing_else_is) {
    const HistoryMark mark{"0f1e", 77};
    EXPECT_EQ(services::parse_history_mark(services::encode(mark)), mark);
    const std::string text = services::encode(mark);
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(services::parse_history_mark(text.substr(0, size))) << "cut in writing";
    }
    EXPECT_FALSE(services::parse_history_mark("holdfast-history 2 0f1e 77\n"));
    EXPECT_FALSE(services::parse_history_mark("holdfast-history 1 0f1e -7\n"));
}

}  // namespace
}  // namespace holdfast::testing
