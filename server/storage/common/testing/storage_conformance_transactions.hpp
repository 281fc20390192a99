#pragma once

#include "server/storage/common/testing/storage_conformance_fixture.hpp"

namespace holdfast::storage {

TEST_P(StorageConformance, a_rollback_leaves_nothing_behind) {
    const BucketId bucket = make_bucket();
    write({put(bucket, 1, "one")});
    const Bucket before = head(bucket);
    must(storage_->begin());
    (void)must(storage_->write_rows(std::vector{put(bucket, 1, "changed"), put(bucket, 2, "two")}));
    must(storage_->put_outcome({.intent = Id{9}}, Id{1}));
    storage_->rollback();

    EXPECT_EQ(head(bucket).version, before.version);
    EXPECT_EQ(head(bucket).sum, before.sum);
    EXPECT_EQ(show(snapshot(bucket)), Lines{"7/1 v1 s0 one"});
    EXPECT_FALSE(must(storage_->find_outcome(Id{9})));
    EXPECT_EQ(show(write({put(bucket, 2, "two")})), show({{bucket, 2}}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, refuses_to_write_outside_a_transaction) {
    const BucketId bucket = make_bucket();
    const std::vector changes{put(bucket, 1, "one")};
    EXPECT_FALSE(storage_->write_rows(changes));
    EXPECT_FALSE(storage_->put_secret("name", "bytes"));
    EXPECT_FALSE(storage_->nested([] { return Result<bool>(true); }));
    must(storage_->begin());
    storage_->rollback();
    EXPECT_FALSE(storage_->write_rows(changes));
    EXPECT_EQ(head(bucket).version, 0U);
}

TEST_P(StorageConformance, refuses_to_begin_twice) {
    must(storage_->begin());
    EXPECT_FALSE(storage_->begin());
    must(storage_->put_secret("name", "bytes"));
    must(storage_->commit());
    EXPECT_EQ(must(storage_->find_secret("name")), "bytes");
    EXPECT_FALSE(storage_->commit());
    storage_->rollback();  // harmless
}

TEST_P(StorageConformance, reads_its_own_writes_inside_a_transaction) {
    const BucketId bucket = make_bucket();
    commit([&] {
        (void)must(storage_->write_rows(std::vector{put(bucket, 1, "one")}));
        EXPECT_EQ(show(snapshot(bucket)), Lines{"7/1 v1 s0 one"});
        EXPECT_EQ(head(bucket).version, 1U);
    });
}

TEST_P(StorageConformance, nested_keeps_or_undoes_without_ending_the_transaction) {
    const BucketId bucket = make_bucket();
    const auto writing = [&](std::uint64_t id, Result<bool> verdict) {
        return storage_->nested([&, id] {
            (void)must(storage_->write_rows(std::vector{put(bucket, id, "row")}));
            return verdict;
        });
    };
    commit([&] {
        EXPECT_TRUE(must(writing(1, true)));
        EXPECT_FALSE(must(writing(2, false)));
        auto failed = writing(3, fail(ErrorCode::intent_gone, "why"));
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().code, ErrorCode::intent_gone);
        EXPECT_EQ(failed.error().detail, "why");
        EXPECT_TRUE(must(writing(4, true)));
    });
    EXPECT_EQ(show(snapshot(bucket)), (Lines{"7/1 v1 s0 row", "7/4 v2 s0 row"}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, nested_nests) {
    const BucketId bucket = make_bucket();
    const auto row = [&](std::uint64_t id) {
        (void)must(storage_->write_rows(std::vector{put(bucket, id, "row")}));
    };
    commit([&] {
        EXPECT_TRUE(must(storage_->nested([&]() -> Result<bool> {
            row(1);
            EXPECT_FALSE(must(storage_->nested([&]() -> Result<bool> {
                row(2);
                EXPECT_TRUE(must(storage_->nested([&]() -> Result<bool> {
                    row(3);
                    return true;
                })));
                return false;
            })));
            row(4);
            return true;
        })));
    });
    EXPECT_EQ(show(snapshot(bucket)), (Lines{"7/1 v1 s0 row", "7/4 v2 s0 row"}));
    expect_sound(bucket);
}

TEST_P(StorageConformance, minted_ids_are_the_servers_own) {
    const Id first = must(storage_->mint_id());
    const Id second = must(storage_->mint_id());
    EXPECT_EQ(first.device(), server_device);
    EXPECT_LT(first, second);
    EXPECT_NE(first.counter(), 0U);
    const BucketId bucket = must(storage_->mint_bucket());
    EXPECT_TRUE(bucket);
    EXPECT_NE(bucket, must(storage_->mint_bucket()));
}

TEST_P(StorageConformance, gives_no_id_twice) {
    std::set<Id> ids;
    std::set<BucketId> buckets;
    const auto mint = [&](Storage& from, int count) {
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(ids.insert(must(from.mint_id())).second);
            EXPECT_TRUE(buckets.insert(must(from.mint_bucket())).second);
        }
    };
    for (const int count : {3, 400, 3000}) {
        mint(*storage_, count);
        must(storage_->begin());
        mint(*storage_, count);
        storage_->rollback();
        mint(*storage_, 3);
        reopen();
        commit([&] {
            EXPECT_FALSE(must(storage_->nested([&]() -> Result<bool> {
                mint(*storage_, count);
                return false;
            })));
            mint(*storage_, 3);
        });
        reopen();
        auto other = another();
        mint(*other, count);
        mint(*storage_, count);
        must(storage_->begin());
        mint(*storage_, 400);
        reopen();  // without commit or rollback, as when the process is killed
        mint(*storage_, 3);
    }
}

TEST_P(StorageConformance, connections_see_what_others_commit) {
    const BucketId bucket = make_bucket();
    auto other = another();
    const std::uint64_t mine = must(storage_->foreign_changes());
    const std::uint64_t theirs = must(other->foreign_changes());
    write({put(bucket, 1, "one")});
    EXPECT_EQ(must(storage_->foreign_changes()), mine);
    EXPECT_NE(must(other->foreign_changes()), theirs);
    EXPECT_TRUE(must(other->find_row({bucket, RowKind::message, Id{1}})));

    must(other->begin());  // may commit by itself, to reserve ids
    const std::uint64_t before = must(storage_->foreign_changes());
    const auto positions = must(other->write_rows(std::vector{put(bucket, 2, "two")}));
    EXPECT_EQ(show(positions), show({{bucket, 2}}));
    EXPECT_EQ(head(bucket).version, 1U);  // not before the commit
    EXPECT_EQ(must(storage_->foreign_changes()), before);
    must(other->commit());
    EXPECT_NE(must(storage_->foreign_changes()), before);
    EXPECT_EQ(show(write({put(bucket, 3, "three")})), show({{bucket, 3}}));
    expect_sound(bucket);
}

}  // namespace holdfast::storage
