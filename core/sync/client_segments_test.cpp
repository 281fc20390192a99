#include <gmock/gmock.h>

#include "core/sync/testing/client_fixture.hpp"

// OM3: segments as a device takes them.
namespace holdfast::sync {
namespace {

using ::testing::SizeIs;

class ClientSegmentsTest : public ClientSessionTest {
protected:
    static constexpr std::uint64_t version = 9'000;
    const Bucket head = bucket(10, BucketKind::tasks, version);

    wire::Page page(std::uint64_t after) {
        return {.head = head,
                .mode = wire::PullMode::snapshot,
                .to = version,
                .after_kind = after == 0 ? RowKind{} : RowKind::task,
                .after_id = Id{after}};
    }
    wire::Segment segment(std::uint32_t first = 0) {
        return {.bucket = head.id,
                .as_of = version,
                .first = first,
                .parts = 2,
                .address = "/sync/v1/segments/t"};
    }
    void offered() {
        begin();
        connect({head});
        EXPECT_TRUE(wants(0).at(0).segments);
        answer(pulls.at(0), {segment()});
        ASSERT_THAT(pulls, SizeIs(2));
        EXPECT_EQ(pulls.at(1).path, "/sync/v1/segments/t/0");
        EXPECT_TRUE(pulls.at(1).bytes.empty());
    }
};

TEST_F(ClientSegmentsTest, fetches_part_after_part_and_is_complete) {
    offered();
    answer(pulls.at(1), {page(3'000), page(6'000)});
    ASSERT_THAT(pulls, SizeIs(3));
    EXPECT_EQ(pulls.at(2).path, "/sync/v1/segments/t/1");
    answer(pulls.at(2), {page(0)});
    EXPECT_THAT(pulls, SizeIs(3));
    EXPECT_THAT(stored, SizeIs(3));
    EXPECT_TRUE(session->progress().complete);
}

TEST_F(ClientSegmentsTest, OM3_a_part_that_is_here_already_is_not_stored_again) {
    offered();
    answer(pulls.at(1), {page(3'000), page(6'000)});
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    connect({head});
    const auto want = wants(3).at(0);
    EXPECT_EQ(want.after_id, Id{6'000});
    answer(pulls.at(3), {segment(0)});
    answer(pulls.at(4), {page(3'000), page(6'000), page(7'000)});
    EXPECT_THAT(stored, SizeIs(3));
    EXPECT_EQ(stored.back().after_id, Id{7'000});
}

TEST_F(ClientSegmentsTest, OM3_a_part_that_is_cut_is_fetched_again) {
    offered();
    feed(ClientSession::PullAnswered{pulls.at(1).pull, 0, {}});
    pass_deadline();
    ASSERT_THAT(pulls, SizeIs(3));
    EXPECT_EQ(pulls.at(2).path, pulls.at(1).path);
    feed(ClientSession::PullAnswered{pulls.at(2).pull, 0, {}});
    pass_deadline();
    ASSERT_THAT(pulls, SizeIs(4));
    EXPECT_TRUE(pulls.at(3).path.empty());  // the line is not made for parts: pulls may be smaller
    EXPECT_FALSE(wants(3).at(0).segments);
}

TEST_F(ClientSegmentsTest, OM3_where_the_segment_is_gone_pulls_go_on_behind_the_last_page) {
    offered();
    answer(pulls.at(1), {page(3'000)});
    feed(ClientSession::PullAnswered{pulls.at(2).pull, 404, {}});
    ASSERT_THAT(pulls, SizeIs(4));
    const auto want = wants(3).at(0);
    EXPECT_EQ(want.from, version);
    EXPECT_EQ(want.after_id, Id{3'000});
    EXPECT_FALSE(want.segments);
}

TEST_F(ClientSegmentsTest, OM6_a_damaged_part_ends_the_segment_and_loses_nothing) {
    offered();
    wire::Bytes stream;
    wire::append_framed(stream, wire::encode(page(3'000)));
    wire::Bytes damaged = wire::encode(page(6'000));
    damaged[4] = '?';
    wire::append_framed(stream, damaged);
    inputs.push_back(std::move(stream));
    feed(ClientSession::PullAnswered{pulls.at(1).pull, 200, inputs.back()});
    ASSERT_THAT(pulls, SizeIs(3));
    EXPECT_EQ(wants(2).at(0).after_id, Id{3'000});
    EXPECT_FALSE(wants(2).at(0).segments);
}

TEST_F(ClientSegmentsTest, an_address_that_is_too_old_is_asked_for_anew_and_the_session_stands) {
    offered();
    feed(ClientSession::PullAnswered{pulls.at(1).pull, 401, {}});
    EXPECT_EQ(renewals, 0);
    pass_deadline();
    ASSERT_THAT(pulls, SizeIs(3));
    EXPECT_TRUE(wants(2).at(0).segments);
}

TEST_F(ClientSegmentsTest, where_every_address_is_too_old_pages_come) {
    offered();
    for (std::uint32_t i = 0; i < limits::segment_addresses_max; ++i) {
        ASSERT_FALSE(pulls.back().path.empty());
        feed(ClientSession::PullAnswered{pulls.back().pull, 401, {}});
        pass_deadline();
        const bool is_last = i + 1 == limits::segment_addresses_max;
        EXPECT_EQ(wants(pulls.size() - 1).at(0).segments, !is_last);
        if (!is_last) {
            answer(pulls.back(), {segment()});
        }
    }
    feed(ClientSession::SocketClosed{});
    pass_deadline();
    connect({head});
    EXPECT_TRUE(wants(pulls.size() - 1).at(0).segments) << "another connection may be quicker";
    for (std::uint32_t i = 0; i < limits::segment_addresses_max; ++i) {
        answer(pulls.back(), {segment()});
        feed(ClientSession::PullAnswered{pulls.back().pull, 401, {}});
        pass_deadline();
    }
    EXPECT_FALSE(wants(pulls.size() - 1).at(0).segments);
}

TEST_F(ClientSegmentsTest, OM38_a_full_disk_ends_the_segment_and_leaves_no_gap) {
    offered();
    full = true;
    answer(pulls.at(1), {page(3'000)});
    full = false;
    const std::size_t before = pulls.size();
    feed(ClientSession::TryNow{});
    ASSERT_EQ(pulls.size(), before + 1);
    EXPECT_TRUE(pulls.back().path.empty());
    EXPECT_EQ(wants(before).at(0).after_id, Id{});
}

TEST_F(ClientSegmentsTest, OM5_a_bucket_that_was_lost_takes_no_part_any_more) {
    offered();
    receive(wire::Revoke{{head.id}});
    answer(pulls.at(1), {page(3'000)});
    EXPECT_TRUE(stored.empty());
    EXPECT_THAT(pulls, SizeIs(2));
}

}  // namespace
}  // namespace holdfast::sync
