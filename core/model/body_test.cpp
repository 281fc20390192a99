#include "core/model/body.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/model/args.hpp"

namespace holdfast {
namespace {

using namespace body;

/// Texts as people write them: valid UTF-8 with quotes, controls and characters of every length.
rc::Gen<std::string> text() {
    const auto piece = rc::gen::element<std::string>(
        "a", "B", " ", "\"", "\\", "\n", "\x01", "é", "字", "👍", "</script>", "\u2028");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                        [](const std::vector<std::string>& pieces) {
                            std::string joined;
                            for (const std::string& one : pieces) {
                                joined += one;
                            }
                            return joined;
                        });
}

Id id() {
    return Id{*rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 63)};
}

std::vector<Id> ids() {
    std::vector<Id> out(*rc::gen::inRange<std::size_t>(1, 4));
    for (Id& one : out) {
        one = id();
    }
    return out;
}

template <class T>
void goes_there_and_back(const T& value, Result<T> (*parse)(std::string_view)) {
    const std::string encoded = encode(value);
    RC_ASSERT(!encoded.empty());  // an empty body deletes
    const Result<T> parsed = parse(encoded);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(*parsed == value);
    RC_ASSERT(encode(*parsed) == encoded);
}

RC_GTEST_PROP(Body, of_people_and_places_goes_there_and_back, ()) {
    const auto flag = [] { return *rc::gen::arbitrary<bool>(); };
    goes_there_and_back(body::Organization{*text(), *text(), {flag(), flag(), flag()}},
                        parse_organization);
    goes_there_and_back(OfflinePolicy{flag(), flag(), flag(), flag(), flag(), 7, 1000},
                        parse_offline_policy);
    goes_there_and_back(
        User{*text(), *text(), *text(), *text(), *text(), ids(), flag(), flag(), ids()},
        parse_user);
    goes_there_and_back(Role{*text(), {*text(), *text()}}, parse_role);
    goes_there_and_back(Channel{*text(), id(), flag(), flag(), flag(), *text()}, parse_channel);
    goes_there_and_back(Member{flag()}, parse_member);
    goes_there_and_back(Grant{flag()}, parse_grant);
    Group group{.name = *text(), .icon = *text(), .color = *text()};
    group.kind = static_cast<GroupKind>(*rc::gen::inRange(0, 4));
    group.weight = *rc::gen::arbitrary<std::int64_t>();
    group.parent = id();
    group.view = {*text()};
    group.create_channels = {*text(), ""};
    group.url = *text();
    group.active = flag();
    group.code = *text();
    goes_there_and_back(group, parse_group);
}

RC_GTEST_PROP(Body, of_messages_and_marks_goes_there_and_back, ()) {
    const auto flag = *rc::gen::arbitrary<bool>();
    goes_there_and_back(Message{.author = id(),
                                .text = *text(),
                                .system = *text(),
                                .params = {{*text(), *text()}, {*text(), *text()}},
                                .reply_to = ids(),
                                .reactions = {{*text(), ids()}, {*text(), ids()}},
                                .hidden = flag},
                        parse_message);
    goes_there_and_back(ReadMark{*rc::gen::arbitrary<std::int64_t>(), id()}, parse_read_mark);
    goes_there_and_back(Receipt{*rc::gen::arbitrary<std::uint16_t>(), *text(), *text()},
                        parse_receipt);
}

RC_GTEST_PROP(Body, garbage_is_refused_and_never_crashes, ()) {
    const auto bytes = *rc::gen::oneOf(
        rc::gen::arbitrary<std::string>(),
        rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("{}[]\":,0123456789.-+eEtrufalsn\\u \xff\xc3"))));
    (void)parse_user(bytes);
    (void)parse_message(bytes);
    (void)parse_group(bytes);
    (void)parse_organization(bytes);
    (void)parse_receipt(bytes);
    (void)args::parse_channel_create(bytes);
}

TEST(Body, bytes_are_the_same_everywhere) {
    const Message message{.author = Id{11},
                          .text = "Válvula",
                          .reply_to = {Id{5}},
                          .reactions = {{"👍", {Id{12}, Id{11}}}, {"❤", {Id{12}}}}};
    EXPECT_EQ(encode(message),
              R"({"author":"11","reactions":{"❤":["12"],"👍":["12","11"]},)"
              R"("reply_to":["5"],"text":"Válvula"})");
    EXPECT_EQ(encode(Member{}), "{}");
    EXPECT_EQ(encode(body::Organization{}), "{}");
    EXPECT_EQ(encode(Group{.kind = GroupKind::link, .weight = -2}),
              R"({"kind":"link","weight":-2})");
}

template <class T>
void expect_canonical(const char* example, Result<T> (*parse)(std::string_view)) {
    const Result<T> value = parse(example);
    ASSERT_TRUE(value) << example;
    EXPECT_EQ(encode(*value), example);
}

TEST(Body, examples_of_the_data_model_page_are_what_is_written) {
    expect_canonical(R"({"language":"es","name":"Northfield","offline":{"granted":true}})",
                     parse_organization);
    expect_canonical(
        R"({"email":"ana@northfield.example","job":"Technician","last_name":"Rojas","name":"Ana",)"
        R"("phone":"+34 600 000 000","roles":["4294967318"]})",
        parse_user);
    expect_canonical(R"({"name":"Technician","permissions":["message-write","channel-create"]})",
                     parse_role);
    expect_canonical(
        R"({"color":"#1b6ca8","create_channels":["channel-create"],"icon":"construct-outline",)"
        R"("name":"Maintenance","weight":10})",
        parse_group);
    expect_canonical(R"({"group":"4294967327","name":"Pump P-7","private":true})", parse_channel);
    expect_canonical(R"({"code":"pump-7","group":"4294967327","name":"Pump P-7"})", parse_channel);
    expect_canonical(R"({"code":"sites","name":"Sites"})", parse_group);
    expect_canonical(R"({"admin":true})", parse_member);
    expect_canonical(R"({"author":"4294967307","reactions":{"👍":["4294967308"]},)"
                     R"("reply_to":["8589934593"],"text":"Valve closed."})",
                     parse_message);
    expect_canonical(R"({"channel":true})", parse_grant);
    expect_canonical(R"({"message":"8589934594","sort":1700000000000})", parse_read_mark);
    expect_canonical(R"({"code":42,"detail":"message 8589934593"})", parse_receipt);
}

TEST(Body, missing_members_take_defaults_and_unknown_ones_are_ignored) {
    EXPECT_EQ(parse_channel(R"({"name":"x","later":{"a":[1,2.5,null]}})").value(),
              (Channel{.name = "x"}));
    EXPECT_TRUE(parse_channel("{}")->writable);
    EXPECT_EQ(parse_organization("{}")->language, "en");
    EXPECT_TRUE(parse_organization(R"({"offline":{"granted":true}})")->offline.allow_messages);
}

TEST(Body, a_wrong_type_is_malformed_and_named) {
    const auto refused = parse_user(R"({"name":"x","roles":["1",2]})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::intent_malformed);
    EXPECT_EQ(refused.error().detail, "member roles");
    for (const char* text : {R"({"name":1})",
                             R"({"name":null})",
                             R"({"active":"true"})",
                             R"({"roles":"1"})",
                             R"({"roles":["01"]})"}) {
        EXPECT_FALSE(parse_user(text)) << text;
    }
    for (const char* text : {R"({"sort":1.5})",
                             R"({"sort":9223372036854775808})",
                             R"({"sort":1e300})",
                             R"({"message":5})",
                             R"({"message":"9223372036854775808"})"}) {
        EXPECT_FALSE(parse_read_mark(text)) << text;
    }
    EXPECT_FALSE(parse_receipt(R"({"code":65536})"));
    EXPECT_FALSE(parse_receipt(R"({"code":-1})"));
    EXPECT_FALSE(parse_group(R"({"kind":"unheard of"})"));
    EXPECT_FALSE(parse_organization(R"({"offline":true})"));
    EXPECT_FALSE(parse_organization(R"({"offline":{"granted":1}})"));
    EXPECT_FALSE(parse_message(R"({"reactions":["x"]})"));
    EXPECT_FALSE(parse_message(R"({"reactions":{"x":[1]}})"));
    EXPECT_FALSE(parse_message(R"({"params":{"x":1}})"));
    EXPECT_FALSE(parse_message(R"("text")"));
}

TEST(Body, text_that_is_not_utf8_is_refused_on_the_way_in_and_replaced_on_the_way_out) {
    for (const char* text : {"{\"text\":\"\xff\"}",
                             "{\"text\":\"\xc0\x80\"}",
                             "{\"text\":\"\xed\xa0\x80\"}",
                             R"({"text":"\ud800"})"}) {
        EXPECT_FALSE(parse_message(text));
    }
    EXPECT_EQ(encode(Message{.text = "a\xff"}), "{\"text\":\"a\xef\xbf\xbd\"}");
}

TEST(Body, deep_nesting_is_read_without_recursion) {
    const std::string deep =
        "{\"later\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}";
    EXPECT_TRUE(parse_member(deep));
    EXPECT_FALSE(parse_member("{\"later\":" + std::string(200'000, '[')));
}

TEST(Body, group_kinds_have_names) {
    for (const char* name : {"standard", "workflow", "link", "category"}) {
        EXPECT_EQ(group_kind_name(parse_group_kind(name).value()), name);
    }
    EXPECT_FALSE(parse_group_kind(""));
}

RC_GTEST_PROP(Args, go_there_and_back, ()) {
    const std::string name = *text();
    const Id target = id();
    const auto post = args::parse_message_post(encode(args::MessagePost{target, name, ids()}));
    RC_ASSERT(post && post->channel == target && post->text == name);
    const auto react =
        args::parse_message_react(encode(args::MessageReact{target, id(), name, false}));
    RC_ASSERT(react && react->emoji == name && !react->on);
    const auto create =
        args::parse_channel_create(encode(args::ChannelCreate{target, name, true, ids()}));
    RC_ASSERT(create && create->name == name && create->is_private);
    const auto profile = args::parse_profile_update(encode(args::ProfileUpdate{name, name, ""}));
    RC_ASSERT(profile && profile->last_name == name && profile->phone.empty());
}

}  // namespace
}  // namespace holdfast
