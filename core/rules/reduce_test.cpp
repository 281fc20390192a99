#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/model/limits.hpp"
#include "core/rules/testing/act.hpp"

namespace holdfast {
namespace {

using fixture::code_of;
using fixture::new_id;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::array kinds{IntentKind::message_post,
                           IntentKind::message_react,
                           IntentKind::message_delete,
                           IntentKind::channel_read,
                           IntentKind::channel_create,
                           IntentKind::channel_rename,
                           IntentKind::channel_add_member,
                           IntentKind::channel_remove_member,
                           IntentKind::profile_update,
                           IntentKind::answer_submit};

class Reduce : public fixture::RulesTest {};

TEST_F(Reduce, a_profile_changes_in_its_own_row_only) {
    org.put_user(Org::ana,
                 {.name = "Ana", .email = "ana@northfield.example", .roles = {Org::worker}});
    const Effects effects = done(
        Org::ana, IntentKind::profile_update, args::ProfileUpdate{" Anna ", "Rojas", "+34 600"});
    ASSERT_THAT(effects.rows, SizeIs(1));
    EXPECT_EQ(body::parse_user(effects.rows[0].body).value(),
              (body::User{.name = "Anna",
                          .last_name = "Rojas",
                          .email = "ana@northfield.example",
                          .phone = "+34 600",
                          .roles = {Org::worker}}));
    EXPECT_THAT(
        done(Org::ana, IntentKind::profile_update, args::ProfileUpdate{"Anna", "Rojas", "+34 600"})
            .rows,
        IsEmpty());
}

TEST_F(Reduce, a_profile_needs_a_name_and_keeps_the_limits) {
    const auto code = [&](Id user, args::ProfileUpdate wanted) {
        return code_of(act(user, IntentKind::profile_update, wanted));
    };
    const std::string too_long(limits::name_bytes_max + 1, 'x');
    EXPECT_EQ(code(Org::ana, {" ", "", ""}), ErrorCode::intent_empty);
    EXPECT_EQ(code(Org::ana, {too_long, "", ""}), ErrorCode::intent_too_long);
    EXPECT_EQ(code(Org::ana, {"x", too_long, ""}), ErrorCode::intent_too_long);
    EXPECT_EQ(code(Org::ana, {"x", "", too_long}), ErrorCode::intent_too_long);
    EXPECT_EQ(code(Org::rita, {"x", "", ""}), ErrorCode::access_read_only);
    EXPECT_EQ(code(Org::ivan, {"x", "", ""}), ErrorCode::access_forbidden);
}

TEST_F(Reduce, arguments_of_the_wrong_shape_are_malformed) {
    for (const IntentKind kind : kinds) {
        for (const char* text :
             {"", "[]", "{}", "null", "{\"channel\":5}", "{\"name\":1}", "{\"channel\":\"0\"}"}) {
            EXPECT_EQ(code_of(judge(Org::ana, kind, text)), ErrorCode::intent_malformed)
                << intent_name(kind) << " " << text;
        }
    }
}

TEST_F(Reduce, what_a_newer_device_asks_for_is_kept_for_later) {
    EXPECT_EQ(code_of(judge(Org::ana, IntentKind{77}, "{}")), ErrorCode::intent_unknown_kind);
    const Intent newer{
        .id = new_id, .lane = {}, .kind = IntentKind::message_post, .version = 2, .args = "{}"};
    EXPECT_EQ(code_of(reduce(org.world, org.as(Org::ana), newer)), ErrorCode::intent_unknown_kind);
}

TEST_F(Reduce, an_intent_needs_an_id_and_keeps_the_limit_of_bytes) {
    const args::MessagePost wanted{Org::pumps, "x", {}};
    EXPECT_EQ(code_of(act(Org::ana, IntentKind::message_post, wanted, Id{})),
              ErrorCode::intent_malformed);
    EXPECT_EQ(
        code_of(judge(
            Org::ana, IntentKind::message_post, std::string(limits::intent_bytes_max + 1, ' '))),
        ErrorCode::request_too_large);
}

TEST_F(Reduce, a_failed_read_is_passed_on_by_every_kind) {
    org.world.failure = ErrorCode::storage_busy;
    const std::string args = R"({"channel":"41","message":"501","emoji":"x","on":true,"text":"x",)"
                             R"("group":"31","name":"x","user":"12","form":"1","answers":{}})";
    for (const IntentKind kind : kinds) {
        EXPECT_EQ(code_of(judge(Org::ana, kind, args)), ErrorCode::storage_busy);
    }
}

RC_GTEST_FIXTURE_PROP(Reduce, nothing_that_a_device_sends_crashes_the_rules, ()) {
    const auto kind = static_cast<IntentKind>(*rc::gen::inRange(0, 12));
    const auto text = *rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(),
        rc::gen::map(rc::gen::container<std::string>(rc::gen::elementOf(
                         std::string(R"({}[]":,0123456789channeltextmessageonemojitruefalse\u)"))),
                     [](const std::string& inner) { return "{" + inner + "}"; }));
    const Result<Effects> effects = judge(Org::ana, kind, text);
    RC_ASSERT(effects || effects.error().code != ErrorCode::none);
}

RC_GTEST_FIXTURE_PROP(Reduce, doing_a_reaction_a_read_or_a_deletion_twice_is_doing_it_once, ()) {
    org.add_message(Org::pumps, Id{501}, {.author = Org::ana, .text = "One"}, at_ms - 20);
    org.add_message(Org::pumps, Id{502}, {.author = Org::bruno, .text = "Two"}, at_ms - 10);
    const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, bool>>>(rc::gen::tuple(
        rc::gen::inRange(0, 4), rc::gen::inRange(501, 503), rc::gen::arbitrary<bool>()));
    for (const auto& [what, which, flag] : steps) {
        const Id target{static_cast<std::uint64_t>(which)};
        const Id user = flag ? Org::ana : Org::bruno;
        const auto again = [&] {
            switch (what) {
                case 0:
                    return act(user,
                               IntentKind::message_react,
                               args::MessageReact{Org::pumps, target, "👍", true});
                case 1:
                    return act(user,
                               IntentKind::message_react,
                               args::MessageReact{Org::pumps, target, "👍", false});
                case 2:
                    return act(
                        user, IntentKind::message_delete, args::MessageTarget{Org::pumps, target});
                default:
                    return act(
                        user, IntentKind::channel_read, args::MessageTarget{Org::pumps, target});
            }
        };
        const Result<Effects> once = again();
        if (!once) {
            continue;
        }
        org.world.apply(*once);
        const Result<Effects> twice = again();
        RC_ASSERT(twice.has_value());
        RC_ASSERT(twice->rows.empty());
    }
}

}  // namespace
}  // namespace holdfast
