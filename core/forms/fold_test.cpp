#include "core/forms/fold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace holdfast::forms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Fold, takes_case_and_accents_away) {
    EXPECT_EQ(fold("Válvula Ñuñoa"), "valvula nunoa");
    EXPECT_EQ(fold("PINGÜINO"), "pinguino");
    EXPECT_EQ(fold("Straße Ærø Łódź"), "strasse aero lodz");
    EXPECT_EQ(fold("ΑΘΉΝΑ Ёлка"), "αθηνα елка");
}

TEST(Fold, reads_composed_and_decomposed_letters_alike) {
    EXPECT_EQ(fold("cafe\xcc\x81"), fold("caf\xc3\xa9"));
}

TEST(Fold, turns_punctuation_into_single_spaces) {
    EXPECT_EQ(fold("  P-101/A  (north) "), "p 101 a north");
    EXPECT_EQ(fold("¿Qué? — “nada”"), "que nada");
    EXPECT_EQ(fold("..."), "");
}

TEST(Fold, takes_of_a_letter_with_a_point_the_letter) {
    EXPECT_EQ(fold("paraŀlel"), "parallel");
}

TEST(Fold, leaves_other_scripts_as_they_are) {
    EXPECT_EQ(fold("ポンプ 7"), "ポンプ 7");
}

TEST(SearchWords, are_the_folded_words_of_what_was_typed) {
    EXPECT_THAT(search_words(" Bomba  P-1 "), ElementsAre("bomba", "p", "1"));
    EXPECT_THAT(search_words(" - "), IsEmpty());
    EXPECT_EQ(search_words("a b c d e f g h i j").size(), 8U);
}

TEST(FoldProperty, folding_twice_is_folding_once) {
    EXPECT_TRUE(rc::check([](const std::vector<std::uint16_t>& points) {
        std::string text;
        for (const std::uint16_t point : points) {
            text += static_cast<char>(point & 0xffU);
            text += static_cast<char>(point >> 8U);
        }
        RC_ASSERT(fold(fold(text)) == fold(text));
    }));
}

}  // namespace
}  // namespace holdfast::forms
