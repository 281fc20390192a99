#include "server/services/segments/segment_shelf.hpp"

#include <gtest/gtest.h>

namespace holdfast::services {
namespace {

Bucket head(std::uint64_t bucket, std::uint64_t version, std::uint64_t rows = 10'000) {
    Bucket head;
    head.id = BucketId{bucket};
    head.kind = BucketKind::timeline;
    head.epoch = 1;
    head.version = version;
    head.rows = rows;
    return head;
}

wire::Want begin(std::uint64_t bucket) {
    return {.bucket = BucketId{bucket}, .mode = wire::PullMode::snapshot, .segments = true};
}

RowPlace at(std::uint64_t id) {
    return {RowKind::message, Id{id}};
}

/// What is wanted next, made of these parts.
void make(SegmentShelf& shelf, std::vector<SegmentPart> parts, std::uint64_t rows = 10'000) {
    ASSERT_TRUE(shelf.take_build());
    for (const SegmentPart& part : parts) {
        ASSERT_TRUE(shelf.add_part(part));
    }
    shelf.finish(rows);
}

const std::vector<SegmentPart> two{{.to = at(5'000), .bytes = 100}, {.to = {}, .bytes = 100}};

TEST(SegmentShelf, what_only_one_has_begun_is_not_made) {
    SegmentShelf shelf({});
    EXPECT_FALSE(shelf.offer(head(7, 10'000), begin(7)));
    EXPECT_FALSE(shelf.take_build());
    EXPECT_FALSE(shelf.offer(head(7, 10'001), begin(7)));
    EXPECT_TRUE(shelf.take_build());
}

TEST(SegmentShelf, makes_a_segment_once_however_many_ask) {
    SegmentShelf shelf({.asked_min = 1});
    EXPECT_FALSE(shelf.offer(head(7, 10'000), begin(7)));
    EXPECT_FALSE(shelf.offer(head(7, 10'001), begin(7)));
    ASSERT_TRUE(shelf.take_build());
    EXPECT_FALSE(shelf.offer(head(7, 10'001), begin(7)));  // it is being made
    EXPECT_FALSE(shelf.take_build());
    for (const SegmentPart& part : two) {
        ASSERT_TRUE(shelf.add_part(part));
    }
    shelf.finish(10'000);
    const auto offer = shelf.offer(head(7, 10'001), begin(7));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->name.as_of, 10'000U);
    EXPECT_EQ(offer->parts, 2U);
    EXPECT_FALSE(shelf.take_build());
}

TEST(SegmentShelf, a_small_bucket_is_served_pages) {
    SegmentShelf shelf({.asked_min = 1});
    EXPECT_FALSE(shelf.offer(head(7, 100, 3'999), begin(7)));
    EXPECT_FALSE(shelf.take_build());
}

TEST(SegmentShelf, OM3_who_has_stopped_goes_on_at_the_part_behind_the_last_row) {
    SegmentShelf shelf({.asked_min = 1});
    (void)shelf.offer(head(7, 10'000), begin(7));
    make(shelf, two);
    wire::Want later = begin(7);
    later.from = 10'000;
    later.after_kind = RowKind::message;
    later.after_id = Id{4'999};
    EXPECT_EQ(shelf.offer(head(7, 10'000), later)->first, 0U);
    later.after_id = Id{5'000};
    EXPECT_EQ(shelf.offer(head(7, 10'000), later)->first, 1U);
    later.from = 9'999;  // a snapshot of another moment: pages
    EXPECT_FALSE(shelf.offer(head(7, 10'000), later));
    EXPECT_FALSE(shelf.take_build());
}

TEST(SegmentShelf, is_made_anew_when_a_fifth_has_changed_or_deletions_are_forgotten) {
    SegmentShelf shelf({.asked_min = 1});
    (void)shelf.offer(head(7, 10'000), begin(7));
    make(shelf, two);
    EXPECT_TRUE(shelf.offer(head(7, 12'000), begin(7)));
    EXPECT_FALSE(shelf.offer(head(7, 12'001), begin(7)));
    make(shelf, two, 12'001);
    EXPECT_EQ(shelf.offer(head(7, 12'001), begin(7))->name.as_of, 12'001U);
    Bucket forgetful = head(7, 12'001);
    forgetful.horizon = 12'002;
    EXPECT_FALSE(shelf.offer(forgetful, begin(7)));
    Bucket restored = head(7, 12'001);
    restored.epoch = 2;
    EXPECT_FALSE(shelf.offer(restored, begin(7)));
}

TEST(SegmentShelf, the_least_recently_used_makes_room) {
    SegmentShelf shelf({.asked_min = 1, .bytes_max = 500});
    for (const std::uint64_t bucket : {7U, 8U}) {
        (void)shelf.offer(head(bucket, 10'000), begin(bucket));
        make(shelf, two);
    }
    ASSERT_NE(shelf.use({BucketId{7}, 1, 10'000}, 1), nullptr);
    (void)shelf.offer(head(9, 10'000), begin(9));
    make(shelf, two);
    EXPECT_EQ(shelf.use({BucketId{8}, 1, 10'000}, 0), nullptr);
    EXPECT_NE(shelf.use({BucketId{7}, 1, 10'000}, 0), nullptr);
    EXPECT_EQ(shelf.use({BucketId{7}, 1, 10'000}, 2), nullptr);
    const auto gone = shelf.take_gone();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(gone[0].name.bucket, BucketId{8});
    EXPECT_EQ(shelf.bytes(), 400U);
}

TEST(SegmentShelf, what_is_too_large_is_given_up) {
    SegmentShelf shelf({.asked_min = 1, .bytes_max = 150});
    (void)shelf.offer(head(7, 10'000), begin(7));
    ASSERT_TRUE(shelf.take_build());
    EXPECT_TRUE(shelf.add_part(two[0]));
    EXPECT_FALSE(shelf.add_part(two[1]));
    EXPECT_EQ(shelf.take_gone().size(), 1U);
    EXPECT_EQ(shelf.bytes(), 0U);
}

TEST(SegmentShelf, no_more_wait_than_it_has_room_for) {
    SegmentShelf shelf({.asked_min = 1, .waiting_max = 1});
    (void)shelf.offer(head(7, 10'000), begin(7));
    (void)shelf.offer(head(8, 10'000), begin(8));
    EXPECT_TRUE(shelf.take_build());
    shelf.abandon();
    EXPECT_FALSE(shelf.take_build());
}

}  // namespace
}  // namespace holdfast::services
