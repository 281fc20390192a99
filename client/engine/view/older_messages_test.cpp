// How much is held of messages that a phone does not keep (OM14).

#include "client/engine/view/older_messages.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/wire/codec.hpp"

namespace holdfast::client {
namespace {

constexpr Id channel{41};
constexpr Id other{42};

Bucket archive_of(Id owner) {
    return {.id = BucketId{owner.value}, .kind = BucketKind::archive, .owner = owner, .epoch = 1};
}

/// A page of one message, and there are more.
std::string page_of(Id owner, std::int64_t sort, std::string_view body) {
    wire::Page page{.head = archive_of(owner), .mode = wire::PullMode::tail};
    page.rows.push_back(
        {.kind = RowKind::message, .id = Id{7}, .version = 1, .sort = sort, .body = body});
    std::string stream;
    wire::append_framed(stream, wire::encode(page));
    return stream;
}

/// Asks for one after the other until nothing more is asked for; how many came.
std::size_t fill(OlderMessages& older, Id owner) {
    const std::string body(200'000, 'x');
    std::size_t count = 0;
    for (std::int64_t sort = 1'000; sort > 0; --sort) {
        const auto wish = older.ask(owner, std::nullopt);
        if (!wish) {
            break;
        }
        EXPECT_TRUE(older.take(owner, wish->number, page_of(owner, sort, body)));
        ++count;
    }
    return count;
}

TEST(OlderMessages, OM14_nothing_more_is_asked_for_at_the_limit) {
    OlderMessages older;
    older.show({channel}, Instant{0});
    const std::size_t count = fill(older, channel);
    EXPECT_NEAR(static_cast<double>(count), limits::older_bytes_max / 200'000.0, 2);
    EXPECT_TRUE(older.is_full());
    EXPECT_EQ(older.before(channel, {2'000, Id{}}, 1'000).size(), count);
}

TEST(OlderMessages, OM14_channels_that_nobody_looks_at_make_room) {
    OlderMessages older;
    fill(older, channel);
    older.show({other}, Instant{0});
    EXPECT_FALSE(older.is_full());
    EXPECT_GT(fill(older, other), 1U);
    EXPECT_EQ(older.find(channel), nullptr);
}

TEST(OlderMessages, an_answer_that_nobody_waits_for_any_more_is_left_out) {
    OlderMessages older;
    const auto first = older.ask(channel, SortKey{9, Id{1}});
    older.drop(channel);
    const auto second = older.ask(channel, SortKey{9, Id{1}});
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->before, (SortKey{9, Id{1}}));
    EXPECT_TRUE(older.take(channel, first->number, page_of(channel, 1, "{}")));
    EXPECT_TRUE(older.before(channel, {9, Id{}}, 9).empty());
    EXPECT_FALSE(older.ask(channel, SortKey{9, Id{1}})) << "it is under way";
    older.give_up(channel, first->number);
    EXPECT_EQ(older.find(channel)->asking, OlderMessages::Asking::under_way);
    EXPECT_TRUE(older.take(channel, second->number, page_of(channel, 1, "{}")));
    EXPECT_EQ(older.after(channel, {0, Id{}}, 9).size(), 1U);
}

TEST(OlderMessages, what_was_not_asked_for_is_refused) {
    OlderMessages older;
    const auto wish = older.ask(channel, SortKey{5, Id{1}});
    ASSERT_TRUE(wish);
    for (const std::string& wrong : {page_of(channel, 5, "{}") /* the place itself, behind it */,
                                     page_of(channel, 1, ""),
                                     page_of(other, 1, "{}"),
                                     page_of(channel, 1, "{}") + "x",
                                     std::string()}) {
        const auto taken = older.take(channel, wish->number, wrong);
        ASSERT_FALSE(taken);
        EXPECT_EQ(taken.error().code, ErrorCode::request_malformed);
        EXPECT_TRUE(older.find(channel)->rows.empty());
    }
}

}  // namespace
}  // namespace holdfast::client
