#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rules/testing/act.hpp"

namespace holdfast {
namespace {

using fixture::code_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Rights = fixture::RulesTest;

TEST_F(Rights, permissions_are_the_union_over_the_roles) {
    org.add_role(Org::reader, {"Reader", {"cellar-view", "message-write"}});
    org.put_user(Org::ana, {.name = "Ana", .roles = {Org::worker, Org::reader, Id{999}}});
    EXPECT_THAT(permissions_of(org.world, Org::ana).value(),
                ElementsAre("cellar-view", "channel-create", "message-write"));
}

TEST_F(Rights, who_is_missing_or_not_active_holds_nothing) {
    EXPECT_THAT(permissions_of(org.world, Org::ivan).value(), IsEmpty());
    EXPECT_THAT(permissions_of(org.world, Id{999}).value(), IsEmpty());
}

TEST_F(Rights, one_of_the_wanted_permissions_is_enough_and_admin_is_all_of_them) {
    EXPECT_TRUE(holds_any({}, {}));
    EXPECT_FALSE(holds_any({}, {"a"}));
    EXPECT_TRUE(holds_any({"b"}, {"a", "b"}));
    EXPECT_TRUE(holds_any({"admin"}, {"a"}));
}

TEST_F(Rights, an_open_channel_is_read_with_a_grant_for_its_group) {
    EXPECT_TRUE(may_read_channel(org.world, Org::rita, Org::pumps).value());
    EXPECT_FALSE(may_read_channel(org.world, Org::pablo, Org::pumps).value());
}

TEST_F(Rights, a_private_channel_is_read_with_a_grant_for_itself) {
    EXPECT_TRUE(may_read_channel(org.world, Org::bruno, Org::board).value());
    EXPECT_FALSE(may_read_channel(org.world, Org::rita, Org::board).value());
    org.grant(Org::pablo, Org::board, true);
    EXPECT_TRUE(may_read_channel(org.world, Org::pablo, Org::board).value());
    EXPECT_TRUE(may_write(org.world, Org::pablo, Org::board));  // no member row is needed
}

TEST_F(Rights, the_admin_permission_opens_no_channel) {
    EXPECT_FALSE(may_read_channel(org.world, Org::olga, Org::board).value());
    EXPECT_EQ(code_of(may_manage(org.world, Org::olga, Org::board)), ErrorCode::access_forbidden);
}

TEST_F(Rights, a_grant_for_a_group_is_none_for_a_channel_of_the_same_number) {
    org.grant(Org::rita, Org::board, false);
    EXPECT_FALSE(may_read_channel(org.world, Org::rita, Org::board).value());
}

TEST_F(Rights, a_channel_that_is_closed_or_unknown_is_read_by_nobody) {
    org.put_channel(Org::pumps, {.name = "Pumps", .group = Org::maintenance, .active = false});
    EXPECT_FALSE(may_read_channel(org.world, Org::ana, Org::pumps).value());
    EXPECT_FALSE(may_read_channel(org.world, Org::ana, Id{999}).value());
    EXPECT_EQ(code_of(may_write(org.world, Org::ana, Id{999})), ErrorCode::access_forbidden);
}

TEST_F(Rights, writing_needs_the_permission_and_a_user_who_may_change_things) {
    EXPECT_TRUE(may_write(org.world, Org::bruno, Org::pumps));
    EXPECT_TRUE(may_write(org.world, Org::olga, Org::pumps));
    EXPECT_EQ(code_of(may_write(org.world, Org::rita, Org::pumps)), ErrorCode::access_read_only);
    EXPECT_EQ(code_of(may_write(org.world, Org::ivan, Org::pumps)), ErrorCode::access_forbidden);
    org.put_user(Org::bruno, {.name = "Bruno", .roles = {Org::reader}});
    EXPECT_EQ(code_of(may_write(org.world, Org::bruno, Org::pumps)), ErrorCode::access_forbidden);
}

TEST_F(Rights, an_announcement_channel_takes_messages_from_its_administrators) {
    EXPECT_TRUE(may_write(org.world, Org::ana, Org::news));
    EXPECT_EQ(code_of(may_write(org.world, Org::bruno, Org::news)), ErrorCode::access_read_only);
    EXPECT_EQ(code_of(may_write(org.world, Org::olga, Org::news)), ErrorCode::access_read_only);
}

TEST_F(Rights, a_channel_is_managed_by_its_administrators_and_by_permission) {
    EXPECT_TRUE(may_manage(org.world, Org::ana, Org::pumps));
    EXPECT_TRUE(may_manage(org.world, Org::olga, Org::pumps));
    EXPECT_EQ(code_of(may_manage(org.world, Org::bruno, Org::pumps)), ErrorCode::access_forbidden);
    org.add_role(Org::worker, {"Worker", {"channel-manage"}});
    EXPECT_TRUE(may_manage(org.world, Org::bruno, Org::pumps));
    EXPECT_EQ(code_of(may_manage(org.world, Org::rita, Org::pumps)), ErrorCode::access_read_only);
}

TEST_F(Rights, channels_are_created_in_active_standard_groups_that_one_sees) {
    EXPECT_TRUE(may_create_channel(org.world, Org::ana, Org::maintenance));
    for (const Id group : {Org::workflow, Id{999}}) {
        EXPECT_EQ(code_of(may_create_channel(org.world, Org::olga, group)),
                  ErrorCode::access_forbidden);
    }
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::pablo, Org::maintenance)),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::rita, Org::maintenance)),
              ErrorCode::access_read_only);
    org.put_group(Org::maintenance, {.create_channels = {"channel-create"}, .active = false});
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::ana, Org::maintenance)),
              ErrorCode::access_forbidden);
}

TEST_F(Rights, a_group_without_a_list_takes_channels_from_admins_only) {
    org.put_group(Org::maintenance, {.name = "Maintenance"});
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::ana, Org::maintenance)),
              ErrorCode::access_forbidden);
    EXPECT_TRUE(may_create_channel(org.world, Org::olga, Org::maintenance));
}

TEST_F(Rights, creating_channels_needs_the_permission_and_one_of_the_groups_list) {
    org.put_group(Org::maintenance, {.create_channels = {"foreman"}});
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::ana, Org::maintenance)),
              ErrorCode::access_forbidden);
    org.add_role(Org::worker, {"Worker", {"foreman"}});
    EXPECT_EQ(code_of(may_create_channel(org.world, Org::ana, Org::maintenance)),
              ErrorCode::access_forbidden);
    org.add_role(Org::worker, {"Worker", {"foreman", "channel-create"}});
    EXPECT_TRUE(may_create_channel(org.world, Org::ana, Org::maintenance));
}

TEST_F(Rights, a_failed_read_is_no_refusal) {
    org.world.failure = ErrorCode::storage_failed;
    EXPECT_EQ(code_of(may_read_channel(org.world, Org::ana, Org::pumps)),
              ErrorCode::storage_failed);
    EXPECT_EQ(code_of(may_write(org.world, Org::ana, Org::pumps)), ErrorCode::storage_failed);
    EXPECT_EQ(code_of(permissions_of(org.world, Org::ana)), ErrorCode::storage_failed);
}

TEST_F(Rights, a_stored_body_that_cannot_be_read_is_the_storages_fault) {
    org.world.put({org.world.directory().value(), RowKind::user, Org::ana}, "{");
    EXPECT_EQ(code_of(may_write(org.world, Org::ana, Org::pumps)), ErrorCode::storage_corrupt);
}

}  // namespace
}  // namespace holdfast
