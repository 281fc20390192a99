#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "client/replica/testing/replica_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::PageServer;
using testing_support::ReplicaTest;

TEST_F(ReplicaTest, OM6_a_range_is_made_the_servers_whatever_its_versions) {
    PageServer server;
    for (std::uint64_t id = 1; id <= 6; ++id) {
        server.put(Id{id}, 0, "row " + std::to_string(id));
    }
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    const sync::BucketCursor before = *replica.bucket(timeline);
    const auto place = [](std::uint64_t id) { return RowPlace{RowKind::message, Id{id}}; };

    // The server has lost 3, never had 4's version, has another 5, and has 7 besides.
    const std::string text = "as it is";
    const RowRef five{RowKind::message, Id{5}, 2, 0, text};
    const RowRef seven{RowKind::message, Id{7}, 3, 0, text};
    const wire::Page page{.head = server.head(),
                          .mode = wire::PullMode::range,
                          .rows = {five, seven},
                          .range = {place(2), {}}};
    const auto replaced = replica.replace_range(page);
    ASSERT_TRUE(replaced.has_value());
    EXPECT_EQ(replaced->added, 1U);
    EXPECT_EQ(replaced->changed, 1U);
    EXPECT_EQ(replaced->removed.size(), 3U);
    EXPECT_EQ(replaced->rows, replica.bucket(timeline)->rows);
    EXPECT_EQ(replaced->sum, replica.bucket(timeline)->sum);
    const auto rows = replica.rows(timeline, RowKind::message);
    ASSERT_TRUE(rows.has_value());
    EXPECT_EQ(rows->size(), 4U);

    const sync::BucketCursor* after = replica.bucket(timeline);
    EXPECT_EQ(after->version, before.version) << "the cursor moves at the end of the repair";
    const auto sums = replica.sum_ranges(
        timeline, std::vector{KeyRange{{}, place(2)}, KeyRange{place(2), {}}, KeyRange{}});
    ASSERT_TRUE(sums.has_value());
    EXPECT_EQ((*sums)[0].rows, 2U);
    EXPECT_EQ((*sums)[1].rows, 2U);
    EXPECT_EQ((*sums)[2].sum, after->sum);
    EXPECT_EQ((*sums)[2].rows, after->rows);

    sync::BucketCursor end = *after;
    end.head.epoch = 9;
    end.version = 3;
    ASSERT_TRUE(replica.end_repair(end));
    EXPECT_EQ(replica.bucket(timeline)->head.epoch, 9U);
    EXPECT_EQ(replica.bucket(timeline)->version, 3U);
}

TEST_F(ReplicaTest, a_range_that_is_equal_is_not_written) {
    PageServer server;
    server.put(Id{1}, 0, "one");
    Replica replica = open();
    ASSERT_TRUE(replica.store_page(server.snapshot({}, 100, server.version())));
    const RowRef same{RowKind::message, Id{1}, 1, 0, "one"};
    const auto replaced = replica.replace_range(
        {.head = server.head(), .mode = wire::PullMode::range, .rows = {same}});
    ASSERT_TRUE(replaced.has_value());
    EXPECT_EQ(replaced->added + replaced->changed + replaced->removed.size(), 0U);
}

}  // namespace
}  // namespace holdfast::client
