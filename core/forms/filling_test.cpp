#include "core/forms/filling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>

#include "core/forms/check.hpp"
#include "core/forms/lint.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/testing/memory_lookup.hpp"

// What the cases of tests/scenarios/forms do not say: costs, failures of the host, ways through the
// interface. The rules themselves stand there.

namespace holdfast::forms {
namespace {

using fixture::MemoryLookup;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<const Form> form_of(std::string_view text) {
    auto definition = parse_definition(text);
    EXPECT_TRUE(definition.has_value()) << (definition ? "" : definition.error().detail);
    return definition ? *Form::make(*std::move(definition)) : nullptr;
}

std::vector<std::string> paths(const Result<std::vector<ComponentVerdict>>& verdicts) {
    std::vector<std::string> list;
    for (const ComponentVerdict& verdict : verdicts.value()) {
        list.push_back(verdict.path);
    }
    return list;
}

struct Place {
    MemoryLookup lookup;
    Place() {
        lookup.add(Element{.id = Id{1}, .collection = "asset", .code = "pump", .name = "Pump"});
        lookup.add(Element{.id = Id{2}, .collection = "failure", .code = "leak", .name = "Leak"},
                   {Id{1}});
    }
    [[nodiscard]] Context context() const {
        return {.lookup = lookup, .user = Id{7}, .now = {1'777'896'000'000}};
    }
};

/// 500 components: chains of conditions, choices, texts with patterns; 100 of them conditional.
std::string large_form() {
    std::string text = R"({"code":"large","components":[)";
    for (int i = 0; i < 100; ++i) {
        const std::string n = std::to_string(i);
        text +=
            R"({"id":"list)" + n + R"(","kind":"list","items":[{"value":"yes"},{"value":"no"}]},)";
        text +=
            R"({"id":"why)" + n +
            R"(","kind":"written","required":true,"pattern":"[a-z ]+","show":{"component":"list)" +
            n + R"(","equal":"no"}},)";
        text += R"({"id":"n)" + n + R"(","kind":"written","input":"number","min":0,"max":100},)";
        text += R"({"id":"asset)" + n + R"(","kind":"collection","collection":"asset"},)";
        text += R"({"id":"d)" + n + R"(","kind":"date","latest":{"from":"send"}})";
        text += i < 99 ? "," : "]}";
    }
    return text;
}

TEST(Filling, judges_only_what_depends_on_a_keystroke) {
    Place place;
    auto filling = Filling::open(form_of(large_form()), place.context());
    ASSERT_TRUE(filling.has_value());
    EXPECT_EQ(filling->verdict().components.size(), 500U);
    place.lookup.reads = 0;
    EXPECT_THAT(paths(filling->set(place.context(), "list7", R"(["no"])")),
                ElementsAre("list7", "why7"));
    EXPECT_THAT(paths(filling->set(place.context(), "why7", R"("rust")")), ElementsAre("why7"));
    // A hundred components would have asked for their collection.
    EXPECT_EQ(place.lookup.reads, 0U);
    EXPECT_TRUE(filling->can_submit());
}

TEST(Filling, keeps_its_answers_when_the_host_fails_and_goes_on_afterwards) {
    Place place;
    auto filling = Filling::open(
        form_of(
            R"({"code":"f","components":[{"id":"a","kind":"collection","collection":"asset"}]})"),
        place.context());
    place.lookup.failure = ErrorCode::storage_failed;
    const auto failed = filling->set(place.context(), "a", R"(["1"])");
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, ErrorCode::storage_failed);
    EXPECT_EQ(filling->draft(), R"({"a":["1"]})");
    place.lookup.failure.reset();
    ASSERT_TRUE(filling->refresh(place.context()).has_value());
    EXPECT_TRUE(filling->can_submit());
}

TEST(Filling, OM24_says_from_the_first_moment_what_cannot_be_sent_offline) {
    Place place;
    Context context = place.context();
    context.online = false;
    auto filling = Filling::open(
        form_of(R"({"code":"f","components":[{"id":"a","kind":"written","required":true},)"
                R"({"id":"b","kind":"api","source":"/b","required":true}]})"),
        context);
    EXPECT_THAT(filling->verdict().blocked, ElementsAre("b"));
    context.online = true;
    ASSERT_TRUE(filling->refresh(context).has_value());
    EXPECT_THAT(filling->verdict().blocked, ElementsAre());
    EXPECT_FALSE(filling->can_submit());
}

TEST(Filling, tells_where_the_choices_come_from) {
    Place place;
    auto filling = Filling::open(
        form_of(
            R"({"code":"f","components":[{"id":"a","kind":"collection","collection":"asset"},)"
            R"({"id":"b","kind":"collection","collection":"failure","filter":{"children_of":"a"}},)"
            R"({"id":"c","kind":"collection","levels":["asset","failure"]}]})"),
        place.context());
    EXPECT_EQ(filling->choices(place.context(), "a", 0)->collection, "asset");
    EXPECT_FALSE(filling->choices(place.context(), "a", 0)->parents.has_value());
    EXPECT_EQ(filling->choices(place.context(), "b", 0).error().code, ErrorCode::answer_depends);
    ASSERT_TRUE(filling->set(place.context(), "a", R"(["1"])").has_value());
    EXPECT_THAT(*filling->choices(place.context(), "b", 0)->parents, ElementsAre(Id{1}));
    EXPECT_EQ(filling->choices(place.context(), "c", 1).error().code, ErrorCode::answer_depends);
    ASSERT_TRUE(filling->set(place.context(), "c", R"(["1"])").has_value());
    EXPECT_THAT(*filling->choices(place.context(), "c", 1)->parents, ElementsAre(Id{1}));
    EXPECT_EQ(filling->choices(place.context(), "c", 2).error().code,
              ErrorCode::answer_unknown_component);
}

TEST(Filling, passes_on_what_conditions_compare_and_nothing_that_is_hidden) {
    Place place;
    auto filling = Filling::open(
        form_of(R"({"code":"f","components":[{"id":"a","kind":"collection","collection":"asset"},)"
                R"({"id":"n","kind":"written","input":"number"},)"
                R"({"id":"h","kind":"written","show":{"component":"n","equal":"9"}},)"
                R"({"id":"p","kind":"api","source":"/p","pass":["a","n","h"]}]})"),
        place.context());
    ASSERT_TRUE(filling->set(place.context(), "a", R"(["1"])").has_value());
    ASSERT_TRUE(filling->set(place.context(), "n", R"(" 7,50 ")").has_value());
    ASSERT_TRUE(filling->set(place.context(), "h", R"("secret")").has_value());
    using Texts = std::vector<std::string>;
    EXPECT_EQ(*filling->passed(place.context(), "p"),
              (std::map<std::string, Texts>{{"a", {"pump"}}, {"n", {"7.5"}}, {"h", {}}}));
    EXPECT_EQ(filling->passed(place.context(), "a").error().code,
              ErrorCode::answer_unknown_component);
    EXPECT_EQ(filling->at("p")->form, "f");
    EXPECT_FALSE(filling->at("q"));
}

TEST(Filling, refuses_answers_that_together_are_too_large_on_both_sides) {
    Place place;
    std::string text = R"({"code":"f","components":[)";
    for (int i = 0; i < 20; ++i) {
        text += (i > 0 ? "," : "") + std::string(R"({"id":"a)") + std::to_string(i) +
                R"(","kind":"written","input":"long"})";
    }
    const auto form = form_of(text + "]}");
    auto filling = Filling::open(form, place.context());
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(filling
                        ->set(place.context(),
                              "a" + std::to_string(i),
                              '"' + std::string(15'000, 'x') + '"')
                        .has_value());
    }
    EXPECT_FALSE(filling->can_submit());
    EXPECT_EQ(filling->verdict().trouble.code, ErrorCode::answer_oversized);
    const auto clean = validate_submission(form, filling->submission(), place.context());
    ASSERT_FALSE(clean.has_value());
    EXPECT_EQ(clean.error().code, ErrorCode::answer_oversized);
}

TEST(Submission, accepts_whatever_the_device_could_submit_however_its_text_is_escaped) {
    Place place;
    std::string text = R"({"code":"f","components":[)";
    for (int i = 0; i < 5; ++i) {
        text += (i > 0 ? "," : "") + std::string(R"({"id":"a)") + std::to_string(i) +
                R"(","kind":"written","input":"long"})";
    }
    const auto form = form_of(text + "]}");
    auto filling = Filling::open(form, place.context());
    std::string controls = R"("x)";
    for (int i = 0; i < 6'000; ++i) {
        controls += R"(\u0001)";
    }
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(
            filling->set(place.context(), "a" + std::to_string(i), controls + "x\"").has_value());
    }
    ASSERT_TRUE(filling->can_submit());
    EXPECT_TRUE(validate_submission(form, filling->submission(), place.context()).has_value());
}

TEST(Submission, names_component_and_parameters_in_its_error) {
    Place place;
    const auto form = form_of(R"({"code":"f","components":[{"id":"n","kind":"rating"}]})");
    const auto clean = validate_submission(form, R"({"n":9})", place.context());
    ASSERT_FALSE(clean.has_value());
    EXPECT_EQ(clean.error().code, ErrorCode::answer_too_large);
    EXPECT_EQ(clean.error().params, R"({"component":"n","max":5})");
}

TEST(Submission, lists_the_files_and_elements_that_it_names) {
    Place place;
    place.lookup.add_file(Id{30}, {"image/png", 10});
    place.lookup.add_file(Id{31}, {"image/png", 10});
    const auto form = form_of(
        R"({"code":"f","components":[{"id":"s","kind":"signature"},)"
        R"({"id":"a","kind":"collection","collection":"asset"},{"id":"p","kind":"camera"}]})");
    const auto clean =
        validate_submission(form, R"({"a":["1"],"p":["31"],"s":["30"]})", place.context());
    ASSERT_TRUE(clean.has_value());
    EXPECT_THAT(clean->files, ElementsAre(Id{30}, Id{31}));
    EXPECT_THAT(clean->elements, ElementsAre(Id{1}));
}

TEST(Submission, does_not_take_a_text_that_would_exhaust_the_stack) {
    Place place;
    const auto form = form_of(R"({"code":"f","components":[{"id":"n","kind":"rating"}]})");
    const auto clean =
        validate_submission(form, R"({"n":)" + std::string(100'000, '['), place.context());
    ASSERT_FALSE(clean.has_value());
    EXPECT_EQ(clean.error().code, ErrorCode::answer_malformed);
}

TEST(ElementIndex, finds_words_from_their_beginning_without_accents_and_case) {
    const ElementIndex index(
        {{.element = {.id = Id{1}, .code = "P-101", .name = "Válvula de Ñuñoa"}},
         {.element = {.id = Id{2}, .code = "P-102", .name = "Bomba de válvulas"}},
         {.element = {.id = Id{3}, .code = "P-103", .name = "Valle"}, .parents = {Id{9}}},
         {.element = {.id = Id{4}, .name = "Válvula vieja", .active = false}}});
    const auto names = [&](std::string_view typed) {
        std::string list;
        for (const Element& element : index.search({.typed = typed})) {
            list += to_string(element.id);
        }
        return list;
    };
    EXPECT_EQ(names("valv"), "12");  // what begins so goes first
    EXPECT_EQ(names("NUNOA val"), "1");
    EXPECT_EQ(names("alvula"), "");
    EXPECT_EQ(names("p 102"), "2");
    EXPECT_EQ(names(""), "231");
    EXPECT_EQ(index.search({.parents = std::vector{Id{9}}}).size(), 1U);
    EXPECT_EQ(index.search({.found_max = 1}).size(), 1U);
    EXPECT_NE(index.find(Id{4}), nullptr);
}

TEST(Lint, adds_up_what_a_form_takes_on_a_device) {
    const auto definition = parse_definition(
        R"({"code":"f","components":[{"id":"a","kind":"collection","levels":["zone","asset"],)"
        R"("label":{"en":"A"}}]})");
    const OfflineReport report =
        lint_offline(*definition, {{"zone", {10, 1'000}}, {"asset", {60'000, 6'000'000}}});
    EXPECT_EQ(report.definition_bytes, static_cast<std::int64_t>(encode(*definition).size()));
    EXPECT_EQ(report.total_bytes, report.definition_bytes + 6'001'000);
    EXPECT_THAT(report.advice, ElementsAre(Advice{"components/0", "large_list", "asset"}));
}

TEST(Examples, are_accepted) {
    for (const char* name : {"report_incident", "validate_failure", "close_work_order"}) {
        std::ifstream file("examples/maintenance/forms/" + std::string(name) + ".json");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        Problems problems;
        const Definition definition = read_definition(text, problems);
        EXPECT_THAT(problems, ElementsAre()) << name;
        for (const Problem& problem : check_definition(definition)) {
            ADD_FAILURE() << name << ": " << problem.path << ": " << problem.code;
        }
        for (const Advice& advice : lint_offline(definition, {}).advice) {
            EXPECT_EQ(advice.code, "cannot_be_answered_offline") << name << ": " << advice.path;
        }
        EXPECT_EQ(definition.form.code, name);
    }
}

}  // namespace
}  // namespace holdfast::forms
