#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/row_sum.hpp"
#include "core/sync/testing/client_fixture.hpp"

namespace holdfast::sync {
namespace {

using ::testing::SizeIs;

TEST_F(ClientSessionTest, OM6_a_wrong_sum_is_repaired_range_by_range_and_nothing_is_deleted_first) {
    begin({.cursors = {cursor_at(10, 400)}});
    Bucket head = bucket(10, BucketKind::timeline, 400);
    const RowRef row{
        .kind = RowKind::message, .id = Id{7}, .version = 400, .sort = 0, .body = "{}"};
    head.sum = row_sum(row);
    connect({head});
    ASSERT_THAT(repairs, SizeIs(1));
    EXPECT_EQ(repairs[0].cause, RepairCause::sum);
    ASSERT_EQ(wants(0).at(0).mode, wire::PullMode::sums);
    EXPECT_EQ(wants(0).at(0).limit, 32U) << "sixteenths of 400 rows are too small";
    EXPECT_FALSE(session->progress().complete);

    answer(pulls.at(0),
           {wire::Sums{.head = head,
                       .ranges = {{.to = {RowKind::message, Id{5}}, .rows = 0, .sum = {}},
                                  {.to = {}, .rows = 1, .sum = head.sum}}}});
    ASSERT_THAT(wants(1), SizeIs(1)) << "the range that is equal is not asked for";
    EXPECT_EQ(wants(1).at(0).mode, wire::PullMode::range);
    EXPECT_EQ(wants(1).at(0).range, (KeyRange{{RowKind::message, Id{5}}, {}}));

    receive(wire::Page{.head = bucket(10, BucketKind::timeline, 401), .from = 400, .to = 401});
    EXPECT_TRUE(stored.empty()) << "what moves meanwhile comes behind the repair";
    answer(pulls.at(1),
           {wire::Page{.head = head,
                       .mode = wire::PullMode::range,
                       .rows = {row},
                       .range = wants(1).at(0).range}});
    ASSERT_THAT(repaired, SizeIs(1));
    EXPECT_EQ(repaired[0].cursor.version, 400U);
    EXPECT_EQ(repaired[0].cursor.sum, head.sum);
    EXPECT_EQ(repaired[0].record.fetched, 1U);
    EXPECT_EQ(wants(2).at(0).mode, wire::PullMode::delta);
    EXPECT_EQ(wants(2).at(0).from, 400U);
}

TEST_F(ClientSessionTest, OM6_another_epoch_keeps_the_rows_and_compares_them) {
    begin({.cursors = {cursor_at(10, 70)}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    head.epoch = 2;
    connect({head});
    ASSERT_THAT(repairs, SizeIs(1));
    EXPECT_EQ(repairs[0].cause, RepairCause::history);
    EXPECT_EQ(wants(0).at(0).mode, wire::PullMode::range) << "three rows are fetched at once";
    answer(pulls.at(0), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    ASSERT_THAT(repaired, SizeIs(1));
    EXPECT_EQ(repaired[0].cursor.head.epoch, 2U);
    EXPECT_TRUE(session->progress().complete);
}

TEST_F(ClientSessionTest, OM6_a_bucket_of_which_nothing_is_here_is_pulled_whatever_its_epoch) {
    begin();
    connect({bucket(10, BucketKind::channel, 3)});  // nothing comes of this pull
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    Bucket head = bucket(10, BucketKind::channel, 2);
    head.epoch = 2;
    connect({head});
    EXPECT_TRUE(repairs.empty());
    ASSERT_THAT(pulls, SizeIs(2));
    EXPECT_EQ(wants(1).at(0).mode, wire::PullMode::snapshot);
    EXPECT_EQ(wants(1).at(0).epoch, 2U);
    answer(pulls.at(1), {wire::Page{.head = head, .mode = wire::PullMode::snapshot, .to = 2}});
    EXPECT_TRUE(session->progress().complete);
}

TEST_F(ClientSessionTest, OM6_a_greeting_that_stands_below_the_device_means_a_lost_history) {
    begin({.cursors = {cursor_at(10, 7)}});
    connect({bucket(10, BucketKind::timeline, 6)});
    ASSERT_THAT(repairs, SizeIs(1));
    EXPECT_EQ(repairs[0].cause, RepairCause::history);
}

TEST_F(ClientSessionTest, OM3_what_a_greeting_does_not_name_is_here_whatever_was_heard_before) {
    BucketCursor kept = cursor_at(10, 7);
    kept.head.version = 9;  // the server has lost those two, and the device never had them
    begin({.cursors = {kept}});
    connect({});
    EXPECT_TRUE(session->progress().complete);
    EXPECT_TRUE(pulls.empty()) << "there is nothing to ask for, however often";
}

TEST_F(ClientSessionTest, OM6_a_device_below_the_horizon_compares_instead_of_asking_for_a_delta) {
    begin({.cursors = {cursor_at(10, 7)}});
    Bucket head = bucket(10, BucketKind::timeline, 90);
    head.horizon = 8;
    connect({head});
    ASSERT_THAT(repairs, SizeIs(1));
    EXPECT_EQ(repairs[0].cause, RepairCause::horizon);
}

TEST_F(ClientSessionTest, OM6_a_repair_that_is_cut_begins_again_on_the_next_connection) {
    begin({.cursors = {cursor_at(10, 70)}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    head.epoch = 2;
    connect({head});
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    feed(ClientSession::SocketOpened{});
    const auto hello = std::get<wire::Hello>(*wire::decode(sent.back()));
    EXPECT_EQ(hello.cursors.at(0).epoch, 1U) << "as it is on the disk";
    EXPECT_EQ(hello.cursors.at(0).version, 70U);
}

TEST_F(ClientSessionTest, OM6_what_a_repair_has_replaced_before_it_was_cut_is_told) {
    begin({.cursors = {cursor_at(10, 400)}});
    Bucket head = bucket(10, BucketKind::timeline, 400);
    head.sum = Sum{1, 2};
    connect({head});
    answer(pulls.at(0),
           {wire::Sums{.head = head,
                       .ranges = {{.to = {RowKind::message, Id{5}}, .rows = 1, .sum = Sum{1, 1}},
                                  {.to = {}, .rows = 1, .sum = Sum{0, 1}}}}});
    const RowRef row{.kind = RowKind::message, .id = Id{3}, .version = 4, .sort = 0, .body = "{}"};
    answer(pulls.at(1),
           {wire::Page{.head = head,
                       .mode = wire::PullMode::range,
                       .rows = {row},
                       .range = {{}, {RowKind::message, Id{5}}}}});
    ASSERT_THAT(replaced, SizeIs(1));
    ASSERT_TRUE(repaired.empty()) << "the other half has not come";
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    feed(ClientSession::SocketOpened{});
    const auto hello = std::get<wire::Hello>(*wire::decode(sent.back()));
    EXPECT_EQ(hello.cursors.at(0).version, 400U);
    EXPECT_EQ(hello.cursors.at(0).sum, row_sum(row));
}

TEST_F(ClientSessionTest, OM6_a_repair_that_cannot_be_stored_leaves_the_bucket_as_it_was) {
    begin({.cursors = {cursor_at(10, 70)}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    head.epoch = 2;
    connect({head});
    full = true;
    answer(pulls.at(0), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    EXPECT_TRUE(repaired.empty());
    EXPECT_FALSE(session->progress().complete);
    EXPECT_THAT(pulls, SizeIs(1)) << "nothing is pulled while there is no space";
    full = false;
    feed(ClientSession::TryNow{});
    answer(pulls.at(1), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    EXPECT_THAT(repaired, SizeIs(1));
    EXPECT_THAT(repairs, SizeIs(1)) << "it is one repair";
}

TEST_F(ClientSessionTest, OM6_a_bucket_that_stays_wrong_rests_and_is_compared_again) {
    begin({.cursors = {cursor_at(10, 3)}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    head.sum = Sum{1, 2};  // a server that contradicts itself
    connect({head});
    for (std::size_t i = 0; i < pulls.size() && i < 20; ++i) {
        answer(pulls.at(i), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    }
    EXPECT_THAT(repaired, SizeIs(3));
    EXPECT_FALSE(session->progress().complete);

    const std::size_t rested_behind = pulls.size();
    for (int i = 0; i < 9 && pulls.size() == rested_behind; ++i) {
        pass_deadline();
        receive(wire::Pong{});
    }
    ASSERT_THAT(pulls, SizeIs(rested_behind + 1)) << "one more time";
    answer(pulls.back(), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    EXPECT_THAT(repaired, SizeIs(4));
    EXPECT_THAT(pulls, SizeIs(rested_behind + 1)) << "and it rests again";
}

TEST_F(ClientSessionTest, OM6_what_was_damaged_on_the_way_is_whole_after_a_rest) {
    begin({.cursors = {cursor_at(10, 3)}});
    Bucket head = bucket(10, BucketKind::timeline, 3);
    const RowRef row{.kind = RowKind::message, .id = Id{7}, .version = 3, .sort = 0, .body = "{}"};
    head.sum = row_sum(row);
    connect({head});
    for (std::size_t i = 0; i < 3; ++i) {
        answer(pulls.at(i), {wire::Page{.head = head, .mode = wire::PullMode::range}});
    }
    ASSERT_FALSE(session->progress().complete);
    for (int i = 0; i < 9 && pulls.size() == 3; ++i) {
        pass_deadline();
        receive(wire::Pong{});
    }
    answer(pulls.at(3), {wire::Page{.head = head, .mode = wire::PullMode::range, .rows = {row}}});
    EXPECT_TRUE(session->progress().complete);
}

}  // namespace
}  // namespace holdfast::sync
