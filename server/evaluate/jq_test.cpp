#include "server/evaluate/jq.hpp"

#include <gtest/gtest.h>

#include "server/evaluate/process.hpp"

namespace holdfast::evaluate {
namespace {

constexpr std::string_view context =
    R"({"answer":{"fields":{"what":"Pump drips","tell":["7","8"],"grade":4}},"results":{}})";

class Jq : public ::testing::Test {
protected:
    std::string value(std::string_view expression) {
        const auto read = evaluator_.evaluate(expression, context);
        return read ? *read : std::string(error_name(read.error().code));
    }
    JqEvaluator evaluator_;
};

TEST_F(Jq, evaluates_over_the_context) {
    EXPECT_EQ(value(".answer.fields.what"), R"("Pump drips")");
    EXPECT_EQ(value("\"closed\""), R"("closed")");
    EXPECT_EQ(value(".answer.fields.tell | map(tonumber) | add"), "15");
    EXPECT_EQ(value(".answer.fields.grade >= 3"), "true");
    EXPECT_EQ(value("{b: 1, a: [.answer.fields.grade]}"), R"({"b":1,"a":[4]})");
    EXPECT_EQ(value(".nothing.there"), "null");
    EXPECT_EQ(value("\"Ñuñoa \\(.answer.fields.grade)\""), "\"Ñuñoa 4\"");
}

TEST_F(Jq, takes_the_first_output_and_null_for_none) {
    EXPECT_EQ(value("1, 2"), "1");
    EXPECT_EQ(value("empty"), "null");
    EXPECT_EQ(value("first(range(10; infinite))"), "10");
}

TEST_F(Jq, says_what_is_wrong) {
    const auto nonsense = evaluator_.evaluate("nonsense(", context);
    ASSERT_FALSE(nonsense);
    EXPECT_EQ(nonsense.error().code, ErrorCode::routine_expression);
    EXPECT_NE(nonsense.error().params.find("syntax error"), std::string::npos)
        << nonsense.error().params;
    EXPECT_EQ(value("closed"), "routine.expression");
    const auto failed = evaluator_.evaluate(".answer + 1", context);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().detail.find("cannot be added"), std::string::npos)
        << failed.error().detail;
    EXPECT_EQ(value("error(\"stop\")"), "routine.expression");
    EXPECT_EQ(value("halt"), "routine.expression");
    EXPECT_EQ(value("input"), "routine.expression");
    EXPECT_EQ(value("debug | 1"), "1");
    EXPECT_EQ(value("import \"/etc/passwd\" as $x; 1"), "routine.expression");
    EXPECT_EQ(value("include \"x\"; 1"), "routine.expression");
    EXPECT_TRUE(check_expression(".a // \"b\""));
    EXPECT_FALSE(check_expression("closed"));
    EXPECT_FALSE(check_expression(std::string_view("1\0+", 3)));
}

TEST_F(Jq, goes_on_after_an_error_and_with_many_expressions) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(value(".answer + 1"), "routine.expression");
        EXPECT_EQ(value(".answer.fields.grade"), "4");
    }
    for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(value(std::to_string(i)), std::to_string(i));
    }
}

TEST_F(Jq, a_request_is_answered_whole_or_with_the_first_input_that_fails) {
    Request request{.expressions = {{"name", ".answer.fields.what"}, {"text", "\"a\\nb\""}},
                    .context = std::string(context)};
    const auto again = parse_request(encode(request));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->expressions, request.expressions);
    EXPECT_EQ(again->context, request.context);
    const auto values = answer(*again, evaluator_);
    ASSERT_TRUE(values);
    const auto heard = parse_answer(encode(values));
    ASSERT_TRUE(heard);
    EXPECT_EQ(*heard, *values);
    EXPECT_EQ(values->at("text"), R"("a\nb")");

    request.expressions["who"] = ".answer + 1";
    const auto wrong = parse_answer(encode(answer(request, evaluator_)));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ErrorCode::routine_expression);
    EXPECT_NE(wrong.error().params.find(R"("input":"who")"), std::string::npos);
    EXPECT_EQ(parse_answer("nonsense").error().code, ErrorCode::routine_no_evaluator);
}

TEST_F(Jq, a_value_that_is_too_long_is_refused) {
    const Request request{.expressions = {{"text", "\"x\" * 70000"}}, .context = "{}"};
    EXPECT_EQ(answer(request, evaluator_).error().code, ErrorCode::routine_invalid_input);
}

TEST(Frames, have_their_length_in_front) {
    const std::string frame = framed(std::string(70'000, 'x'));
    EXPECT_EQ(frame.size(), 70'004U);
    EXPECT_EQ(frame_length(frame), 70'000U);
}

}  // namespace
}  // namespace holdfast::evaluate
