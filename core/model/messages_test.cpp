#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/limits.hpp"
#include "core/rules/testing/act.hpp"

namespace holdfast {
namespace {

using args::MessagePost;
using args::MessageReact;
using args::MessageTarget;
using fixture::code_of;
using fixture::new_id;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto post = IntentKind::message_post;
constexpr auto react = IntentKind::message_react;
constexpr auto erase = IntentKind::message_delete;
constexpr auto read = IntentKind::channel_read;
constexpr Id first{501};
constexpr Id second{502};

class Messages : public fixture::RulesTest {
protected:
    Messages() {
        org.add_message(Org::pumps, first, {.author = Org::ana, .text = "One"}, at_ms - 20);
        org.add_message(Org::pumps, second, {.author = Org::bruno, .text = "Two"}, at_ms - 10);
    }
};

TEST_F(Messages, a_post_makes_one_row_with_the_intents_id_at_the_time_of_the_occasion) {
    const Effects effects = done(Org::ana, post, MessagePost{Org::pumps, " Valve \n", {first}});
    EXPECT_THAT(effects.buckets, IsEmpty());
    EXPECT_THAT(effects.rows, SizeIs(2));
    EXPECT_EQ(effects.rows.front().key, org.message_key(Org::pumps, new_id));
    EXPECT_EQ(effects.rows.front().sort, at_ms);
    const body::Message said = message(Org::pumps, new_id);
    EXPECT_EQ(said.author, Org::ana);
    EXPECT_EQ(said.text, "Valve");
    EXPECT_THAT(said.reply_to, ElementsAre(first));
}

TEST_F(Messages, a_post_moves_its_authors_read_mark) {
    done(Org::ana, post, MessagePost{Org::pumps, "Hello", {}});
    EXPECT_EQ(read_mark(Org::ana, Org::pumps), (body::ReadMark{at_ms, new_id}));
    EXPECT_FALSE(read_mark(Org::bruno, Org::pumps));
}

TEST_F(Messages, a_post_of_an_early_clock_leaves_the_read_mark) {
    done(Org::ana, read, MessageTarget{Org::pumps, second});
    at_ms -= 1000;
    const Effects effects = done(Org::ana, post, MessagePost{Org::pumps, "Hello", {}});
    EXPECT_THAT(effects.rows, SizeIs(1));
    EXPECT_EQ(read_mark(Org::ana, Org::pumps)->message, second);
}

TEST_F(Messages, a_post_without_text_is_refused) {
    for (const char* text : {"", " \n\t ", "\xe2\x80\x8b\xc2\xa0"}) {
        EXPECT_EQ(code_of(act(Org::ana, post, MessagePost{Org::pumps, text, {}})),
                  ErrorCode::intent_empty);
    }
}

TEST_F(Messages, a_post_keeps_the_limit_of_bytes_and_names_it) {
    const std::string most(limits::message_bytes_max, 'x');
    EXPECT_TRUE(act(Org::ana, post, MessagePost{Org::pumps, most, {}}));
    const auto refused = act(Org::ana, post, MessagePost{Org::pumps, most + "x", {}});
    EXPECT_EQ(code_of(refused), ErrorCode::intent_too_long);
    EXPECT_EQ(refused.error().params, R"({"limit":16384})");
}

TEST_F(Messages, a_reply_quotes_at_most_ten_messages_of_its_channel_each_once) {
    EXPECT_TRUE(act(Org::ana, post, MessagePost{Org::pumps, "x", std::vector<Id>(10, first)}));
    EXPECT_EQ(
        code_of(act(Org::ana, post, MessagePost{Org::pumps, "x", std::vector<Id>(11, first)})),
        ErrorCode::intent_too_long);
    EXPECT_EQ(code_of(act(Org::ana, post, MessagePost{Org::pumps, "x", {first, Id{999}}})),
              ErrorCode::intent_gone);
    EXPECT_EQ(code_of(act(Org::ana, post, MessagePost{Org::board, "x", {first}})),
              ErrorCode::intent_gone);
    done(Org::ana, post, MessagePost{Org::pumps, "x", {second, first, second}});
    EXPECT_THAT(message(Org::pumps, new_id).reply_to, ElementsAre(second, first));
}

TEST_F(Messages, a_post_with_an_id_that_is_taken_is_a_conflict) {
    EXPECT_EQ(code_of(act(Org::ana, post, MessagePost{Org::pumps, "x", {}}, first)),
              ErrorCode::intent_id_conflict);
}

TEST_F(Messages, a_post_needs_the_right_to_write) {
    EXPECT_EQ(code_of(act(Org::pablo, post, MessagePost{Org::pumps, "x", {}})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::rita, post, MessagePost{Org::pumps, "x", {}})),
              ErrorCode::access_read_only);
    EXPECT_EQ(code_of(act(Org::bruno, post, MessagePost{Org::news, "x", {}})),
              ErrorCode::access_read_only);
}

TEST_F(Messages, a_reaction_goes_on_and_off_and_repeating_it_changes_nothing) {
    const MessageReact on{Org::pumps, first, "👍", true};
    const MessageReact off{Org::pumps, first, "👍", false};
    EXPECT_THAT(done(Org::bruno, react, off).rows, IsEmpty());
    const Effects effects = done(Org::bruno, react, on);
    EXPECT_THAT(effects.rows, SizeIs(1));
    EXPECT_EQ(effects.rows.front().sort, at_ms - 20);
    EXPECT_THAT(done(Org::bruno, react, on).rows, IsEmpty());
    done(Org::ana, react, on);
    EXPECT_THAT(message(Org::pumps, first).reactions["👍"], ElementsAre(Org::bruno, Org::ana));
    done(Org::bruno, react, off);
    done(Org::ana, react, off);
    EXPECT_THAT(message(Org::pumps, first).reactions, IsEmpty());
    EXPECT_EQ(message(Org::pumps, first).text, "One");
}

TEST_F(Messages, a_reaction_is_a_short_text) {
    for (const std::string& emoji : {std::string{}, std::string(33, 'x')}) {
        EXPECT_EQ(code_of(act(Org::ana, react, MessageReact{Org::pumps, first, emoji, true})),
                  ErrorCode::intent_malformed);
    }
}

TEST_F(Messages, a_message_takes_forty_different_reactions) {
    body::Message full{.author = Org::ana, .text = "x"};
    for (std::size_t i = 0; i < limits::emojis_per_message_max; ++i) {
        full.reactions["e" + std::to_string(i)] = {Org::bruno};
    }
    org.add_message(Org::pumps, first, full);
    EXPECT_EQ(code_of(act(Org::ana, react, MessageReact{Org::pumps, first, "👍", true})),
              ErrorCode::intent_too_long);
    EXPECT_TRUE(act(Org::ana, react, MessageReact{Org::pumps, first, "e7", true}));
}

TEST_F(Messages, a_reaction_to_a_deleted_or_missing_message_comes_too_late) {
    org.add_message(Org::pumps, first, {.author = Org::ana, .hidden = true});
    EXPECT_EQ(code_of(act(Org::ana, react, MessageReact{Org::pumps, first, "👍", true})),
              ErrorCode::intent_gone);
    EXPECT_EQ(code_of(act(Org::ana, react, MessageReact{Org::pumps, Id{999}, "👍", true})),
              ErrorCode::intent_gone);
}

TEST_F(Messages, a_reaction_needs_a_reader_who_may_change_things) {
    const MessageReact wanted{Org::pumps, first, "👍", true};
    EXPECT_EQ(code_of(act(Org::pablo, react, wanted)), ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::rita, react, wanted)), ErrorCode::access_read_only);
    org.add_message(Org::news, first, {.author = Org::ana, .text = "x"});
    EXPECT_TRUE(act(Org::bruno, react, MessageReact{Org::news, first, "👍", true}));
}

TEST_F(Messages, a_row_that_reactions_would_make_too_large_is_refused) {
    body::Message full{.author = Org::ana, .text = "x"};
    for (std::uint64_t i = 0; i < 12'000; ++i) {
        full.reactions["👍"].push_back(Id{(std::uint64_t{1} << 60) + i});
    }
    org.add_message(Org::pumps, first, full);
    EXPECT_EQ(code_of(act(Org::ana, react, MessageReact{Org::pumps, first, "👍", true})),
              ErrorCode::request_too_large);
}

TEST_F(Messages, a_deleted_message_keeps_its_place_and_its_author_and_nothing_that_it_said) {
    org.add_message(Org::pumps,
                    first,
                    {.author = Org::ana,
                     .text = "secret",
                     .reply_to = {second},
                     .reactions = {{"👍", {Org::bruno}}}},
                    at_ms - 20);
    const Effects effects = done(Org::ana, erase, MessageTarget{Org::pumps, first});
    EXPECT_THAT(effects.rows, SizeIs(1));
    EXPECT_EQ(effects.rows.front().sort, at_ms - 20);
    EXPECT_EQ(effects.rows.front().body, R"({"author":"11","hidden":true})");
    EXPECT_THAT(done(Org::ana, erase, MessageTarget{Org::pumps, first}).rows, IsEmpty());
}

TEST_F(Messages, only_the_author_deletes_a_message) {
    for (const Id user : {Org::bruno, Org::olga, Org::pablo}) {
        EXPECT_EQ(code_of(act(user, erase, MessageTarget{Org::pumps, first})),
                  ErrorCode::access_forbidden);
    }
    org.add_message(Org::pumps, first, {.author = Org::ana, .text = "x", .system = "member_left"});
    EXPECT_EQ(code_of(act(Org::ana, erase, MessageTarget{Org::pumps, first})),
              ErrorCode::access_forbidden);
}

TEST_F(Messages, a_message_is_deleted_within_24_hours) {
    org.add_message(Org::pumps, first, {.author = Org::ana}, at_ms - limits::delete_window_ms);
    EXPECT_TRUE(act(Org::ana, erase, MessageTarget{Org::pumps, first}));
    at_ms += 1;
    EXPECT_EQ(code_of(act(Org::ana, erase, MessageTarget{Org::pumps, first})),
              ErrorCode::intent_too_late);
    EXPECT_EQ(code_of(act(Org::ana, erase, MessageTarget{Org::pumps, Id{999}})),
              ErrorCode::intent_gone);
}

TEST_F(Messages, a_deletion_that_waits_is_not_judged_by_a_clock_that_was_set_meanwhile) {
    org.add_message(Org::pumps, first, {.author = Org::ana}, at_ms - limits::delete_window_ms - 1);
    const Intent intent{.id = new_id,
                        .lane = {},
                        .kind = erase,
                        .args = args::encode(MessageTarget{Org::pumps, first})};
    Occasion occasion = org.as(Org::ana, at_ms);
    EXPECT_EQ(code_of(reduce(org.world, occasion, intent)), ErrorCode::intent_too_late);
    occasion.again = true;
    EXPECT_TRUE(reduce(org.world, occasion, intent));
}

TEST_F(Messages, a_read_mark_moves_only_forwards) {
    EXPECT_THAT(done(Org::rita, read, MessageTarget{Org::pumps, second}).rows, SizeIs(1));
    EXPECT_EQ(read_mark(Org::rita, Org::pumps), (body::ReadMark{at_ms - 10, second}));
    EXPECT_THAT(done(Org::rita, read, MessageTarget{Org::pumps, second}).rows, IsEmpty());
    EXPECT_THAT(done(Org::rita, read, MessageTarget{Org::pumps, first}).rows, IsEmpty());
    EXPECT_EQ(read_mark(Org::rita, Org::pumps)->message, second);
}

TEST_F(Messages, a_read_mark_needs_a_message_that_is_there_and_may_be_read) {
    EXPECT_EQ(code_of(act(Org::ana, read, MessageTarget{Org::pumps, Id{999}})),
              ErrorCode::intent_gone);
    EXPECT_EQ(code_of(act(Org::pablo, read, MessageTarget{Org::pumps, first})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::ivan, read, MessageTarget{Org::pumps, first})),
              ErrorCode::access_forbidden);
}

}  // namespace
}  // namespace holdfast
