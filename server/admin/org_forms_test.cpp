// Collections, elements and forms in organization files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "server/admin/demo/demo_forms.hpp"
#include "server/admin/org_export.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

using testing::apply_file;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::must;
using testing::state_of;
using testing::with;

constexpr const char* plant = R"(organization: {code: plant, name: Plant}
collections:
  - code: asset
    name: Assets
    parents: [zone]
    elements:
      - {code: p-7, name: Pump P-7, parents: [hall], columns: {maker: KSB}}
      - {code: p-8, name: Pump P-8, parents: [zone/yard]}
  - code: zone
    name: Zones
    elements:
      - {code: hall, name: Hall}
      - {code: yard, name: Yard}
forms:
  - code: inspection
    title: {en: Inspection}
    components:
      - {id: asset, kind: collection, levels: [zone, asset], required: true}
      - {id: note, kind: written, max: 200}
)";

OrgState::Form only_form(const OrgState& state) {
    EXPECT_EQ(state.forms.size(), 1U);
    return state.forms.begin()->second;
}

TEST(OrgForms, are_made_and_applied_again_change_nothing) {
    const auto storage = testing::empty_storage();
    EXPECT_THAT(apply_file(*storage, plant).plan,
                ElementsAre("create organization plant",
                            "create collection asset (elements: 2 added)",
                            "create collection zone (elements: 2 added)",
                            "create form inspection"));
    EXPECT_THAT(apply_file(*storage, plant).plan, IsEmpty());
    const OrgState state = state_of(*storage, "plant");
    EXPECT_EQ(only_form(state).body.version, 1);
    const auto& assets = state.collections.at(*find_collection_of(state, "asset"));
    const auto& zones = state.collections.at(*find_collection_of(state, "zone"));
    ASSERT_EQ(assets.elements.size(), 2U);
    const body::Element& pump = assets.elements.begin()->second;
    EXPECT_EQ(pump.columns.at("maker"), "KSB");
    ASSERT_EQ(pump.parents.size(), 1U);
    EXPECT_EQ(zones.elements.at(pump.parents.front()).name, "Hall");
}

TEST(OrgForms, a_change_is_another_version_and_the_old_one_stays) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const Id first = only_form(state_of(*storage, "plant")).body.current;
    EXPECT_THAT(apply_file(*storage, with(plant, "max: 200", "max: 300")).plan,
                ElementsAre("change form inspection: version 2"));
    const OrgState state = state_of(*storage, "plant");
    const OrgState::Form form = only_form(state);
    EXPECT_EQ(form.body.version, 2);
    EXPECT_NE(form.body.current, first);
    EXPECT_NE(form.definition.find("300"), std::string::npos);
    const auto old = must(storage->find_row({state.forms_bucket, RowKind::form_version, first}));
    ASSERT_TRUE(old);
    const auto version = must(body::parse_form_version(old->body));
    EXPECT_NE(version.definition.find("200"), std::string::npos);
    EXPECT_EQ(version.collections.size(), 2U);
    EXPECT_THAT(apply_file(*storage,
                           "organization: {code: plant}\nforms:\n"
                           "  - {code: inspection, active: false}\n")
                    .plan,
                ElementsAre("deactivate form inspection"));
}

TEST(OrgForms, elements_change_one_by_one_and_pruning_takes_the_others_out_of_use) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const std::string file = R"(organization: {code: plant}
collections:
  - code: zone
    elements:
      - {code: hall, name: Great hall}
      - {code: roof, name: Roof}
)";
    EXPECT_THAT(apply_file(*storage, file).plan,
                ElementsAre("change collection zone (elements: 1 added, 1 changed)"));
    EXPECT_THAT(apply_file(*storage, file + "prune: true\n").plan,
                ElementsAre("change collection zone (elements: 1 deactivated)",
                            "deactivate collection asset"));
}

struct Bad {
    std::string text;
    std::size_t line;
    const char* says;
};

TEST(OrgForms, what_is_wrong_is_said_with_its_line) {
    const std::vector<Bad> files{
        {with(plant, "kind: written, max: 200", "kind: writen"), 19, "there is no \"writen\" here"},
        {with(plant, "max: 200", "max: lots"), 19, "this is no number"},
        {with(plant, "id: note", "id: asset"), 19, "\"asset\" stands twice"},
        {with(plant, "levels: [zone, asset]", "levels: [zone, aset]"),
         18,
         "there is no collection \"aset\""},
        {with(plant, "max: 200}", "show: {component: nobody, equal: x}}"),
         19,
         "there is no component \"nobody\""},
        {with(plant, "title: {en: Inspection}", "titel: {en: Inspection}"),
         16,
         "there is no key \"titel\" here"},
        {with(plant, "max: 200", "pattern: \"(a+)+\\\\1\""), 19, "the pattern cannot be used"},
        {with(plant, "parents: [hall]", "parents: [hell]"), 7, "there is no element \"hell\""},
        {with(plant, "    parents: [zone]\n", ""), 6, "names no collection of this one's parents"},
        {with(plant, "parents: [zone]", "parents: [zon]"), 5, "there is no collection \"zon\""},
        {with(plant, "code: zone", "code: Zone 1"), 9, "is no identifier"},
        {with(plant, "{code: yard, name: Yard}", "{code: hall, name: Yard}"),
         13,
         "in line 12 already"},
        {with(plant, "{code: yard, name: Yard}", "{code: yard}"), 13, "name is missing"},
    };
    for (const Bad& bad : files) {
        const auto storage = testing::empty_storage();
        Problems problems;
        EXPECT_FALSE(testing::try_apply(*storage, bad.text, problems)) << bad.text;
        EXPECT_TRUE(std::ranges::any_of(problems,
                                        [&](const Problem& one) {
                                            return one.line == bad.line &&
                                                   one.text.find(bad.says) != std::string::npos;
                                        }))
            << bad.says << "\n"
            << as_error(ErrorCode::org_invalid, problems).detail;
    }
}

TEST(OrgForms, a_version_that_is_filled_in_never_changes) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, with(plant, "title:", "version: 5\n    title:"));
    EXPECT_EQ(only_form(state_of(*storage, "plant")).body.version, 5);
    const std::string changed = with(plant, "max: 200", "max: 300");
    Problems problems;
    EXPECT_FALSE(
        testing::try_apply(*storage, with(changed, "title:", "version: 5\n    title:"), problems));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 16U);
    EXPECT_NE(problems.front().text.find("write 6 or leave it out"), std::string::npos);
    EXPECT_THAT(apply_file(*storage, with(changed, "title:", "version: 8\n    title:")).plan,
                ElementsAre("change form inspection: version 8"));
}

TEST(OrgForms, users_and_channels_carry_elements) {
    const auto storage = testing::empty_storage();
    const std::string file = std::string(plant) + R"(users:
  - {email: ana@plant.example, name: Ana, elements: [zone/hall, asset/p-7]}
groups:
  - {code: works, name: Works}
channels:
  - {code: hall-talk, group: works, name: Talk, elements: [zone/hall]}
)";
    apply_file(*storage, file);
    EXPECT_THAT(apply_file(*storage, file).plan, IsEmpty());
    const OrgState state = state_of(*storage, "plant");
    const auto& zones = state.collections.at(*find_collection_of(state, "zone"));
    const auto& held = state.channels.begin()->second.body.elements;
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held.front().code, "hall");
    EXPECT_EQ(held.front().collection, "zone");
    EXPECT_EQ(zones.elements.at(held.front().id).name, "Hall");
    EXPECT_EQ(state.users.begin()->second.elements.size(), 2U);
    EXPECT_THAT(apply_file(*storage, with(file, "elements: [zone/hall]", "elements: []")).plan,
                ElementsAre("change channel hall-talk: elements"));

    const std::string exported = must(export_organization(*storage, "plant"));
    EXPECT_NE(exported.find("elements: [zone/hall, asset/p-7]"), std::string::npos) << exported;
    const auto copy = testing::empty_storage();
    apply_file(*copy, exported);
    EXPECT_EQ(must(export_organization(*copy, "plant")), exported);

    Problems problems;
    EXPECT_FALSE(testing::try_apply(
        *storage, with(file, "zone/hall, asset", "hall, zone/hell, asset"), problems));
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].line, 21U);
    EXPECT_EQ(problems[0].text, "elements: \"hall\": write \"collection/code\"");
    EXPECT_EQ(problems[1].text, "there is no element \"hell\" in \"zone\"");
}

TEST(OrgForms, come_out_of_an_export_as_they_went_in) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, with(plant, "max: 200", R"(pattern: "[0-9]+", help: {en: "true"})"));
    const std::string file = must(export_organization(*storage, "plant"));
    EXPECT_THAT(apply_file(*storage, file).plan, IsEmpty()) << file;
    const auto copy = testing::empty_storage();
    apply_file(*copy, file);
    EXPECT_EQ(must(export_organization(*copy, "plant")), file);
}

TEST(OrgForms, of_the_demonstration_are_right_with_every_name_that_they_use) {
    const auto storage = testing::demo_storage();
    Problems problems;
    const auto applied = testing::try_apply(*storage, demo_forms_file(), problems);
    for (const Problem& problem : problems) {
        ADD_FAILURE() << problem.line << ": " << problem.text;
    }
    EXPECT_THAT(must(applied).plan, IsEmpty());
    EXPECT_EQ(state_of(*storage, "northfield").forms.size(), 13U);
}

TEST(OrgForms, of_the_example_with_complaints_are_right) {
    std::ifstream stream("examples/nyc-311/organization.yaml");
    ASSERT_TRUE(stream.is_open());
    const std::string file{std::istreambuf_iterator<char>(stream), {}};
    const auto storage = testing::empty_storage();
    Problems problems;
    EXPECT_TRUE(testing::try_apply(*storage, file, problems));
    for (const Problem& problem : problems) {
        ADD_FAILURE() << problem.line << ": " << problem.text;
    }
    EXPECT_EQ(state_of(*storage, "nyc-311").collections.size(), 5U);
}

}  // namespace
}  // namespace holdfast::admin
