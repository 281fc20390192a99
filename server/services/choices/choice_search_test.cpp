// Bad input: searches of devices, and answers of other servers that are not choices.

#include "server/services/choices/choice_search.hpp"

#include <gtest/gtest.h>

#include "core/forms/limits.hpp"
#include "server/services/limits.hpp"

namespace holdfast::services {
namespace {

constexpr const char* right =
    R"({"channel":"41","form":"611","part":"f","component":"seal","search":" se ",)"
    R"("data":{"asset":["p-7"]}})";

TEST(ChoiceSearch, is_read_and_sent_on_without_what_says_who_asks) {
    const auto search = parse_choice_search(right);
    ASSERT_TRUE(search);
    EXPECT_EQ(search->channel, Id{41});
    EXPECT_EQ(search->version, Id{611});
    EXPECT_EQ(search->component, "seal");
    EXPECT_EQ(outside_body(*search), R"({"data":{"asset":["p-7"]},"search":"se"})");
}

TEST(ChoiceSearch, of_a_wrong_shape_is_malformed) {
    for (const char* wrong : {
             "",
             "[]",
             R"({"channel":"41","form":"611","search":"s"})",
             R"({"channel":"41","form":"611","search":"  s  "})",
             R"({"form":"611","search":"se"})",
             R"({"channel":"41","group":"42","form":"611","search":"se"})",
             R"({"channel":"41","search":"se"})",
             R"({"channel":"41","form":"611","search":"se","data":[]})",
             R"({"channel":"41","form":"611","search":"se","data":{"a":"x"}})",
             R"({"channel":"41","form":"611","search":"se","data":{"a":[{}]}})",
         }) {
        const auto search = parse_choice_search(wrong);
        ASSERT_FALSE(search) << wrong;
        EXPECT_EQ(search.error().code, ErrorCode::request_malformed);
    }
    std::string large(right);
    large.insert(large.size() - 4, limits::choice_search_bytes_max, 'x');
    EXPECT_FALSE(parse_choice_search(large));
    std::string long_search(right);
    long_search.replace(
        long_search.find("se "), 2, std::string(forms::limits::search_bytes_max + 1, 's'));
    EXPECT_FALSE(parse_choice_search(long_search));
}

TEST(ChoicesOf, keep_what_can_be_chosen) {
    EXPECT_EQ(
        *choices_of(R"({"data":[{"_id":"1","display":"Seal K7","code":"K7"},{"code":"K8"}]})"),
        R"({"items":[{"code":"K7","id":"K7","name":"Seal K7"},)"
        R"({"code":"K8","id":"K8","name":"K8"}],"more":false})");
    EXPECT_EQ(*choices_of(R"({"data":[]})"), R"({"items":[],"more":false})");
    const std::string long_code(forms::limits::api_code_bytes_max + 1, 'c');
    EXPECT_EQ(
        *choices_of(R"({"data":[{"display":"no code"},{"code":7},"text",{"code":")" + long_code +
                    R"("},{"code":"A","display":"a"},{"code":"A","display":"again"}]})"),
        R"({"items":[{"code":"A","id":"A","name":"a"}],"more":false})");
}

TEST(ChoicesOf, are_at_most_so_many) {
    std::string many = R"({"data":[)";
    for (std::size_t i = 0; i <= limits::choices_shown_max; ++i) {
        many += (i > 0 ? "," : "") + std::string(R"({"code":"c)") + std::to_string(i) + R"("})";
    }
    const auto choices = choices_of(many + "]}");
    ASSERT_TRUE(choices);
    EXPECT_TRUE(choices->ends_with(R"("more":true})"));
    EXPECT_FALSE(choices->contains("\"c" + std::to_string(limits::choices_shown_max) + "\""));
}

TEST(ChoicesOf, anything_else_are_none) {
    for (const char* wrong : {"", "<html>", "[]", "{}", R"({"data":{}})", "\"data\""}) {
        const auto choices = choices_of(wrong);
        ASSERT_FALSE(choices) << wrong;
        EXPECT_EQ(choices.error().code, ErrorCode::choices_failed);
    }
}

}  // namespace
}  // namespace holdfast::services
