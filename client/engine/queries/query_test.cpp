#include "client/engine/queries/query.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "client/engine/queries/cards.hpp"

namespace holdfast::client {
namespace {

TEST(Query, is_read_from_the_screens_words) {
    const auto messages =
        parse_query(R"({"query":"messages","channel":"7","before":9999,"after":2,)"
                    R"("anchor":{"sort":5,"id":"9"}})");
    ASSERT_TRUE(messages);
    EXPECT_EQ(messages->kind, Query::Kind::messages);
    EXPECT_EQ(messages->target, Id{7});
    EXPECT_EQ(messages->place, (SortKey{5, Id{9}}));
    EXPECT_EQ(messages->before, limits::window_rows_max);
    EXPECT_EQ(shown_channel(*messages), Id{7});
    EXPECT_EQ(parse_query(R"({"query":"search","text":"PuMP"})")->text, "pump");
}

TEST(Query, of_another_shape_is_refused) {
    for (const char* wrong :
         {"",
          "[]",
          R"({"query":"weather"})",
          R"({"query":"group"})",
          R"({"query":"group","group":7})",
          R"({"query":"group","group":"0"})",
          R"({"query":"messages","channel":"7"})",
          R"({"query":"messages","channel":"7","anchor":"first"})",
          R"({"query":"messages","channel":"7","anchor":"latest","before":-1})"}) {
        const auto query = parse_query(wrong);
        ASSERT_FALSE(query) << wrong;
        EXPECT_EQ(query.error().code, ErrorCode::request_malformed) << wrong;
    }
}

TEST(Query, OM20_only_data_is_kept_from_the_screen) {
    EXPECT_TRUE(is_data(Query::Kind::menu));
    EXPECT_TRUE(is_data(Query::Kind::search));
    EXPECT_FALSE(is_data(Query::Kind::outbox));
    EXPECT_FALSE(is_data(Query::Kind::status));
}

TEST(Cards, excerpts_end_at_a_line_and_at_a_character) {
    EXPECT_EQ(cards::excerpt("one", 3, 100), "one");
    EXPECT_EQ(cards::excerpt("one\ntwo\nthree\nfour", 3, 100), "one\ntwo\nthree…");
    EXPECT_EQ(cards::excerpt("áéí", 1, 3), "á…");
    EXPECT_EQ(cards::excerpt("", 1, 3), "");
}

TEST(Cards, initials_and_colours_are_stable) {
    body::User user;
    user.name = "ana";
    user.last_name = "Élan";
    EXPECT_EQ(cards::initials(user), "AÉ");
    EXPECT_EQ(cards::color(Id{5}), cards::color(Id{5}));
    EXPECT_NE(cards::color(Id::make(1, 10)), cards::color(Id::make(1, 11)));
}

/// Contrast with white by WCAG 2.2, from the linear luminance.
double contrast_with_white(std::string_view color) {
    const auto part = [&](std::size_t at) {
        const double value = std::stoi(std::string(color.substr(at, 2)), nullptr, 16) / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 1.05 / (0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) + 0.05);
}

TEST(Cards, white_text_is_readable_on_every_colour) {
    for (std::uint64_t id = 1; id < 200; ++id) {
        EXPECT_GE(contrast_with_white(cards::color(Id{id})), 4.5) << cards::color(Id{id});
    }
}

}  // namespace
}  // namespace holdfast::client
