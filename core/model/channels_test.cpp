#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/limits.hpp"
#include "core/rules/testing/act.hpp"

namespace holdfast {
namespace {

using args::ChannelCreate;
using args::ChannelMember;
using args::ChannelRename;
using fixture::code_of;
using fixture::new_id;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto create = IntentKind::channel_create;
constexpr auto rename = IntentKind::channel_rename;
constexpr auto add = IntentKind::channel_add_member;
constexpr auto remove = IntentKind::channel_remove_member;

class Channels : public fixture::RulesTest {
protected:
    [[nodiscard]] body::Channel channel(Id id) const {
        const BucketId bucket = org.world.bucket_id(BucketKind::channel, id);
        return body::parse_channel(row({bucket, RowKind::channel, id})->body).value();
    }
};

TEST_F(Channels, an_open_channel_has_two_buckets_that_its_group_may_read) {
    const Effects effects =
        done(Org::ana, create, ChannelCreate{Org::maintenance, " Motors ", false, {Org::bruno}});
    ASSERT_THAT(effects.buckets, SizeIs(2));
    EXPECT_EQ(effects.buckets[0].kind, BucketKind::channel);
    EXPECT_EQ(effects.buckets[1].kind, BucketKind::timeline);
    for (const Effects::NewBucket& bucket : effects.buckets) {
        EXPECT_EQ(bucket.owner, new_id);
        EXPECT_EQ(bucket.parent, Org::maintenance);
        EXPECT_TRUE(bucket.open);
    }
    EXPECT_EQ(channel(new_id), (body::Channel{.name = "Motors", .group = Org::maintenance}));
    EXPECT_TRUE(is_member(new_id, Org::ana));
    EXPECT_TRUE(is_member(new_id, Org::bruno));
    EXPECT_FALSE(is_granted(Org::bruno, new_id));
    EXPECT_TRUE(may_read_channel(org.world, Org::rita, new_id).value());
    EXPECT_TRUE(may_manage(org.world, Org::ana, new_id));
    EXPECT_FALSE(may_manage(org.world, Org::bruno, new_id));
}

TEST_F(Channels, a_private_channel_is_granted_to_its_members_only) {
    const Effects effects = done(
        Org::ana, create, ChannelCreate{Org::maintenance, "Motors", true, {Org::pablo, Org::ana}});
    EXPECT_FALSE(effects.buckets[0].open);
    EXPECT_FALSE(effects.buckets[1].open);
    EXPECT_TRUE(is_granted(Org::ana, new_id));
    EXPECT_TRUE(may_read_channel(org.world, Org::pablo, new_id).value());
    EXPECT_FALSE(may_read_channel(org.world, Org::bruno, new_id).value());
}

TEST_F(Channels, a_new_channel_begins_with_a_message_of_the_platform) {
    done(Org::ana, create, ChannelCreate{Org::maintenance, "Motors", false, {}});
    const body::Message said = message(new_id, new_id);
    EXPECT_EQ(said.system, "channel_created");
    EXPECT_EQ(said.text, "Ana Rojas created the channel Motors.");
    EXPECT_EQ(said.params,
              (std::map<std::string, std::string>{{"by", "Ana Rojas"}, {"name", "Motors"}}));
}

TEST_F(Channels, a_new_channel_needs_a_name_and_known_members) {
    const auto code = [&](std::string name, std::vector<Id> members) {
        return code_of(
            act(Org::ana,
                create,
                ChannelCreate{Org::maintenance, std::move(name), true, std::move(members)}));
    };
    EXPECT_EQ(code(" ", {}), ErrorCode::intent_empty);
    EXPECT_EQ(code(std::string(limits::name_bytes_max + 1, 'x'), {}), ErrorCode::intent_too_long);
    EXPECT_EQ(code("x", {Id{999}}), ErrorCode::intent_gone);
    EXPECT_EQ(code("x", {Org::ivan}), ErrorCode::intent_gone);
    EXPECT_EQ(code("x", std::vector<Id>(501, Org::bruno)), ErrorCode::intent_too_long);
}

TEST_F(Channels, the_id_of_a_channel_is_used_once) {
    EXPECT_EQ(
        code_of(act(Org::ana, create, ChannelCreate{Org::maintenance, "x", false, {}}, Org::pumps)),
        ErrorCode::intent_id_conflict);
}

TEST_F(Channels, a_device_cannot_create_a_channel) {
    org.world.become_device(Org::ana);
    EXPECT_EQ(code_of(act(Org::ana, create, ChannelCreate{Org::maintenance, "x", false, {}})),
              ErrorCode::intent_needs_connection);
}

TEST_F(Channels, a_rename_is_told_in_the_timeline) {
    const Effects effects = done(Org::ana, rename, ChannelRename{Org::pumps, " Pumps 2 "});
    EXPECT_THAT(effects.rows, SizeIs(2));
    EXPECT_EQ(channel(Org::pumps).name, "Pumps 2");
    EXPECT_EQ(channel(Org::pumps).group, Org::maintenance);
    const body::Message said = message(Org::pumps, new_id);
    EXPECT_EQ(said.system, "channel_renamed");
    EXPECT_EQ(said.params.at("from"), "Pumps");
    EXPECT_EQ(said.params.at("to"), "Pumps 2");
    EXPECT_THAT(done(Org::ana, rename, ChannelRename{Org::pumps, "Pumps 2"}, Id{901}).rows,
                IsEmpty());
}

TEST_F(Channels, a_rename_is_refused_with_its_reason) {
    EXPECT_EQ(code_of(act(Org::ana, rename, ChannelRename{Org::pumps, ""})),
              ErrorCode::intent_empty);
    EXPECT_EQ(code_of(act(Org::bruno, rename, ChannelRename{Org::pumps, "x"})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::pablo, rename, ChannelRename{Org::pumps, "x"})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::rita, rename, ChannelRename{Org::pumps, "x"})),
              ErrorCode::access_read_only);
    org.add_message(Org::pumps, new_id, {.author = Org::ana});
    EXPECT_EQ(code_of(act(Org::ana, rename, ChannelRename{Org::pumps, "x"})),
              ErrorCode::intent_id_conflict);
}

TEST_F(Channels, adding_somebody_to_a_private_channel_grants_it) {
    EXPECT_THAT(done(Org::ana, add, ChannelMember{Org::board, Org::pablo}).rows, SizeIs(3));
    EXPECT_TRUE(is_member(Org::board, Org::pablo));
    EXPECT_TRUE(may_read_channel(org.world, Org::pablo, Org::board).value());
    const body::Message said = message(Org::board, new_id);
    EXPECT_EQ(said.system, "member_added");
    EXPECT_EQ(said.text, "Ana Rojas added Pablo.");
    EXPECT_EQ(said.params,
              (std::map<std::string, std::string>{
                  {"by", "Ana Rojas"}, {"who", "Pablo"}, {"who_id", "15"}}));
    EXPECT_THAT(done(Org::ana, add, ChannelMember{Org::board, Org::pablo}, Id{901}).rows,
                IsEmpty());
}

TEST_F(Channels, adding_somebody_to_an_open_channel_grants_nothing) {
    EXPECT_THAT(done(Org::ana, add, ChannelMember{Org::pumps, Org::rita}).rows, SizeIs(2));
    EXPECT_TRUE(is_member(Org::pumps, Org::rita));
    EXPECT_FALSE(is_granted(Org::rita, Org::pumps));
}

TEST_F(Channels, adding_is_for_those_who_manage_and_for_people_who_are_there) {
    EXPECT_EQ(code_of(act(Org::bruno, add, ChannelMember{Org::board, Org::pablo})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::olga, add, ChannelMember{Org::board, Org::pablo})),
              ErrorCode::access_forbidden);  // an administrator who was not let in
    EXPECT_EQ(code_of(act(Org::ana, add, ChannelMember{Org::board, Id{999}})),
              ErrorCode::intent_gone);
    EXPECT_EQ(code_of(act(Org::ana, add, ChannelMember{Org::board, Org::ivan})),
              ErrorCode::intent_gone);
    EXPECT_TRUE(act(Org::olga, add, ChannelMember{Org::pumps, Org::rita}));
}

TEST_F(Channels, removing_somebody_from_a_private_channel_takes_the_grant_back) {
    EXPECT_THAT(done(Org::ana, remove, ChannelMember{Org::board, Org::bruno}).rows, SizeIs(3));
    EXPECT_FALSE(is_member(Org::board, Org::bruno));
    EXPECT_FALSE(may_read_channel(org.world, Org::bruno, Org::board).value());
    EXPECT_EQ(message(Org::board, new_id).text, "Ana Rojas removed Bruno Sosa.");
    EXPECT_THAT(done(Org::ana, remove, ChannelMember{Org::board, Org::bruno}, Id{901}).rows,
                IsEmpty());
}

TEST_F(Channels, everyone_may_leave) {
    EXPECT_EQ(code_of(act(Org::bruno, remove, ChannelMember{Org::board, Org::ana})),
              ErrorCode::access_forbidden);
    done(Org::bruno, remove, ChannelMember{Org::board, Org::bruno});
    EXPECT_FALSE(is_member(Org::board, Org::bruno));
    EXPECT_FALSE(is_granted(Org::bruno, Org::board));
    EXPECT_EQ(message(Org::board, new_id).system, "member_left");
    EXPECT_EQ(code_of(act(Org::bruno, remove, ChannelMember{Org::board, Org::bruno})),
              ErrorCode::access_forbidden);
    EXPECT_THAT(done(Org::olga, remove, ChannelMember{Org::pumps, Org::olga}, Id{901}).rows,
                IsEmpty());
}

TEST_F(Channels, somebody_who_is_not_active_any_more_can_still_be_removed) {
    org.put_user(Org::bruno, {.name = "Bruno", .active = false});
    done(Org::ana, remove, ChannelMember{Org::board, Org::bruno});
    EXPECT_FALSE(is_member(Org::board, Org::bruno));
    EXPECT_FALSE(is_granted(Org::bruno, Org::board));
}

}  // namespace
}  // namespace holdfast
