// The history window as devices live through it: what has moved to the archive (OM14).

#include <gmock/gmock.h>

#include "client/engine/testing/engine_fixture.hpp"
#include "core/model/entitlement.hpp"

namespace holdfast::client {
namespace {

using testing_support::EngineFixture;
using testing_support::FakeServer;
using testing_support::Json;

class Archived : public EngineFixture {
protected:
    static constexpr BucketId archive_bucket{106};

    /// Moves a message as the server does; both pages come, the timeline's first.
    void move_to_archive(Id message) {
        const RowKey from{FakeServer::timeline_bucket, RowKind::message, message};
        const Row row = server.find(from).value().value();
        const std::uint64_t old = server.buckets.at(from.bucket).version;
        const std::uint64_t before = server.buckets.at(archive_bucket).version;
        server.put(from, 0, {});
        server.put({archive_bucket, RowKind::message, message}, row.sort, row.body);
        phone->say(server.live_page(from.bucket, old));
        phone->say(server.live_page(archive_bucket, before));
        phone->pass(1000);
    }
};

TEST_F(Archived, OM14_whoever_is_served_the_archive_reads_one_history) {
    server.add_bucket(archive_bucket, BucketKind::archive, FakeServer::channel, FakeServer::group);
    const Id first = server.post(FakeServer::ben, "first");
    const Id second = server.post(FakeServer::ben, "second");
    server.post(FakeServer::ben, "third");
    sign_in();
    const auto messages = watch_messages();
    const auto in_order = testing::ElementsAre("first", "second", "third");
    EXPECT_THAT(texts(messages), in_order);
    move_to_archive(first);
    EXPECT_THAT(texts(messages), in_order);
    move_to_archive(second);
    EXPECT_THAT(texts(messages), in_order);
    EXPECT_EQ(phone->snapshot(messages)["total"], 3);
    const auto two = phone->subscribe({{"query", "messages"},
                                       {"channel", to_string(FakeServer::channel)},
                                       {"anchor", "latest"},
                                       {"before", 2},
                                       {"after", 0}});
    EXPECT_THAT(texts(two), testing::ElementsAre("second", "third"));
    EXPECT_TRUE(phone->snapshot(two)["has_before"].get<bool>());
    const auto found = phone->subscribe({{"query", "search"}, {"text", "first"}});
    EXPECT_EQ(phone->snapshot(found)["messages"].size(), 1U);

    server.hold_outcomes = true;
    phone->submit("message.react",
                  {{"channel", to_string(FakeServer::channel)},
                   {"message", to_string(first)},
                   {"emoji", "+"},
                   {"on", true}});
    EXPECT_EQ(phone->snapshot(messages)["items"][0]["reactions"].size(), 1U)
        << "what waits lies over a message of the archive too";
}

TEST_F(Archived, OM14_a_phone_says_since_when_it_keeps_messages) {
    constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;
    server.post(FakeServer::ben, "hello");
    sign_in();
    const auto messages = watch_messages();
    EXPECT_TRUE(phone->snapshot(messages)["older"].is_null());
    const std::uint64_t from = server.buckets.at(FakeServer::directory_bucket).version;
    const body::Entitlement terms{.state = body::EntitlementState::granted, .history_days = 30};
    server.put({FakeServer::directory_bucket, RowKind::entitlement, FakeServer::organization},
               0,
               body::encode(terms));
    phone->say(server.live_page(FakeServer::directory_bucket, from));
    phone->pass(1000);
    const Json since = phone->snapshot(messages)["older"]["kept_since"];
    ASSERT_TRUE(since.is_number());
    EXPECT_EQ(since.get<std::int64_t>() % day_ms, 0);
    EXPECT_NEAR(static_cast<double>(since.get<std::int64_t>()),
                static_cast<double>(server.clock - 30 * day_ms),
                static_cast<double>(2 * day_ms));
}

}  // namespace
}  // namespace holdfast::client
