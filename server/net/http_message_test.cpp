#include "server/net/http_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace holdfast::net {
namespace {

TEST(Problem, has_the_shape_of_the_rfc) {
    const Answer answer =
        make_problem(ErrorCode::auth_too_many_tries, R"({"seconds":9})", Millis{8001});
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.content_type, "application/problem+json");
    const auto problem = nlohmann::json::parse(answer.body);
    EXPECT_EQ(problem["code"], "auth.too_many_tries");
    EXPECT_EQ(problem["status"], 429);
    EXPECT_EQ(problem["params"]["seconds"], 9);
    EXPECT_EQ(problem["type"], "https://holdfast.example/errors#auth.too_many_tries");
    EXPECT_THAT(answer.headers,
                testing::Contains(std::pair<std::string, std::string>("Retry-After", "9")));
}

TEST(Problem, survives_parameters_that_are_no_object) {
    EXPECT_TRUE(nlohmann::json::parse(make_problem(ErrorCode::storage_full, "[1").body)["params"]
                    .is_object());
    EXPECT_EQ(make_problem(ErrorCode::none).status, 500);
}

TEST(Origin, is_the_host_of_the_request_or_nothing) {
    EXPECT_TRUE(is_same_origin("", "a.example"));
    EXPECT_TRUE(is_same_origin("https://a.example", "A.example"));
    EXPECT_TRUE(is_same_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
    EXPECT_TRUE(is_same_origin("https://a.example", "a.example:443"));
    EXPECT_FALSE(is_same_origin("https://b.example", "a.example"));
    EXPECT_FALSE(is_same_origin("https://a.example.b.example", "a.example"));
    EXPECT_FALSE(is_same_origin("https://a.example:8443", "a.example"));
    EXPECT_FALSE(is_same_origin("null", "null"));
}

TEST(BearerToken, is_taken_out_of_the_header) {
    EXPECT_EQ(bearer_token("Bearer abc"), "abc");
    EXPECT_EQ(bearer_token("bearer abc"), "abc");
    EXPECT_EQ(bearer_token("Basic abc"), "");
    EXPECT_EQ(bearer_token("Bearer "), "");
    EXPECT_EQ(bearer_token(""), "");
}

}  // namespace
}  // namespace holdfast::net
