#include "core/model/json.hpp"

#include <gtest/gtest.h>

namespace holdfast::json {
namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, is_not_read_when_it_is_nested_too_deep_to_be_written_again) {
    EXPECT_TRUE(parse(nested(depth_max)).is_array());
    EXPECT_TRUE(parse(nested(depth_max + 1)).is_discarded());
    EXPECT_TRUE(parse(R"({"policy":)" + nested(200'000) + "}").is_discarded());
    // Members that are only read may be as deep as they like: a reader writes nothing.
    EXPECT_TRUE(Reader(R"({"later":)" + nested(200'000) + "}").done());
}

TEST(Json, counts_open_brackets_only_and_none_in_texts) {
    std::string flat = "[";
    for (int i = 0; i < 1000; ++i) {
        flat += "{},[],";
    }
    EXPECT_TRUE(parse(flat + "1]").is_array());
    const std::string text = R"("\\\"[[)" + std::string(1000, '{') + "\"";
    EXPECT_TRUE(parse(text).is_string());
    EXPECT_TRUE(parse("[" + text + "," + nested(depth_max) + "]").is_discarded());
}

TEST(Json, that_is_none_is_discarded) {
    for (const char* text : {"", "]", "]]]", "{", "\"", "\"\\", "nul", "{\"a\":\"\xff\"}"}) {
        EXPECT_TRUE(parse(text).is_discarded()) << text;
    }
}

}  // namespace
}  // namespace holdfast::json
