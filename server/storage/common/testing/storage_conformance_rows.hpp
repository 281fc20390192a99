#pragma once

#include "server/storage/common/testing/storage_conformance_fixture.hpp"

namespace holdfast::storage {

TEST_P(StorageConformance, a_row_comes_back_as_it_was_written) {
    const BucketId bucket = make_bucket();
    const std::string body("{\"text\":\"gr\xc3\xbc\xc3\x9f\"}\0\xff", 20);
    const RowKey key{bucket, RowKind{200}, Id{0x7fff'ffff'ffff'ffff}};
    write({{.key = key, .sort = -5, .body = body}});
    const auto row = must(storage_->find_row(key));
    ASSERT_TRUE(row);
    EXPECT_EQ(row->kind, key.kind);
    EXPECT_EQ(row->id, key.id);
    EXPECT_EQ(row->version, 1U);
    EXPECT_EQ(row->sort, -5);
    EXPECT_EQ(row->body, body);
    EXPECT_FALSE(must(storage_->find_row({bucket, RowKind::message, key.id})));
    EXPECT_FALSE(must(storage_->find_row({BucketId{77}, key.kind, key.id})));
}

TEST_P(StorageConformance, keeps_large_bodies) {
    const BucketId bucket = make_bucket();
    const std::string body(256 * 1024, 'x');
    write({put(bucket, 1, body), put(bucket, 2, body + "y")});
    const auto row = must(storage_->find_row({bucket, RowKind::message, Id{1}}));
    ASSERT_TRUE(row);
    EXPECT_EQ(row->body, body);
    expect_sound(bucket);
}

TEST_P(StorageConformance, versions_are_dense_and_in_the_order_of_the_changes) {
    const BucketId bucket = make_bucket();
    EXPECT_EQ(show(write({put(bucket, 5, "a"), put(bucket, 3, "b"), put(bucket, 4, "c")})),
              show({{bucket, 3}}));
    EXPECT_EQ(show(delta(bucket, 0)), (Lines{"7/5 v1 s0 a", "7/3 v2 s0 b", "7/4 v3 s0 c"}));
    EXPECT_EQ(show(write({put(bucket, 3, "d")})), show({{bucket, 4}}));
    EXPECT_EQ(show(delta(bucket, 2)), (Lines{"7/4 v3 s0 c", "7/3 v4 s0 d"}));
    EXPECT_EQ(show(snapshot(bucket)), (Lines{"7/3 v4 s0 d", "7/4 v3 s0 c", "7/5 v1 s0 a"}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, buckets_are_taken_in_ascending_order) {
    const BucketId first = make_bucket();
    const BucketId second = make_bucket();
    ASSERT_LT(first, second);
    EXPECT_EQ(show(write({put(second, 1, "a"), put(first, 1, "b"), put(second, 2, "c")})),
              show({{first, 1}, {second, 2}}));
    EXPECT_EQ(show(delta(second, 0)), (Lines{"7/1 v1 s0 a", "7/2 v2 s0 c"}));
    expect_sound(first);
    expect_sound(second);
}

TEST_P(StorageConformance, what_changes_nothing_takes_no_version) {
    const BucketId bucket = make_bucket();
    EXPECT_TRUE(write({}).empty());
    EXPECT_TRUE(write({drop(bucket, 1)}).empty());
    write({put(bucket, 1, "one", 10)});
    EXPECT_TRUE(write({put(bucket, 1, "one", 10), drop(bucket, 2)}).empty());
    EXPECT_EQ(head(bucket).version, 1U);
    EXPECT_EQ(show(write({put(bucket, 1, "one", 11)})), show({{bucket, 2}}));
    EXPECT_EQ(show(write({put(bucket, 1, "one", 11), put(bucket, 2, "two")})), show({{bucket, 3}}));
    EXPECT_EQ(show(snapshot(bucket)), (Lines{"7/1 v2 s11 one", "7/2 v3 s0 two"}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, a_row_may_change_several_times_at_once) {
    const BucketId bucket = make_bucket();
    EXPECT_EQ(show(write({put(bucket, 1, "a"),
                          put(bucket, 1, "b"),
                          drop(bucket, 1),
                          put(bucket, 1, "c"),
                          put(bucket, 2, "d"),
                          drop(bucket, 2)})),
              show({{bucket, 6}}));
    EXPECT_EQ(show(delta(bucket, 0)), (Lines{"7/1 v4 s0 c", "7/2 v6 s0 "}));
    EXPECT_EQ(head(bucket).rows, 1U);
    EXPECT_EQ(head(bucket).bytes, 1U);
    expect_sound(bucket);
}

TEST_P(StorageConformance, a_deleted_row_leaves_a_tombstone_until_it_is_written_again) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "one"), put(bucket, 2, "two")});
    EXPECT_EQ(show(write({drop(bucket, 1)})), show({{bucket, 3}}));
    EXPECT_FALSE(must(storage_->find_row({bucket, RowKind::message, Id{1}})));
    EXPECT_EQ(show(snapshot(bucket)), Lines{"7/2 v2 s0 two"});
    EXPECT_EQ(show(delta(bucket, 0)), (Lines{"7/2 v2 s0 two", "7/1 v3 s0 "}));
    expect_sound(bucket);

    write({put(bucket, 1, "again")});
    EXPECT_EQ(show(delta(bucket, 0)), (Lines{"7/2 v2 s0 two", "7/1 v4 s0 again"}));
    write({drop(bucket, 1)});
    EXPECT_EQ(show(delta(bucket, 0)), (Lines{"7/2 v2 s0 two", "7/1 v5 s0 "}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, an_emptied_bucket_has_the_sum_of_nothing) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "one"), put(bucket, 2, "two"), put(bucket, 1, "other")});
    EXPECT_NE(head(bucket).sum, Sum{});
    write({drop(bucket, 1), drop(bucket, 2)});
    EXPECT_EQ(head(bucket).sum, Sum{});
    EXPECT_EQ(head(bucket).rows, 0U);
    EXPECT_EQ(head(bucket).bytes, 0U);
}

TEST_P(StorageConformance, rows_of_an_unknown_bucket_are_refused) {
    must(storage_->begin());
    EXPECT_FALSE(storage_->write_rows(std::vector{put(BucketId{12345}, 1, "one")}));
    storage_->rollback();
    EXPECT_TRUE(snapshot(BucketId{12345}).empty());
    EXPECT_TRUE(delta(BucketId{12345}, 0).empty());
}

TEST_P(StorageConformance, small_pages_give_the_same_as_one) {
    const BucketId bucket = make_bucket();
    std::vector<RowChange> changes;
    for (std::uint64_t id = 1; id <= 40; ++id) {
        changes.push_back(put(bucket, id, std::string(id % 7 + 1, 'x')));
        changes.back().key.kind = id % 3 == 0 ? RowKind::member : RowKind::message;
    }
    write(changes);
    for (std::size_t i = 0; i < changes.size(); i += 4) {
        changes[i].body.clear();
        write({changes[i]});
    }
    const auto rows = show(snapshot(bucket));
    const auto history = show(delta(bucket, 0));
    EXPECT_EQ(rows.size(), 30U);
    EXPECT_EQ(history.size(), 40U);
    for (const PageLimits& limits : {PageLimits{1, 1000},
                                     PageLimits{3, 1000},
                                     PageLimits{100, 1},
                                     PageLimits{100, 10},
                                     PageLimits{7, 0}}) {
        EXPECT_EQ(show(snapshot(bucket, limits)), rows);
        EXPECT_EQ(show(delta(bucket, 0, limits)), history);
    }
}

TEST_P(StorageConformance, a_page_says_exactly_whether_there_is_more) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "1234"), put(bucket, 2, "5678"), put(bucket, 3, "9"), drop(bucket, 3)});
    const auto page = [&](PageLimits limits) {
        auto rows = must(storage_->rows_after_version(bucket, 0, limits));
        return std::pair(rows.rows.size(), rows.more);
    };
    EXPECT_EQ(page({3, 8}), std::pair(3UL, false));
    EXPECT_EQ(page({2, 100}), std::pair(2UL, true));
    EXPECT_EQ(page({100, 7}), std::pair(1UL, true));
    EXPECT_EQ(page({100, 3}), std::pair(1UL, true));
    const auto last = must(storage_->rows_after_key(bucket, RowKind::message, Id{1}, {1, 1}));
    EXPECT_EQ(show(last.rows), Lines{"7/2 v2 s0 5678"});
    EXPECT_FALSE(last.more);
}

TEST_P(StorageConformance, newest_rows_come_by_sort) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "a", 30),
           put(bucket, 2, "b", 10),
           put(bucket, 3, "c", 20),
           put(bucket, 4, "d", 20)});
    RowChange other = put(bucket, 9, "other kind", 99);
    other.key.kind = RowKind::member;
    write({other});
    const auto newest = [&](std::size_t limit) {
        return show(must(storage_->newest_rows(bucket, RowKind::message, limit)));
    };
    EXPECT_EQ(newest(10), (Lines{"7/1 v1 s30 a", "7/4 v4 s20 d", "7/3 v3 s20 c", "7/2 v2 s10 b"}));
    EXPECT_EQ(newest(2), (Lines{"7/1 v1 s30 a", "7/4 v4 s20 d"}));
    EXPECT_TRUE(newest(0).empty());
}

TEST_P(StorageConformance, rows_before_a_place_come_nearest_first) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "a", 30), put(bucket, 2, "b", 10), put(bucket, 3, "c", 20)});
    write({put(bucket, 4, "d", 20)});
    const auto before = [&](std::int64_t sort, std::uint64_t id, std::size_t limit) {
        return show(must(storage_->rows_before(bucket, RowKind::message, {sort, Id{id}}, limit)));
    };
    EXPECT_EQ(before(30, 1, 10), (Lines{"7/4 v4 s20 d", "7/3 v3 s20 c", "7/2 v2 s10 b"}));
    EXPECT_EQ(before(20, 4, 10), (Lines{"7/3 v3 s20 c", "7/2 v2 s10 b"}));
    EXPECT_EQ(before(99, 0, 2), (Lines{"7/1 v1 s30 a", "7/4 v4 s20 d"}));
    EXPECT_TRUE(before(10, 2, 10).empty());
    EXPECT_TRUE(must(storage_->rows_before(bucket, RowKind::file, {99, Id{9}}, 10)).empty());
}

TEST_P(StorageConformance, oldest_rows_come_by_sort_up_to_one) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "a", 30), put(bucket, 2, "b", 10), put(bucket, 3, "c", 20)});
    write({put(bucket, 4, "d", 20)});
    const auto oldest = [&](std::int64_t below, std::size_t limit) {
        return show(must(storage_->oldest_rows(bucket, RowKind::message, below, limit)));
    };
    EXPECT_EQ(oldest(30, 10), (Lines{"7/2 v2 s10 b", "7/3 v3 s20 c", "7/4 v4 s20 d"}));
    EXPECT_EQ(oldest(30, 2), (Lines{"7/2 v2 s10 b", "7/3 v3 s20 c"}));
    EXPECT_TRUE(oldest(10, 10).empty());
    EXPECT_TRUE(must(storage_->oldest_rows(bucket, RowKind::file, 99, 10)).empty());
}

TEST_P(StorageConformance, reads_and_sums_a_range_of_keys) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "a"), put(bucket, 2, "b"), put(bucket, 3, "c"), put(bucket, 4, "d")});
    const auto place = [](std::uint64_t id) { return RowPlace{RowKind::message, Id{id}}; };
    const KeyRange middle{place(1), place(3)};
    const auto page = must(storage_->rows_in_range(bucket, middle, {}));
    EXPECT_EQ(show(page.rows), (Lines{"7/2 v2 s0 b", "7/3 v3 s0 c"}));
    EXPECT_FALSE(page.more);
    const auto cut = must(storage_->rows_in_range(bucket, {place(1), {}}, {.rows = 2}));
    EXPECT_EQ(show(cut.rows), (Lines{"7/2 v2 s0 b", "7/3 v3 s0 c"}));
    EXPECT_TRUE(cut.more);

    const auto all = must(storage_->sum_range(bucket, {}, 100));
    EXPECT_EQ(all.total.rows, 4U);
    EXPECT_EQ(all.total.sum, head(bucket).sum);
    EXPECT_EQ(all.total.to, place(4));
    EXPECT_FALSE(all.more);
    const auto first = must(storage_->sum_range(bucket, {}, 3));
    EXPECT_TRUE(first.more);
    EXPECT_EQ(first.total.to, place(3));
    auto whole = first.total.sum;
    whole += must(storage_->sum_range(bucket, {first.total.to, {}}, 3)).total.sum;
    EXPECT_EQ(whole, all.total.sum);
    EXPECT_EQ(must(storage_->sum_range(bucket, {place(4), {}}, 3)).total.rows, 0U);
}

TEST_P(StorageConformance, prunes_old_tombstones_and_says_so_by_the_horizon) {
    const BucketId bucket = make_bucket();
    std::vector<RowChange> rows;
    std::vector<RowChange> drops;
    for (std::uint64_t id = 1; id <= tombstones_kept_min + 1; ++id) {
        rows.push_back(put(bucket, id, "x"));
        drops.push_back(drop(bucket, id));
    }
    write(rows);
    const RowChange last = drops.back();
    drops.pop_back();
    write(drops);
    EXPECT_EQ(head(bucket).horizon, 0U);
    EXPECT_EQ(must(storage_->find_bucket(bucket))->tombstones, tombstones_kept_min);

    write({last});
    const Bucket pruned = head(bucket);
    EXPECT_EQ(pruned.horizon, pruned.version - tombstones_kept_min / 2);
    EXPECT_EQ(delta(bucket, 0).size(), tombstones_kept_min / 2);
    EXPECT_EQ(delta(bucket, 0).front().version, pruned.horizon + 1);
    EXPECT_EQ(must(storage_->find_bucket(bucket))->tombstones, tombstones_kept_min / 2);

    write({put(bucket, tombstones_kept_min, "again")});  // its tombstone goes
    EXPECT_EQ(must(storage_->find_bucket(bucket))->tombstones, tombstones_kept_min / 2 - 1);
    reopen();
    EXPECT_EQ(head(bucket).horizon, pruned.horizon);
}

}  // namespace holdfast::storage
