#include "server/admin/org_file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

struct BadFile {
    const char* text;
    std::vector<std::size_t> lines;
    const char* says;  ///< part of the first message
};

const std::vector<BadFile> bad_files{
    // what YAML itself refuses
    {"organization: {code: x", {1}, "end of map"},
    {"a: &x 1\nb: *x\n", {1}, "anchors"},
    {"organization: {code: x, name: X}\n---\nprune: true\n", {2}, "second document"},
    {"", {1}, "keys with values"},
    {"- 1\n- 2\n", {1}, "keys with values"},
    {"organization:\n  name: X\n", {2}, "code is missing"},
    {"prune: true\n", {1}, "organization is missing"},
    {"organization: {code: x, name: X}\nprune: maybe\n", {2}, "true or false"},
    {"organization: {code: x, name: X}\nprune: \"true\"\n", {2}, "true or false"},
    // keys
    {"organization: {code: x, name: X}\ngrups: []\n", {2}, "did you mean \"groups\"?"},
    {"organization:\n  code: x\n  name: X\n  offlin: {granted: true}\n",
     {4},
     "did you mean \"offline\"?"},
    {"organization: {code: x, name: X}\nusers:\n  - email: a@b.c\n    name: A\n    phnoe: 1\n",
     {5},
     "did you mean \"phone\"?"},
    {"organization: {code: x, name: X}\nroles:\n  - name: A\n    name: B\n", {4}, "given twice"},
    // types and texts
    {"organization: {code: x, name: X}\ngroups: sites\n", {2}, "a list"},
    {"organization: {code: x, name: X}\ngroups:\n  - code: a\n    name: [A]\n", {4}, "a text"},
    {"organization: {code: x, name: X}\ngroups:\n  - code: a\n    name: A\n    weight: heavy\n",
     {5},
     "whole number"},
    {"organization: {code: x, name: X}\ngroups:\n  - code: a\n    name: A\n    kind: workflo\n",
     {5},
     "did you mean \"workflow\"?"},
    {"organization: {code: x, name: X}\ngroups:\n  - code: a\n    name: A\n    color: blue\n",
     {5},
     "#1259c3"},
    {"organization: {code: x, name: X}\ngroups:\n  - code: a\n    name: A\n    kind: link\n"
     "    url: javascript:alert(1)\n",
     {6},
     "https://"},
    {"organization: {code: x, name: X}\nusers:\n  - email: nobody\n    name: A\n",
     {3},
     "no e-mail address"},
    {"organization: {code: x, name: X}\nusers:\n  - email: a@b.c\n    name: A\n    password: "
     "short\n",
     {5},
     "8 to 200"},
    {"organization: {code: x, name: X, language: english}\n", {1}, "two letters"},
    {"organization: {code: x, name: X}\nusers:\n  - email: a@b.c\n    name: A\n    bosses: "
     "[A@b.c]\n",
     {5},
     "their own boss"},
    {"organization: {code: x, name: X}\nusers:\n  - email: a@b.c\n    name: A\n    bosses: "
     "[b@b.c]\n",
     {5},
     "there is no user"},
    // doubles
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A}\n  - {code: a, name: B}\n",
     {4},
     "in line 3 already"},
    {"organization: {code: x, name: X}\nusers:\n  - {email: a@b.c, name: A}\n"
     "  - {email: A@b.c, name: B}\n",
     {4},
     "in line 3 already"},
    // references
    {"organization: {code: x, name: X}\nroles:\n  - name: Technician\nusers:\n  - email: a@b.c\n"
     "    name: A\n    roles: [Techncian]\n",
     {7},
     "did you mean \"Technician\"?"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, parent: nowhere}\n",
     {3},
     "there is no group"},
    {"organization: {code: x, name: X}\nchannels:\n  - {code: c, name: C, group: nowhere}\n",
     {3},
     "there is no group"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A}\nchannels:\n"
     "  - code: c\n    name: C\n    group: a\n    members: [no@body.c]\n",
     {8},
     "there is no user"},
    {"organization: {code: x, name: X}\nchannels:\n  - {code: c, name: C}\n",
     {3},
     "group is missing"},
    {"organization: {code: x}\n", {1}, "name is missing"},
    // the tree of groups
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, parent: b}\n"
     "  - {code: b, name: B, parent: a}\n",
     {3, 4},
     "stand in itself"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, parent: a}\n",
     {3},
     "stand in itself"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, kind: category}\n"
     "  - {code: b, name: B, kind: category, category: a}\n",
     {4},
     "category"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A}\n"
     "  - {code: b, name: B, category: a}\n",
     {4},
     "no category"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, kind: category}\n"
     "  - {code: b, name: B}\n  - {code: c, name: C, category: a, parent: b}\n",
     {5},
     "cannot be in a category"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, kind: link}\n",
     {3},
     "needs a url"},
    {"organization: {code: x, name: X}\ngroups:\n  - {code: a, name: A, kind: "
     "category}\nchannels:\n"
     "  - {code: c, name: C, group: a}\n",
     {5},
     "holds no channels"},
    // all at once
    {"organization: {code: x, name: X}\nprune: 3\nroles:\n  - nam: A\nusers:\n  - email: a@b.c\n"
     "    active: perhaps\n",
     {2, 4, 6, 7},
     "true or false"},
};

TEST(OrgFile, that_is_bad_is_refused_with_its_lines) {
    for (const BadFile& bad : bad_files) {
        const auto storage = testing::empty_storage();
        Problems problems;
        const auto applied = testing::try_apply(*storage, bad.text, problems);
        ASSERT_FALSE(applied) << bad.text;
        EXPECT_EQ(applied.error().code, ErrorCode::org_invalid) << bad.text;
        EXPECT_EQ(applied.error().params, "{\"line\":" + std::to_string(bad.lines.front()) + "}")
            << bad.text << applied.error().detail;
        std::set<std::size_t> lines;
        for (const Problem& problem : problems) {
            lines.insert(problem.line);
        }
        EXPECT_EQ(lines, (std::set<std::size_t>(bad.lines.begin(), bad.lines.end())))
            << bad.text << applied.error().detail;
        EXPECT_NE(applied.error().detail.find(bad.says), std::string::npos)
            << bad.text << applied.error().detail;
        EXPECT_TRUE(testing::must(storage->organizations()).empty());
    }
}

TEST(OrgFile, nested_too_deep_or_too_large_is_refused) {
    Problems problems;
    (void)read_org_file(std::string(100'000, '['), problems);
    ASSERT_EQ(problems.size(), 1U);
    problems.clear();
    (void)read_org_file(std::string(yaml_bytes_max + 1, ' '), problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_NE(problems.front().text.find("16 MiB"), std::string::npos);
}

TEST(OrgFile, that_is_no_text_is_refused_with_the_line) {
    Problems problems;
    (void)read_org_file("organization:\n  code: \xff\n", problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 2U);
    problems.clear();
    (void)read_org_file(std::string_view("a: 1\n\0", 6), problems);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 2U);
}

RC_GTEST_PROP(OrgFile, garbage_never_crashes, ()) {
    const auto piece = rc::gen::element<std::string>("organization",
                                                     "users",
                                                     "code",
                                                     ": ",
                                                     "- ",
                                                     "\n",
                                                     "  ",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     ",",
                                                     "\"",
                                                     "'",
                                                     "|",
                                                     ">",
                                                     "&a",
                                                     "*a",
                                                     "!!x",
                                                     "#",
                                                     "%",
                                                     "@",
                                                     "?",
                                                     "\t",
                                                     "~",
                                                     "---",
                                                     "\xff",
                                                     "é",
                                                     "a@b.c",
                                                     "1");
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string text;
    for (const std::string& one : pieces) {
        text += one;
    }
    Problems problems;
    (void)read_org_file(text, problems);
    RC_ASSERT(problems.size() <= problems_max);
}

}  // namespace
}  // namespace holdfast::admin
