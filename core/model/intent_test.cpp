#include "core/model/intent.hpp"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Intent, names_go_there_and_back) {
    for (std::uint16_t number = 1; number <= 10; ++number) {
        const auto kind = static_cast<IntentKind>(number);
        EXPECT_EQ(parse_intent_kind(intent_name(kind)), kind);
    }
    EXPECT_EQ(intent_name(IntentKind::channel_add_member), "channel.add_member");
    EXPECT_EQ(intent_name(IntentKind{77}), "unknown");
    EXPECT_FALSE(parse_intent_kind("unknown"));
}

TEST(Intent, OM24_OM29_OM30_messages_reactions_read_marks_and_forms_work_offline_and_nothing_else) {
    for (std::uint16_t number = 0; number <= 12; ++number) {
        const auto kind = static_cast<IntentKind>(number);
        const bool expected = kind == IntentKind::message_post ||
                              kind == IntentKind::message_react ||
                              kind == IntentKind::channel_read || kind == IntentKind::answer_submit;
        EXPECT_EQ(works_offline(kind), expected) << intent_name(kind);
    }
}

TEST(Intent, saved_views_work_offline_in_the_order_of_their_person) {
    for (const IntentKind kind : {IntentKind::view_save, IntentKind::view_delete}) {
        EXPECT_EQ(parse_intent_kind(intent_name(kind)), kind);
        EXPECT_TRUE(works_offline(kind));
        EXPECT_EQ(lane_of(kind, R"({"group":"31","view":"5"})", {Id{7}}), Id{7});
    }
}

TEST(Intent, the_lane_is_the_channel_the_group_or_the_user) {
    const Id user{7};
    const std::string args = R"({"channel":"41","group":"31","message":"5"})";
    EXPECT_EQ(lane_of(IntentKind::message_post, args, {user}), Id{41});
    EXPECT_EQ(lane_of(IntentKind::message_delete, args, {user}), Id{41});
    EXPECT_EQ(lane_of(IntentKind::channel_create, args, {user}), Id{31});
    EXPECT_EQ(lane_of(IntentKind::profile_update, args, {user}), user);
    EXPECT_EQ(lane_of(IntentKind::task_attach_answer, R"({"task":"51"})", {user}), Id{51});
}

TEST(Intent, arguments_without_a_target_have_no_lane) {
    for (const char* args :
         {"", "{}", "[]", R"({"channel":41})", R"({"channel":"x"})", R"({"channel":"0"})"}) {
        EXPECT_FALSE(lane_of(IntentKind::message_post, args, {Id{7}})) << args;
    }
    EXPECT_FALSE(lane_of(IntentKind::profile_update, "nonsense", {Id{7}}));
    EXPECT_FALSE(lane_of(IntentKind{77}, R"({"channel":"41"})", {Id{7}}));
}

}  // namespace
}  // namespace holdfast
