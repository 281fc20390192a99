// What stages take for a time.

#include "core/rules/stage_inputs.hpp"

#include <gtest/gtest.h>

namespace holdfast::rules {
namespace {

std::string time_of(const std::string& given) {
    const workflow::Inputs inputs{{"end_date", given}};
    StageInputs read(inputs);
    const auto time = read.time("end_date");
    if (const auto done = read.done(); !done) {
        return std::string(error_name(done.error().code)) + done.error().params;
    }
    return time ? std::to_string(time->ms) : "none";
}

TEST(StageInputs, take_milliseconds_and_what_a_form_answers_for_a_time) {
    EXPECT_EQ(time_of("1777896000000"), "1777896000000");
    EXPECT_EQ(time_of("null"), "none");
    EXPECT_EQ(time_of(R"({"date":"2026-05-04","time":"08:15","offset":-240})"), "1777896900000");
    EXPECT_EQ(time_of(R"({"date":"2026-05-04","chosen":5})"), "1777896000000") << "noon of UTC";
    for (const char* wrong : {R"("2026-05-04")",
                              "[1]",
                              "{}",
                              R"({"date":"2026-02-30"})",
                              R"({"date":"2026-05-04","time":"25:00"})",
                              R"({"date":"2026-05-04","time":"08:15","offset":9000})",
                              R"({"date":20260504})"}) {
        EXPECT_EQ(time_of(wrong), R"(routine.invalid_input{"input":"end_date"})") << wrong;
    }
}

}  // namespace
}  // namespace holdfast::rules
