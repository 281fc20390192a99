#include "client/engine/live_queries.hpp"

#include <gmock/gmock.h>

#include <string>

#include "client/engine/testing/engine_fixture.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;

/// A phone that shows a channel in which somebody else writes.
class LiveQueriesTest : public EngineFixture {
protected:
    void SetUp() override {
        EngineFixture::SetUp();
        server.post(FakeServer::ben, "hello");
        sign_in();
        window_ = phone->subscribe({{"query", "messages"},
                                    {"channel", to_string(FakeServer::channel)},
                                    {"anchor", "latest"},
                                    {"before", 10},
                                    {"after", 0}});
    }

    /// The other writes a message, which arrives at once; returns its text.
    std::string hear_one() {
        const std::uint64_t from = server.buckets.at(FakeServer::timeline_bucket).version;
        const std::string text = "message " + std::to_string(from);
        server.post(FakeServer::ben, text);
        phone->say(server.live_page(FakeServer::timeline_bucket, from));
        return text;
    }
    [[nodiscard]] std::string newest() const {
        const Json& items = phone->snapshot(window_)["items"];
        return items.empty() ? std::string{} : items.back()["text"].get<std::string>();
    }

    std::int64_t window_ = 0;
};

TEST_F(LiveQueriesTest, changes_of_others_are_shown_one_by_one_and_a_flood_of_them_like_bulk) {
    for (std::int64_t i = 0; i < limits::live_pushes_at_once; ++i) {
        const std::string text = hear_one();  // no time passes
        ASSERT_EQ(newest(), text);
    }
    const std::size_t before = phone->pushes.size();
    for (int i = 0; i < 100; ++i) {
        hear_one();
    }
    EXPECT_EQ(phone->pushes.size(), before);
    const std::string last = hear_one();
    phone->pass(limits::bulk_push_every.count);
    EXPECT_EQ(newest(), last);
    EXPECT_EQ(phone->pushes.size(), before + 1);

    // It is over when half of what may be shown at once is there again.
    phone->pass(limits::live_pushes_at_once * 1000 / 2 / limits::live_pushes_per_second);
    for (int i = 0; i < 2; ++i) {
        const std::string text = hear_one();
        EXPECT_EQ(newest(), text);
    }
}

TEST_F(LiveQueriesTest, items_that_were_made_before_follow_what_they_were_made_from) {
    const Id own = server.post(FakeServer::ana, "mine");
    phone->say(server.live_page(FakeServer::timeline_bucket, 1));
    hear_one();
    const auto item = [&](std::size_t i) { return phone->snapshot(window_)["items"][i]; };
    EXPECT_EQ(item(0)["author"]["name"], "Ben Lee");
    EXPECT_EQ(item(1)["can_delete"], true);

    const std::uint64_t from = server.buckets.at(FakeServer::directory_bucket).version;
    server.add_user(FakeServer::ben, "Benjamin", "Lee");
    phone->say(server.live_page(FakeServer::directory_bucket, from));
    EXPECT_EQ(item(0)["author"]["name"], "Benjamin Lee");
    EXPECT_EQ(item(2)["author"]["name"], "Benjamin Lee");

    phone->submit("message.react",
                  {{"channel", to_string(FakeServer::channel)},
                   {"message", to_string(own)},
                   {"emoji", "👍"},
                   {"on", true}});
    EXPECT_EQ(item(1)["reactions"][0]["waiting"], true);
    phone->pass(1000);
    EXPECT_EQ(item(1)["reactions"][0]["waiting"], false);

    constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
    phone->pass(day_ms + 1000);
    hear_one();
    EXPECT_EQ(item(1)["can_delete"], false);
    EXPECT_EQ(item(1)["reactions"].size(), 1U);
}

}  // namespace
}  // namespace holdfast::client
