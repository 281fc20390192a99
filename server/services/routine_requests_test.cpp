// What routines ask of other servers: with a key, again where nobody answers, not where they
// refuse.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "server/services/testing/routines_fixture.hpp"

namespace holdfast::services {
namespace {

using testing::must;
using testing::RoutinesTest;

class OutsideTest : public RoutinesTest {
protected:
    OutsideTest() {
        define("make",
               "ask",
               R"({"key":"ask","kind":"http_request","inputs":{"url":"\"https://a.example/x\"",)"
               R"("headers":"{\"X-Key\":\"k\"}","body":".answer.fields"},)"
               R"("next":{"SUCCESS":"say","ERROR":"no"}},)"
               R"({"key":"say","kind":"post_message","inputs":{"text":".results.ask.body.word"}},)"
               R"({"key":"no","kind":"post_message","inputs":{"text":".results.ask.error"}})");
        id_ = report();
        run_all();
    }
    void reply(Result<OutsideReply> said) {
        ASSERT_FALSE(requests_.empty());
        executor_->routines().asked(requests_.back().ticket, std::move(said));
        run_all();
    }
    Id id_;
};

TEST_F(OutsideTest, a_request_carries_a_key_and_its_answer_is_seen_by_later_stages) {
    ASSERT_EQ(requests_.size(), 1U);
    EXPECT_EQ(requests_[0].method, "POST");
    EXPECT_EQ(requests_[0].url, "https://a.example/x");
    EXPECT_EQ(requests_[0].headers.at("X-Key"), "k");
    EXPECT_EQ(requests_[0].body, R"({"what":"Pump drips"})");
    EXPECT_EQ(requests_[0].key, to_string(id_) + "/ask/1");
    reply(OutsideReply{.status = 200, .body = R"({"word":"done"})"});
    EXPECT_EQ(texts(id_).back(), "done");
}

TEST_F(OutsideTest, a_request_that_fails_is_made_again_later_with_the_same_key) {
    const std::string key = requests_[0].key;
    for (std::uint32_t attempt = 1; attempt < limits::request_attempts_max; ++attempt) {
        reply(fail(ErrorCode::routine_request_failed));
        EXPECT_EQ(requests_.size(), attempt) << "not at once";
        start();
        pass(Millis{limits::request_retry.count << attempt});
        ASSERT_EQ(requests_.size(), attempt + 1);
        EXPECT_EQ(requests_.back().key, key);
    }
    reply(fail(ErrorCode::routine_request_failed, {}, R"({"status":503})"));
    EXPECT_EQ(journal(id_), (Lines{"ask:ERROR", "no:SUCCESS"}));
    EXPECT_EQ(texts(id_).back(), "routine.request_failed");
}

TEST_F(OutsideTest, what_the_other_server_refuses_is_not_tried_again) {
    reply(OutsideReply{.status = 404, .body = "no such thing"});
    EXPECT_EQ(journal(id_), (Lines{"ask:ERROR", "no:SUCCESS"}));
    EXPECT_EQ(must(storage_.run_entries(id_))[0].detail, R"({"status":404})");
}

}  // namespace
}  // namespace holdfast::services
