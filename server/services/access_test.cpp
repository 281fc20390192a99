#include "server/services/access.hpp"

#include <gtest/gtest.h>

#include "server/services/grants.hpp"
#include "server/services/testing/company.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::services {
namespace {

using testing::Company;
using testing::contains;
using testing::must;

class AccessTest : public ::testing::Test {
protected:
    bool reads(Id user, BucketKind kind, Id owner) {
        const BucketId bucket = company_.bucket(kind, owner).id;
        const bool may = must(access_.may_read(user, bucket));
        // Both ways to ask agree.
        const auto all = must(access_.readable(user));
        EXPECT_EQ(contains(all, bucket), may);
        return may;
    }
    bool reads_channel(Id user, Id channel) {
        const bool may = reads(user, BucketKind::channel, channel);
        EXPECT_EQ(reads(user, BucketKind::timeline, channel), may);
        return may;
    }
    template <class Change>
    void change(Change&& what) {
        must(storage_->begin());
        what();
        must(storage_->commit());
        index_.keep_only({});
        access_.keep_only({});
    }

    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
    BucketIndex index_{*storage_};
    Access access_{*storage_, index_};
};

TEST_F(AccessTest, OM5_everybody_reads_the_directory_and_the_own_bucket_only) {
    EXPECT_TRUE(reads(company_.ana, BucketKind::directory, company_.id));
    EXPECT_TRUE(reads(company_.ana, BucketKind::user, company_.ana));
    EXPECT_FALSE(reads(company_.ana, BucketKind::user, company_.ben));
}

TEST_F(AccessTest, OM5_groups_are_read_by_role) {
    EXPECT_TRUE(reads(company_.ana, BucketKind::group, company_.yard));
    EXPECT_FALSE(reads(company_.ana, BucketKind::group, company_.office));
    EXPECT_TRUE(reads(company_.eva, BucketKind::group, company_.office));
}

TEST_F(AccessTest, OM5_open_channels_follow_their_group_and_private_ones_their_members) {
    const Id open = company_.make_channel(company_.office, false, {});
    const Id closed = company_.make_channel(company_.yard, true, {company_.ben});
    EXPECT_FALSE(reads_channel(company_.ana, open));
    EXPECT_TRUE(reads_channel(company_.eva, open));
    EXPECT_FALSE(reads_channel(company_.ana, closed));
    EXPECT_TRUE(reads_channel(company_.ben, closed));
    EXPECT_FALSE(reads_channel(company_.eva, closed));
}

TEST_F(AccessTest, OM5_reads_nothing_of_another_organization) {
    Company rival(*storage_, "rival");
    const Id theirs = rival.make_channel(rival.yard, false, {});
    EXPECT_FALSE(must(access_.may_read(company_.ana, rival.directory)));
    EXPECT_FALSE(must(access_.may_read(company_.ana, rival.timeline(theirs))));
    // Not even by a grant that has no business to exist.
    change([&] {
        company_.put({company_.own_bucket(company_.ana), RowKind::grant, theirs},
                     body::encode(body::Grant{.channel = true}));
    });
    EXPECT_FALSE(must(access_.may_read(company_.ana, rival.timeline(theirs))));
    for (const Bucket& bucket : must(access_.readable(company_.ana))) {
        EXPECT_EQ(must(storage_->find_bucket(bucket.id))->organization, company_.id);
    }
}

TEST_F(AccessTest, a_role_lost_takes_the_group_and_a_role_gained_gives_it) {
    change([&] {
        company_.put_user(company_.eva, "eva", {company_.worker});
        company_.put_user(company_.ana, "ana", {company_.worker, company_.boss});
        EXPECT_EQ(must(refresh_all_grants(*storage_, company_.id)), 2U);
    });
    EXPECT_FALSE(reads(company_.eva, BucketKind::group, company_.office));
    EXPECT_TRUE(reads(company_.ana, BucketKind::group, company_.office));
}

TEST_F(AccessTest, a_user_who_is_not_active_loses_every_group_but_no_channel_grant) {
    const Id closed = company_.make_channel(company_.yard, true, {company_.ben});
    change([&] {
        company_.put_user(company_.ben, "ben", {company_.worker}, false);
        EXPECT_EQ(must(refresh_grants(*storage_, company_.id, company_.ben)), 1U);
        EXPECT_EQ(must(refresh_grants(*storage_, company_.id, company_.ben)), 0U);
    });
    EXPECT_FALSE(reads(company_.ben, BucketKind::group, company_.yard));
    EXPECT_TRUE(reads_channel(company_.ben, closed));
}

TEST_F(AccessTest, an_inactive_group_is_nobodys) {
    change([&] {
        const BucketId bucket = company_.bucket(BucketKind::group, company_.yard).id;
        company_.put({bucket, RowKind::group, company_.yard},
                     body::encode(body::Group{.name = "g", .active = false}));
        EXPECT_EQ(must(refresh_all_grants(*storage_, company_.id)), 3U);
    });
    EXPECT_FALSE(reads(company_.ana, BucketKind::group, company_.yard));
}

TEST_F(AccessTest, a_channel_that_becomes_private_is_seen_at_the_next_reading) {
    const Id channel = company_.make_channel(company_.yard, false, {company_.ben});
    EXPECT_TRUE(reads_channel(company_.ana, channel));
    must(storage_->begin());
    must(storage_->set_open(company_.bucket(BucketKind::channel, channel).id, false));
    must(storage_->set_open(company_.timeline(channel), false));
    must(storage_->commit());
    const auto difference = must(index_.reload(company_.id));
    EXPECT_TRUE(difference.shape);
    EXPECT_TRUE(difference.moved.empty());
    EXPECT_FALSE(reads_channel(company_.ana, channel));
}

TEST_F(AccessTest, a_user_without_a_bucket_may_nothing) {
    const auto keys = access_.keys(Id{12345});
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, ErrorCode::access_forbidden);
}

}  // namespace
}  // namespace holdfast::services
