// Row "form version replaced" of the conflict table: an answer in another version of its form.

#include "core/forms/upcast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/forms/filling.hpp"
#include "core/forms/testing/memory_lookup.hpp"

namespace holdfast::forms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

using Aside = std::optional<std::vector<std::string>>;

class Upcast : public ::testing::Test {
protected:
    Upcast() {
        lookup.add(Element{.id = Id{1}, .collection = "asset", .code = "pump", .name = "Pump"});
        lookup.add(Element{.id = Id{2}, .collection = "asset", .code = "old", .active = false});
    }

    static std::shared_ptr<const Form> form(const std::string& components,
                                            const std::string& inside = "[]") {
        auto definition = parse_definition(R"({"code":"check","components":[)" + components +
                                           R"(],"forms":)" + inside + "}");
        EXPECT_TRUE(definition) << (definition ? "" : definition.error().params);
        return definition ? *Form::make(*std::move(definition)) : nullptr;
    }

    /// What is set aside of an answer that is right for the first version.
    Aside bring(const std::shared_ptr<const Form>& from,
                const std::shared_ptr<const Form>& into,
                const std::string& answers) {
        const auto clean = validate_submission(from, answers, context());
        EXPECT_TRUE(clean) << (clean ? "" : clean.error().params);
        auto aside = upcast(*from, into, clean->json, context());
        EXPECT_TRUE(aside);
        if (*aside) {  // what stands there then is an answer like any other
            brought = without(clean->json, **aside);
            EXPECT_EQ(validate_submission(into, brought, context())->json, brought);
        }
        return *std::move(aside);
    }
    Aside bring(const std::string& from, const std::string& into, const std::string& answers) {
        return bring(form(from), form(into), answers);
    }

    [[nodiscard]] Context context() const {
        return {.lookup = lookup, .user = Id{7}, .now = {1'777'896'000'000}};
    }

    fixture::MemoryLookup lookup;
    std::string brought;
};

const std::string seen = R"({"id":"seen","kind":"written","required":true})";
const std::string seen_or_not = R"({"id":"seen","kind":"written"})";

TEST_F(Upcast, keeps_what_is_asked_for_still_and_sets_aside_what_is_not) {
    const std::string grade = R"({"id":"grade","kind":"rating"})";
    EXPECT_THAT(bring(seen + "," + grade, seen, R"({"seen":"Dry","grade":4})"),
                Optional(ElementsAre("grade")));
    EXPECT_EQ(brought, R"({"seen":"Dry"})");
    EXPECT_THAT(bring(seen, grade + "," + seen, R"({"seen":"Dry"})"), Optional(IsEmpty()));
    EXPECT_EQ(brought, R"({"seen":"Dry"})") << "what is new and not required stays without answer";
}

TEST_F(Upcast, of_an_answer_has_to_leave_something) {
    const std::string grade = R"({"id":"grade","kind":"rating"})";
    EXPECT_EQ(bring(seen, grade, R"({"seen":"Dry"})"), std::nullopt);
    EXPECT_THAT(bring(seen_or_not, grade, "{}"), Optional(IsEmpty())) << "nothing was answered";
}

TEST_F(Upcast, invents_nothing_that_is_required_now) {
    const std::string grade = R"({"id":"grade","kind":"rating"})";
    EXPECT_EQ(bring(grade, grade + "," + seen, R"({"grade":4})"), std::nullopt);
    const std::string with_default =
        R"({"id":"seen","kind":"written","required":true,"default":"Dry"})";
    EXPECT_EQ(bring(grade, grade + "," + with_default, R"({"grade":4})"), std::nullopt)
        << "nobody has seen that default";
    EXPECT_EQ(bring(seen_or_not, seen, "{}"), std::nullopt);
    EXPECT_THAT(bring(seen_or_not, seen, R"({"seen":"Dry"})"), Optional(IsEmpty()));
}

TEST_F(Upcast, leaves_to_the_person_a_value_that_is_not_taken_any_more) {
    const std::string two =
        R"({"id":"safe","kind":"list","items":[{"value":"yes"},{"value":"no"}]})";
    const std::string one = R"({"id":"safe","kind":"list","items":[{"value":"yes"}]})";
    EXPECT_THAT(bring(two, one, R"({"safe":["yes"]})"), Optional(IsEmpty()));
    EXPECT_EQ(bring(two, one, R"({"safe":["no"]})"), std::nullopt) << "that choice is gone";
    const std::string strict = R"({"id":"seen","kind":"written","min":5})";
    EXPECT_EQ(bring(seen, strict, R"({"seen":"Dry"})"), std::nullopt);
    const std::string asset = R"({"id":"asset","kind":"collection","collection":"asset"})";
    EXPECT_THAT(bring(asset, asset + "," + seen_or_not, R"({"asset":["2"]})"), Optional(IsEmpty()))
        << "an element that is out of use stays a choice";
}

TEST_F(Upcast, takes_for_another_type_what_does_not_mean_the_same) {
    const auto is_aside = [&](const std::string& one, const std::string& other, const char* value) {
        const auto version = [](const std::string& kind) {
            return R"({"id":"a",)" + kind + "}," + seen;
        };
        const std::string answers = R"({"a":)" + std::string(value) + R"(,"seen":"Dry"})";
        return bring(version(one), version(other), answers) == Aside({"a"});
    };
    const std::string text = R"("kind":"written")";
    const std::string number = R"("kind":"written","input":"number")";
    EXPECT_TRUE(is_aside(number, text, R"("12")"));
    EXPECT_TRUE(is_aside(text, number, R"("12")"));
    EXPECT_FALSE(is_aside(text, R"("kind":"written","input":"long")", R"("12")"));
    EXPECT_TRUE(is_aside(R"("kind":"rating")", R"("kind":"rating","max":10)", "4"));
    EXPECT_TRUE(is_aside(R"("kind":"rating")", text, "4"));
    EXPECT_TRUE(
        is_aside(R"("kind":"date")", R"("kind":"date","time":true)", R"({"date":"2026-05-04"})"));
    EXPECT_TRUE(is_aside(R"("kind":"api","source":"https://a.example/x")",
                         R"("kind":"api","source":"https://b.example/x")",
                         R"([{"code":"K7","label":"Seal"}])"));
    EXPECT_TRUE(is_aside(R"("kind":"collection","collection":"asset")",
                         R"("kind":"collection","levels":["asset","failure"])",
                         R"(["1"])"));
}

TEST_F(Upcast, sets_aside_what_is_not_displayed_there_and_all_that_it_commands) {
    const std::string grade = R"({"id":"grade","kind":"rating"})";
    const std::string seen_if = R"({"id":"seen","kind":"written","required":true,)"
                                R"("show":{"component":"grade","at_most":2}})";
    const std::string more_if =
        R"({"id":"more","kind":"written","show":{"component":"seen","matches":"."}})";
    const std::string more = R"({"id":"more","kind":"written"})";
    EXPECT_THAT(bring(grade + "," + seen + "," + more,
                      grade + "," + seen_if + "," + more_if,
                      R"({"grade":4,"seen":"Dry","more":"x"})"),
                Optional(ElementsAre("more", "seen")));
    EXPECT_EQ(brought, R"({"grade":4})");
}

TEST_F(Upcast, goes_into_forms_inside) {
    const std::string parts = R"({"id":"parts","kind":"nested","forms":["part"]})";
    const auto version = [&](const std::string& components) {
        return form(parts, R"([{"code":"part","components":[)" + components + "]}]");
    };
    const std::string name = R"({"id":"name","kind":"written","required":true})";
    const std::string size = R"({"id":"size","kind":"written"})";
    const std::string answers = R"({"parts":[{"answers":{"name":"Seal"},"form":"part"},)"
                                R"({"answers":{"name":"Ring","size":"9"},"form":"part"}]})";
    EXPECT_THAT(bring(version(name + "," + size), version(name), answers),
                Optional(ElementsAre("parts/1/size")));
    EXPECT_EQ(brought,
              R"({"parts":[{"answers":{"name":"Seal"},"form":"part"},)"
              R"({"answers":{"name":"Ring"},"form":"part"}]})");
    const auto renamed = form(R"({"id":"parts","kind":"nested","forms":["piece"]})",
                              R"([{"code":"piece","components":[)" + name + "]}]");
    EXPECT_EQ(
        bring(version(name), renamed, R"({"parts":[{"answers":{"name":"A"},"form":"part"}]})"),
        std::nullopt)
        << "a choice that is gone";
}

TEST_F(Upcast, says_what_is_set_aside_up_to_a_limit) {
    const auto many = [](int count) {
        std::string components;
        for (int i = 0; i < count; ++i) {
            components += R"({"id":"c)" + std::to_string(i) + R"(","kind":"rating"},)";
        }
        return components + seen;
    };
    const auto answers = [](int count) {
        std::string text = R"({"seen":"Dry")";
        for (int i = 0; i < count; ++i) {
            text += R"(,"c)" + std::to_string(i) + R"(":4)";
        }
        return text + "}";
    };
    EXPECT_TRUE(bring(many(200), seen, answers(200)));
    EXPECT_EQ(bring(many(201), seen, answers(201)), std::nullopt);
}

TEST_F(Upcast, gives_on_what_the_lookup_could_not_read) {
    const std::string asset = R"({"id":"asset","kind":"collection","collection":"asset"})";
    const auto known = form(asset);
    lookup.failure = ErrorCode::storage_failed;
    const auto failed = upcast(*known, known, R"({"asset":["1"]})", context());
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::storage_failed);
}

TEST_F(Upcast, takes_away_what_is_there_and_nothing_else) {
    const std::string answers = R"({"a":["1"],"b":"2"})";
    EXPECT_EQ(without(answers, {"c", "a/0/x", "a/9/x", "b/0/x", "b/0", "a/x/y", ""}), answers);
    EXPECT_EQ(without(answers, {"a"}), R"({"b":"2"})");
    EXPECT_EQ(without("[]", {"a"}), "{}");
}

}  // namespace
}  // namespace holdfast::forms
