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

TEST(Json, is_written_also_where_a_text_is_not_of_its_encoding) {
    EXPECT_EQ(dump({{"b", "\xff!"}, {"a", 1}}), "{\"a\":1,\"b\":\"\xef\xbf\xbd!\"}");
}

TEST(Json, that_is_something_else_than_wanted_is_not_taken) {
    std::string text = "before";
    EXPECT_FALSE(take(1, text));
    EXPECT_EQ(text, "before");
    EXPECT_TRUE(take("now", text));
    EXPECT_EQ(text, "now");
    std::uint16_t small = 7;
    EXPECT_FALSE(take(65'536, small));
    EXPECT_FALSE(take(-1, small));
    EXPECT_FALSE(take(1.5, small));
    EXPECT_EQ(small, 7);
    std::vector<Id> ids{Id{1}};
    EXPECT_FALSE(take(Value::array({"2", "no id"}), ids));
    EXPECT_EQ(ids, std::vector{Id{1}});
    EXPECT_TRUE(take(Value::array({"2", "3"}), ids));
    EXPECT_EQ(ids, (std::vector{Id{2}, Id{3}}));
    std::map<std::string, std::vector<Id>> lists;
    EXPECT_TRUE(take({{"none", Value::array()}, {"one", Value::array({"4"})}}, lists));
    EXPECT_EQ(lists, (std::map<std::string, std::vector<Id>>{{"one", {Id{4}}}}));
}

TEST(Json, has_an_empty_text_where_there_is_none) {
    const Value object{{"text", "here"}, {"number", 1}};
    EXPECT_EQ(text_in(object, "text"), "here");
    EXPECT_EQ(text_in(object, "number"), "");
    EXPECT_EQ(text_in(object, "absent"), "");
    EXPECT_EQ(text_in(Value::array({"text"}), "text"), "");
}

}  // namespace
}  // namespace holdfast::json
