#include "core/model/body_forms.hpp"

#include <gtest/gtest.h>

#include "core/model/args.hpp"
#include "core/model/body.hpp"

namespace holdfast {
namespace {

using namespace body;

template <class T>
void expect_canonical(const char* example, Result<T> (*parse)(std::string_view)) {
    const Result<T> value = parse(example);
    ASSERT_TRUE(value) << example;
    EXPECT_EQ(encode(*value), example);
}

TEST(BodyForms, examples_of_the_data_model_page_are_what_is_written) {
    expect_canonical(R"({"code":"inspection","current":"4294967402","version":3})", parse_form);
    expect_canonical(R"({"collections":{"asset":"4294967410"},"definition":{"code":"inspection",)"
                     R"("components":[],"version":3},"form":"4294967401"})",
                     parse_form_version);
    expect_canonical(R"({"code":"asset","name":"Assets","parents":["4294967409"]})",
                     parse_collection);
    expect_canonical(R"({"code":"p-7","columns":{"maker":"KSB"},"name":"Pump P-7",)"
                     R"("parents":["4294967420"]})",
                     parse_element);
    expect_canonical(R"({"answers":{"note":"Dry."},"author":"4294967307","offset":-240,)"
                     R"("sent_at":1700000000000,"version":"4294967402"})",
                     parse_answer);
    expect_canonical(R"({"author":"4294967307","form":"4294967402","text":"Inspection"})",
                     parse_message);
    expect_canonical(R"({"code":123,"kept":"{\"answers\":{}}"})", parse_receipt);
}

TEST(BodyForms, missing_members_take_defaults) {
    EXPECT_TRUE(parse_form("{}")->active);
    EXPECT_EQ(parse_form_version("{}")->definition, "{}");
    EXPECT_EQ(parse_answer("{}")->answers, "{}");
    EXPECT_TRUE(parse_element("{}")->active);
}

TEST(BodyForms, a_wrong_type_is_malformed) {
    EXPECT_FALSE(parse_form(R"({"current":5})"));
    EXPECT_FALSE(parse_form_version(R"({"collections":{"a":"x"}})"));
    EXPECT_FALSE(parse_form_version(R"({"definition":"text"})"));
    EXPECT_FALSE(parse_element(R"({"columns":[]})"));
    EXPECT_FALSE(parse_answer(R"({"answers":[]})"));
}

TEST(BodyForms, what_is_nested_too_deep_to_be_written_again_is_refused) {
    const std::string deep(100'000, '[');
    EXPECT_FALSE(parse_answer(R"({"answers":{"a":)" + deep));
    EXPECT_FALSE(args::parse_answer_submit(R"({"channel":"1","form":"2","answers":{"a":)" + deep +
                                           std::string(100'000, ']') + "}}"));
}

TEST(BodyForms, a_submission_says_that_nothing_is_answered) {
    const args::AnswerSubmit nothing{.channel = Id{41}, .form = Id{5}};
    EXPECT_EQ(args::encode(nothing), R"({"answers":{},"channel":"41","form":"5"})");
    EXPECT_TRUE(args::parse_answer_submit(args::encode(nothing)));
    EXPECT_FALSE(args::parse_answer_submit(R"({"channel":"41","form":"5"})"));
}

}  // namespace
}  // namespace holdfast
