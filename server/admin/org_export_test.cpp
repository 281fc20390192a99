#include "server/admin/org_export.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/model/text.hpp"
#include "server/admin/founder.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

using testing::apply_file;
using testing::must;
using testing::state_of;

TEST(OrgExport, of_the_demonstration_applied_to_it_changes_nothing) {
    const auto storage = testing::demo_storage();
    const Applied applied = apply_file(*storage, must(export_organization(*storage, "")));
    EXPECT_EQ(applied.plan, std::vector<std::string>{});
    EXPECT_EQ(applied.grants, 0U);
}

TEST(OrgExport, of_the_demonstration_makes_the_same_organization_elsewhere) {
    const auto storage = testing::demo_storage();
    const std::string file = must(export_organization(*storage, "northfield"));
    const auto copy = testing::empty_storage();
    const Applied applied = apply_file(*copy, file);
    constexpr unsigned with_bosses = 59;         // said when everybody is there
    constexpr unsigned with_elements = 60 + 72;  // users and channels, when the sites are there
    EXPECT_EQ(applied.plan.size(),
              1U + 5 + 60 + with_bosses + 14 + 118 + 9 + with_elements + 13 + 6 + 5 + 2);
    EXPECT_EQ(applied.passwords.size(), 60U);
    EXPECT_EQ(must(export_organization(*copy, "")), file);
    EXPECT_EQ(apply_file(*copy, file).plan, std::vector<std::string>{});
}

TEST(OrgExport, has_no_secrets) {
    const auto storage = testing::empty_storage();
    apply_file(*storage,
               "organization: {code: a, name: A}\nusers:\n"
               "  - {email: a@b.c, name: A, password: correct horse}\n");
    const std::string file = must(export_organization(*storage, ""));
    EXPECT_EQ(file.find("password"), std::string::npos);
    EXPECT_EQ(file.find("argon2"), std::string::npos);
    EXPECT_EQ(file.find("correct"), std::string::npos);
}

TEST(OrgExport, asks_which_organization) {
    const auto storage = testing::empty_storage();
    EXPECT_EQ(export_organization(*storage, "").error().code, ErrorCode::tool_not_found);
    apply_file(*storage, "organization: {code: a, name: A}\n");
    EXPECT_TRUE(export_organization(*storage, ""));
    apply_file(*storage, "organization: {code: b, name: B}\n");
    EXPECT_EQ(export_organization(*storage, "").error().detail, "which organization? a, b");
    EXPECT_TRUE(export_organization(*storage, "b"));
    EXPECT_FALSE(export_organization(*storage, "c"));
}

/// Names as people and attackers write them.
rc::Gen<std::string> name() {
    const auto piece = rc::gen::element<std::string>("a",
                                                     "é",
                                                     "字",
                                                     "👍",
                                                     "\"",
                                                     "'",
                                                     ":",
                                                     " #",
                                                     "- ",
                                                     "{",
                                                     "]",
                                                     "%",
                                                     "@",
                                                     "\\",
                                                     "null",
                                                     "~",
                                                     "true",
                                                     "7");
    return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                        [](const std::vector<std::string>& pieces) {
                            std::string joined = "x";
                            for (std::size_t i = 0; i < pieces.size() && i < 20; ++i) {
                                joined += pieces[i];
                            }
                            return std::string(trim(joined.substr(pieces.empty() ? 0 : 1) + "."));
                        });
}

RC_GTEST_PROP(OrgExport, any_names_go_there_and_back, ()) {
    const auto storage = testing::empty_storage();
    must(storage->begin());
    Founder founder(*storage);
    (void)must(founder.organization("any", {.name = *name()}));
    const Id role = must(founder.role({.name = *name(), .permissions = {*name()}}));
    const Id user = must(founder.user({.name = *name(),
                                       .last_name = *name(),
                                       .email = "a@b.c",
                                       .phone = *name(),
                                       .roles = {role}},
                                      "!"));
    const Id group = must(founder.group({.name = *name(), .icon = *name(), .view = {*name()}}));
    (void)must(founder.channel(
        {.body = {.name = *name(), .group = group, .is_private = *rc::gen::arbitrary<bool>()},
         .members = {user}}));
    (void)must(founder.finish());
    must(storage->commit());
    const Applied applied = apply_file(*storage, must(export_organization(*storage, "")));
    RC_ASSERT(applied.plan == std::vector<std::string>{});
    RC_ASSERT(applied.grants == 0U);
}

}  // namespace
}  // namespace holdfast::admin
