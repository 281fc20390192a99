#include "core/forms/pattern.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <regex>
#include <string>

#include "core/forms/limits.hpp"

namespace holdfast::forms {
namespace {

using Reason = PatternFlaw::Reason;

bool found(std::string_view pattern, std::string_view text) {
    const auto compiled = Pattern::compile(pattern);
    EXPECT_TRUE(compiled.has_value()) << pattern;
    return compiled && compiled->found_in(text);
}

std::optional<Reason> flaw(std::string_view pattern) {
    const auto compiled = Pattern::compile(pattern);
    return compiled ? std::nullopt : std::optional(compiled.error().reason);
}

TEST(Pattern, is_found_anywhere_unless_it_is_tied_to_the_ends) {
    EXPECT_TRUE(found("b", "abc"));
    EXPECT_FALSE(found("^b", "abc"));
    EXPECT_FALSE(found("b$", "abc"));
    EXPECT_TRUE(found("^abc$", "abc"));
    EXPECT_TRUE(found("", ""));
}

TEST(Pattern, takes_one_of_several_values) {
    EXPECT_TRUE(found("^((high)|(urgent))$", "urgent"));
    EXPECT_TRUE(found("(high)|(urgent)", "urgent"));
    EXPECT_FALSE(found("^(high|urgent)$", "urgently"));
    EXPECT_TRUE(found("a|", "zzz"));
}

TEST(Pattern, repeats) {
    EXPECT_TRUE(found("^a{2,3}$", "aaa"));
    EXPECT_FALSE(found("^a{2,3}$", "aaaa"));
    EXPECT_FALSE(found("^a{2,3}$", "a"));
    EXPECT_TRUE(found("^a{2,}$", "aaaaaa"));
    EXPECT_TRUE(found("^(ab)*c+?$", "ababcc"));
    EXPECT_TRUE(found("^(){3}$", ""));
    EXPECT_TRUE(found("^(a*)*$", "aaaa"));
}

TEST(Pattern, knows_classes_of_characters) {
    EXPECT_TRUE(found("^[A-Z]{2}-\\d{4}$", "QX-0042"));
    EXPECT_FALSE(found("^[^0-9]+$", "a1"));
    EXPECT_TRUE(found("^[\\d\\-.]+$", "1.2-3"));
    EXPECT_FALSE(found("[]", "a"));
    EXPECT_TRUE(found("[^]", "a"));
    EXPECT_TRUE(found("\\bpump\\b", "the pump leaks"));
    EXPECT_FALSE(found("\\bpump\\b", "the pumps leak"));
    EXPECT_FALSE(found("^.$", "\n"));
}

TEST(Pattern, counts_characters_not_bytes) {
    EXPECT_TRUE(found("^.{4}$", "año\xf0\x9f\x98\x80"));
    EXPECT_TRUE(found("^[á-ú]+$", "éó"));
    EXPECT_TRUE(found("^\\u00f1\\u{1F600}\\x41$",
                      "ñ\xf0\x9f\x98\x80"
                      "A"));
}

TEST(Pattern, refuses_what_takes_exponential_time_elsewhere_or_means_nothing) {
    EXPECT_EQ(flaw("(a)\\1"), Reason::backreference);
    EXPECT_EQ(flaw("(?=a)"), Reason::lookaround);
    EXPECT_EQ(flaw("(?<name>a)"), Reason::lookaround);
    EXPECT_EQ(flaw("\\p{L}"), Reason::unknown_escape);
    for (const char* text :
         {"(", ")", "a**", "*", "[a", "[z-a]", "a{3,2}", "a{", "\\", "\\x1", "^*", "}"}) {
        EXPECT_EQ(flaw(text), Reason::syntax) << text;
    }
}

TEST(Pattern, refuses_what_is_too_large_quickly) {
    EXPECT_EQ(flaw("((a{50}){50}){50}"), Reason::too_large);
    EXPECT_EQ(flaw("((((){1000}){1000}){1000}){1000}"), Reason::too_large);
    EXPECT_EQ(flaw(std::string(limits::pattern_bytes_max + 1, 'a')), Reason::too_large);
    EXPECT_EQ(flaw(std::string(60, '(') + std::string(60, ')')), Reason::too_large);
    EXPECT_EQ(flaw("a{1001}"), Reason::too_large);
}

TEST(Pattern, takes_time_proportional_to_the_text) {
    // A backtracking engine needs 2^30 steps for the first of these.
    const std::string text = std::string(20'000, 'a') + "b";
    EXPECT_FALSE(found("^(a+)+$", text));
    EXPECT_FALSE(found("^(a|aa)+$", text));
    EXPECT_FALSE(found("^(a?){30}a{30}$", text));
}

// Random patterns of a small alphabet against the standard library's engine, which backtracks.
std::string random_pattern(int depth) {
    const int choice = *rc::gen::inRange(0, depth <= 0 ? 5 : 11);
    switch (choice) {
        case 0:
            return "a";
        case 1:
            return "b";
        case 2:
            return ".";
        case 3:
            return *rc::gen::element<std::string>("[ab]", "[^a]", "\\d", "\\w");
        case 4:
            return "c";
        case 5:
            return "(" + random_pattern(depth - 1) + ")" +
                   *rc::gen::element<std::string>("*", "+", "?", "{2}", "{1,2}");
        case 6:
            return "(?:" + random_pattern(depth - 1) + "|" + random_pattern(depth - 1) + ")";
        case 7:
            return "^" + random_pattern(depth - 1);
        case 8:
            return random_pattern(depth - 1) + "$";
        default:
            return random_pattern(depth - 1) + random_pattern(depth - 1);
    }
}

TEST(PatternProperty, agrees_with_a_backtracking_engine) {
    EXPECT_TRUE(rc::check([] {
        const std::string pattern = random_pattern(3);
        const auto text =
            *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', '1', '-'));
        const std::string shortened = text.substr(0, 12);
        const auto compiled = Pattern::compile(pattern);
        RC_ASSERT(compiled.has_value());
        RC_ASSERT(compiled->found_in(shortened) ==
                  std::regex_search(shortened, std::regex(pattern)));
    }));
}

TEST(PatternProperty, any_text_is_compiled_or_refused) {
    EXPECT_TRUE(rc::check([](const std::string& pattern, const std::string& text) {
        if (const auto compiled = Pattern::compile(pattern)) {
            (void)compiled->found_in(text);
        }
    }));
}

}  // namespace
}  // namespace holdfast::forms
