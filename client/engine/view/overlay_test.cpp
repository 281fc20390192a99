#include "client/engine/view/overlay.hpp"

#include <gmock/gmock.h>

#include "client/engine/testing/fake_server.hpp"
#include "client/engine/view/device_world.hpp"
#include "client/engine/view/unread.hpp"
#include "core/rules/form_cache.hpp"

namespace holdfast::client {
namespace {

using testing_support::FakeServer;

/// A replica that holds everything that the server has.
class OverlayTest : public testing::Test {
protected:
    void SetUp() override {
        auto opened = Replica::open({.path = ":memory:", .vfs = {}});
        ASSERT_TRUE(opened);
        replica = std::make_unique<Replica>(*std::move(opened));
        world = std::make_unique<DeviceWorld>(*replica, older, overlay, forms);
        hello = server.post(FakeServer::ben, "hello");
        synchronize();
    }

    void synchronize() {
        for (const auto& [id, head] : server.buckets) {
            const auto* cursor = replica->bucket(id);
            wire::Page page{.head = head};
            page.mode = wire::PullMode::delta;
            page.from = cursor == nullptr ? 0 : cursor->version;
            page.to = head.version;
            if (cursor == nullptr) {
                page.mode = wire::PullMode::snapshot;
            }
            for (const auto& [key, row] : server.rows) {
                if (key.bucket == id && row.version > page.from) {
                    page.rows.push_back({row.kind, row.id, row.version, row.sort, row.body});
                }
            }
            ASSERT_TRUE(replica->store_page(page));
            overlay.base_changed(page);
        }
    }

    Intent intent(IntentKind kind, std::string args) {
        Intent made;
        made.id = Id::make(2000, ++counter);
        made.lane = FakeServer::channel;
        made.kind = kind;
        made.args = std::move(args);
        return made;
    }
    Intent react(bool on) { return react(on, hello); }
    Intent react(bool on, Id message) {
        return intent(IntentKind::message_react,
                      R"({"channel":")" + to_string(FakeServer::channel) + R"(","message":")" +
                          to_string(message) + R"(","emoji":"x","on":)" + (on ? "true" : "false") +
                          "}");
    }
    Intent post(const std::string& text) {
        return intent(
            IntentKind::message_post,
            R"({"channel":")" + to_string(FakeServer::channel) + R"(","text":")" + text + R"("})");
    }
    void lay(const Intent& made) {
        overlay.put(made, WallTime{server.clock});
        refresh();
    }
    std::vector<Id> refresh(Instant now = Instant{1000}) {
        return overlay.refresh(now, *world, {FakeServer::ana, FakeServer::organization}, changes);
    }
    [[nodiscard]] body::Message message(Id id) const {
        const auto row = world->find({FakeServer::timeline_bucket, RowKind::message, id});
        return row && *row ? body::parse_message((*row)->body).value_or(body::Message{})
                           : body::Message{};
    }

    FakeServer server;
    OlderMessages older;
    Overlay overlay;
    TopicSet changes;
    std::unique_ptr<Replica> replica;
    FormCache forms;
    std::unique_ptr<DeviceWorld> world;
    Id hello;
    std::uint32_t counter = 0;
};

TEST_F(OverlayTest, OM29_what_waits_is_seen_over_the_base) {
    const Intent mine = post("mine");
    lay(mine);
    lay(react(true));
    EXPECT_EQ(message(mine.id).text, "mine");
    EXPECT_EQ(message(hello).reactions.at("x").size(), 1U);
    EXPECT_FALSE(changes.empty());
}

TEST_F(OverlayTest, later_entries_of_a_lane_are_laid_over_earlier_ones) {
    const Intent on = react(true);
    const Intent off = react(false);
    lay(on);
    lay(off);
    EXPECT_TRUE(message(hello).reactions.empty());
    overlay.remove(std::vector{off.id}, changes);
    refresh();
    EXPECT_EQ(message(hello).reactions.size(), 1U);
    overlay.remove(std::vector{on.id}, changes);
    EXPECT_TRUE(refresh().empty());
    EXPECT_TRUE(message(hello).reactions.empty());
    EXPECT_EQ(overlay.find({FakeServer::timeline_bucket, RowKind::message, hello}), nullptr);
}

TEST_F(OverlayTest, a_change_of_the_base_below_an_entry_replays_its_lane) {
    lay(react(true));
    body::Message edited = message(hello);
    edited.reactions.clear();
    edited.reactions["y"] = {FakeServer::ben};
    server.put(
        {FakeServer::timeline_bucket, RowKind::message, hello}, server.clock, body::encode(edited));
    synchronize();
    EXPECT_THAT(refresh(), testing::ElementsAre(FakeServer::channel));
    EXPECT_EQ(message(hello).reactions.size(), 2U);
}

TEST_F(OverlayTest, an_entry_that_is_confirmed_replays_nothing_but_what_was_laid_over_it) {
    const Id other = server.post(FakeServer::ben, "other");
    synchronize();
    const Intent first = react(true);
    const Intent second = react(true, other);
    const Intent third = react(false, other);
    for (const Intent& each : {first, second, third}) {
        lay(each);
    }
    // The server has the first reaction: it comes with a page, and its outcome is known.
    body::Message message;
    message.author = FakeServer::ben;
    message.text = "hello";
    message.reactions["x"] = {FakeServer::ana};
    server.put({FakeServer::timeline_bucket, RowKind::message, hello},
               server.clock,
               body::encode(message));
    synchronize();
    overlay.remove(std::vector{first.id}, changes);
    EXPECT_TRUE(refresh().empty());

    overlay.remove(std::vector{second.id}, changes);
    EXPECT_THAT(refresh(), testing::ElementsAre(FakeServer::channel));

    // A base that is another one concerns those that stay, whoever leaves first.
    const Intent fourth = react(true, other);
    lay(fourth);
    overlay.base_replaced();
    overlay.remove(std::vector{third.id}, changes);
    EXPECT_THAT(refresh(), testing::ElementsAre(FakeServer::channel));
}

TEST_F(OverlayTest, a_long_lane_rests_between_its_replays) {
    std::vector<Intent> posts;
    for (std::size_t i = 0; i < 5 * limits::entries_per_rest_ms; ++i) {
        posts.push_back(post(std::to_string(i)));
        overlay.put(posts.back(), WallTime{server.clock});
    }
    EXPECT_EQ(refresh(Instant{1000}).size(), 1U);
    EXPECT_FALSE(overlay.next_deadline());
    // Each post moves the same read mark, so that the others stand on what the first one did.
    overlay.remove(std::vector{posts[0].id}, changes);
    EXPECT_TRUE(refresh(Instant{1004}).empty());
    EXPECT_EQ(overlay.next_deadline(), Instant{1005});
    EXPECT_EQ(refresh(Instant{1005}).size(), 1U);
    EXPECT_FALSE(overlay.next_deadline());
    EXPECT_EQ(message(posts[1].id).text, "1");
}

TEST_F(OverlayTest, what_cannot_be_judged_yet_is_judged_when_more_has_arrived) {
    const Id unknown = server.post(FakeServer::ben, "later");
    Intent early = react(true);
    early.args = R"({"channel":")" + to_string(FakeServer::channel) + R"(","message":")" +
                 to_string(unknown) + R"(","emoji":"x","on":true})";
    lay(early);
    EXPECT_TRUE(message(unknown).reactions.empty());
    synchronize();
    refresh();
    EXPECT_EQ(message(unknown).reactions.size(), 1U);
}

TEST_F(OverlayTest, what_the_server_has_done_stays_where_the_right_to_it_is_lost) {
    const Overlay::Person without_rights{Id{99}, FakeServer::organization};
    const auto replay = [&](const Overlay::Person& person) {
        overlay.base_replaced();
        overlay.refresh(Instant{1000}, *world, person, changes);
    };
    const Intent mine = react(true);
    lay(mine);
    replay(without_rights);
    EXPECT_TRUE(message(hello).reactions.empty()) << "the server has the last word";
    replay({FakeServer::ana, FakeServer::organization});
    overlay.confirm(mine.id);
    replay(without_rights);
    EXPECT_EQ(message(hello).reactions.size(), 1U);
    overlay.remove(std::vector{mine.id}, changes);
    EXPECT_TRUE(message(hello).reactions.empty());
}

TEST_F(OverlayTest, a_device_makes_no_buckets) {
    EXPECT_EQ(world->mint_bucket().error().code, ErrorCode::intent_needs_connection);
    EXPECT_EQ(*world->directory(), FakeServer::directory_bucket);
}

TEST(Unread, counts_what_others_wrote_and_is_not_deleted) {
    body::Message message;
    message.author = Id{12};
    message.text = R"(a "hidden":true trap)";
    EXPECT_TRUE(is_unread_message(body::encode(message), Id{1}));
    EXPECT_FALSE(is_unread_message(body::encode(message), Id{12}));
    message.hidden = true;
    EXPECT_FALSE(is_unread_message(body::encode(message), Id{1}));
    EXPECT_TRUE(is_unread_message(R"({ "text": "x", "author": "12" })", Id{1}));
    EXPECT_FALSE(is_unread_message(R"({ "text": "x", "author": "12" })", Id{12}));
}

}  // namespace
}  // namespace holdfast::client
