// Messages that a phone does not keep and asks for (OM14): who may, how much, from where.

#include "server/services/older_messages.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "core/model/body_files.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/entitlement.hpp"
#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using holdfast::testing::HubTest;
using holdfast::testing::must;
using ::testing::ElementsAre;

class OlderMessages : public HubTest {
protected:
    /// What came for a request.
    struct Came {
        std::vector<std::string> texts;  ///< of messages, newest first
        std::vector<Row> others;
        std::vector<BucketKind> pages;
        SortKey oldest{};
        bool complete = false;
    };

    void SetUp() override {
        HubTest::SetUp();
        (void)connect_phone(company_.ana);
        must(storage_->begin());
        archive_ = company_.make_bucket(BucketKind::archive, channel_, company_.yard, true);
        must(storage_->commit());
    }
    BucketId timeline() { return company_.timeline(channel_); }
    Id write(BucketId bucket,
             std::int64_t sort,
             const body::Message& message,
             RowKind kind = RowKind::message) {
        must(storage_->begin());
        const Id id = must(storage_->mint_id());
        company_.put({bucket, kind, id}, body::encode(message), sort);
        must(storage_->commit());
        return id;
    }
    Id say_at(BucketId bucket, std::int64_t sort, std::string text) {
        return write(bucket, sort, {.author = company_.ben, .text = std::move(text)});
    }
    static std::string wish(Id channel, std::optional<SortKey> before, std::size_t messages) {
        std::string text =
            R"({"channel":")" + to_string(channel) + R"(","messages":)" + std::to_string(messages);
        if (before) {
            text += R"(,"before":{"sort":)" + std::to_string(before->sort) + R"(,"id":")" +
                    to_string(before->id) + R"("})";
        }
        return text + "}";
    }
    Came ask(std::optional<SortKey> before = {}, std::size_t messages = 50) {
        const auto bytes = must(hub_->older(phone_, wish(channel_, before, messages)));
        Came came;
        wire::FrameReader reader(bytes);
        while (const auto one = must(reader.next())) {
            const auto frame = must(wire::decode(*one));
            const auto& page = std::get<wire::Page>(frame);
            came.pages.push_back(page.head.kind);
            came.complete = page.complete;
            for (const RowRef& row : page.rows) {
                if (row.kind == RowKind::message) {
                    came.texts.push_back(must(body::parse_message(row.body)).text);
                    came.oldest = {row.sort, row.id};
                } else {
                    came.others.push_back({.kind = row.kind, .id = row.id});
                }
            }
        }
        return came;
    }
    ErrorCode refusal(const Identity& who, Id channel) {
        const auto answer = hub_->older(who, wish(channel, {}, 1));
        return answer ? ErrorCode::none : answer.error().code;
    }

    Id channel_ = company_.make_channel(company_.yard, false, {});
    BucketId archive_{};
};

TEST_F(OlderMessages, OM14_a_phone_reads_on_across_both_buckets_until_nothing_is_older) {
    say_at(archive_, 1, "a");
    say_at(archive_, 2, "b");
    say_at(archive_, 3, "c");
    say_at(timeline(), 4, "d");
    const Id kept = say_at(timeline(), 5, "e");
    const Came first = ask(SortKey{5, kept}, 2);
    EXPECT_THAT(first.texts, ElementsAre("d", "c"));
    EXPECT_THAT(first.pages, ElementsAre(BucketKind::timeline, BucketKind::archive));
    EXPECT_FALSE(first.complete);
    const Came rest = ask(first.oldest, 2);
    EXPECT_THAT(rest.texts, ElementsAre("b", "a"));
    EXPECT_THAT(rest.pages, ElementsAre(BucketKind::archive));
    EXPECT_TRUE(rest.complete);
    const Came none = ask(rest.oldest, 2);
    EXPECT_TRUE(none.texts.empty());
    EXPECT_TRUE(none.complete);
}

TEST_F(OlderMessages, OM14_a_phone_that_keeps_no_message_of_a_channel_begins_with_the_newest) {
    say_at(archive_, 1, "a");
    say_at(archive_, 1, "b");
    EXPECT_THAT(ask({}, 1).texts, ElementsAre("b"));
    EXPECT_THAT(ask().texts, ElementsAre("b", "a"));
}

TEST_F(OlderMessages, OM14_a_message_comes_with_its_answer_and_its_files) {
    must(storage_->begin());
    const Id picture = must(storage_->mint_id());
    company_.put({archive_, RowKind::file, picture},
                 body::encode(body::File{.author = company_.ben, .name = "a.jpg"}));
    must(storage_->commit());
    const Id filled =
        write(archive_, 1, {.author = company_.ben, .form = Id{77}, .files = {picture}});
    must(storage_->begin());
    company_.put({archive_, RowKind::answer, filled},
                 body::encode(body::Answer{.author = company_.ben, .version = Id{77}}));
    must(storage_->commit());
    const Came came = ask();
    ASSERT_EQ(came.others.size(), 2U);
    EXPECT_EQ(came.others[0].kind, RowKind::answer);
    EXPECT_EQ(came.others[0].id, filled);
    EXPECT_EQ(came.others[1].id, picture);
}

TEST_F(OlderMessages, OM5_OM14_only_who_may_read_the_channel_reads_what_is_older) {
    const Id hidden = company_.make_channel(company_.yard, true, {company_.ben});
    const Id office = company_.make_channel(company_.office, false, {});
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::none);
    EXPECT_EQ(refusal(phone_, hidden), ErrorCode::access_forbidden);
    EXPECT_EQ(refusal(phone_, office), ErrorCode::access_forbidden);
    EXPECT_EQ(refusal(phone_, Id{12'345}), ErrorCode::access_forbidden);
    holdfast::testing::Company other{*storage_, "other"};
    hub_->refresh();
    const Id foreign = other.make_channel(other.yard, false, {});
    EXPECT_EQ(refusal(phone_, foreign), ErrorCode::access_forbidden);

    must(storage_->begin());
    company_.put({company_.directory, RowKind::entitlement, company_.id},
                 body::encode(body::Entitlement{.state = body::EntitlementState::granted,
                                                .groups = {company_.office}}));
    must(storage_->commit());
    hub_->refresh();
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::access_forbidden)
        << "a group that phones are not served";
}

TEST_F(OlderMessages, OM14_an_answer_has_its_limits) {
    const std::string large(16'000, 'x');
    for (int i = 0; i < 40; ++i) {
        say_at(archive_, i, large);
    }
    const Came cut = ask();
    const std::size_t bytes = std::accumulate(
        cut.texts.begin(), cut.texts.end(), std::size_t{0}, [](std::size_t sum, const auto& text) {
            return sum + text.size();
        });
    EXPECT_LE(bytes, storage::PageLimits{}.body_bytes);
    EXPECT_GT(bytes, storage::PageLimits{}.body_bytes / 2);
    EXPECT_FALSE(cut.complete);

    start({.page = {.body_bytes = 100}});
    EXPECT_EQ(ask().texts.size(), 1U) << "whatever its size";
    for (std::size_t i = 0; i <= limits::older_messages_max; ++i) {
        say_at(archive_, 1'000, "small");
    }
    start();
    EXPECT_EQ(ask({}, 1'000).texts.size(), limits::older_messages_max);
}

TEST_F(OlderMessages, a_device_asks_so_often) {
    start({.older = {.burst = 2, .per_second = 1}});
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::none);
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::none);
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::request_too_many);
    environment_.advance(Millis{1'000});
    EXPECT_EQ(refusal(phone_, channel_), ErrorCode::none);
}

TEST_F(OlderMessages, a_task_reads_on_in_its_timeline) {
    must(storage_->begin());
    const Id task = must(storage_->mint_id());
    const BucketId whole = company_.make_bucket(BucketKind::timeline, task, company_.yard, true);
    company_.put({whole, RowKind::message, must(storage_->mint_id())},
                 body::encode(body::Message{.author = company_.ben, .text = "done"}),
                 1);
    must(storage_->commit());
    channel_ = task;
    EXPECT_THAT(ask().texts, ElementsAre("done"));
    EXPECT_TRUE(ask().complete);
}

TEST(OlderWanted, of_a_wrong_shape_is_malformed) {
    for (const std::string wrong : {
             "",
             "[]",
             "{}",
             R"({"channel":41})",
             R"({"channel":"0"})",
             R"({"channel":"41","messages":0})",
             R"({"channel":"41","messages":"9"})",
             R"({"channel":"41","before":7})",
             R"({"channel":"41","before":{}})",
             R"({"channel":"41","before":{"sort":1}})",
             R"({"channel":"41","before":{"id":"1"}})",
             R"({"channel":"41","before":{"sort":1.5,"id":"1"}})",
             R"({"channel":"41","before":{"sort":1,"id":1}})",
         }) {
        const auto wanted = parse_older_wanted(wrong);
        ASSERT_FALSE(wanted) << wrong;
        EXPECT_EQ(wanted.error().code, ErrorCode::request_malformed);
    }
    std::string large = R"({"channel":"41","x":")";
    large.append(limits::older_request_bytes_max, 'x');
    EXPECT_FALSE(parse_older_wanted(large + R"("})"));
    EXPECT_TRUE(parse_older_wanted(R"({"channel":"41"})"));
}

}  // namespace
}  // namespace holdfast::services
