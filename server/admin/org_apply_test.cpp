#include "server/admin/org_apply.hpp"

#include <algorithm>

#include "server/admin/founder.hpp"
#include "server/admin/org_export.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

using testing::apply_file;
using testing::must;
using testing::state_of;

constexpr const char* plant = R"(
organization: {code: plant, name: Plant, offline: {granted: true}}
roles:
  - {name: Staff, permissions: [message-write]}
  - {name: Night, permissions: [night]}
users:
  - {email: ana@plant.example, name: Ana, roles: [Staff], password: correct horse}
  - {email: bo@plant.example, name: Bo, roles: [Staff, Night]}
groups:
  - {code: pumps, name: Pumps, parent: sites}
  - {code: sites, name: Sites}
  - {code: night, name: Night, view: [night]}
channels:
  - {code: p7, group: pumps, name: Pump P-7, members: [{email: ana@plant.example, admin: true}]}
  - {code: secret, group: pumps, name: Secret, private: true, members: [bo@plant.example]}
)";

/// `plant` with one text in place of another.
std::string with(std::string_view from, std::string_view to) {
    std::string text = plant;
    const auto place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

class OrgApply : public ::testing::Test {
protected:
    OrgApply() { first_ = apply_file(*storage_, plant); }

    [[nodiscard]] OrgState state() { return state_of(*storage_, "plant"); }
    [[nodiscard]] Id user(const char* email) { return names_of(state()).users.at(email); }
    [[nodiscard]] OrgState::Channel channel(const char* code) {
        const OrgState now = state();
        return now.channels.at(names_of(now).channels.at(code));
    }
    [[nodiscard]] bool has_grant(const char* email, Id target) {
        const auto own = must(storage_->find_bucket(BucketKind::user, user(email)));
        const auto row = must(storage_->find_row({own->bucket.id, RowKind::grant, target}));
        return row && !row->body.empty();
    }
    [[nodiscard]] Id channel_id(const char* code) { return names_of(state()).channels.at(code); }

    std::unique_ptr<storage::Storage> storage_ = testing::empty_storage();
    Applied first_;
};

using Lines = std::vector<std::string>;

TEST_F(OrgApply, makes_what_the_file_says) {
    EXPECT_EQ(first_.plan,
              (Lines{"create organization plant",
                     "create role Staff",
                     "create role Night",
                     "create user ana@plant.example",
                     "create user bo@plant.example",
                     "create standard group pumps",
                     "create standard group sites",
                     "create standard group night",
                     "create channel p7 with 1 member",
                     "create private channel secret with 1 member"}));
    const OrgState now = state();
    const OrgNames names = names_of(now);
    EXPECT_EQ(now.groups.at(names.groups.at("pumps")).body.parent, names.groups.at("sites"));
    EXPECT_TRUE(now.entitlement.is_granted());
    EXPECT_TRUE(channel("p7").members.at(user("ana@plant.example")).admin);
    EXPECT_TRUE(has_grant("bo@plant.example", names.groups.at("night")));
    EXPECT_FALSE(has_grant("ana@plant.example", names.groups.at("night")));
    EXPECT_TRUE(has_grant("bo@plant.example", channel_id("secret")));
    EXPECT_FALSE(has_grant("ana@plant.example", channel_id("secret")));
    EXPECT_FALSE(channel("secret").open);
}

TEST_F(OrgApply, twice_changes_nothing) {
    const auto before = must(storage_->buckets_of(state().id));
    const Applied second = apply_file(*storage_, plant);
    EXPECT_EQ(second.plan, Lines{});
    EXPECT_EQ(second.grants, 0U);
    EXPECT_TRUE(second.passwords.empty());
    const auto after = must(storage_->buckets_of(state().id));
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(before[i].bucket.version, after[i].bucket.version);
    }
}

TEST_F(OrgApply, gives_passwords_once) {
    ASSERT_EQ(first_.passwords.size(), 1U);
    EXPECT_EQ(first_.passwords.front().email, "bo@plant.example");
    const auto bo = must(storage_->find_account("bo@plant.example"));
    EXPECT_TRUE(auth::verify_password(bo->password_hash, first_.passwords.front().password));
    const auto ana = must(storage_->find_account("ana@plant.example"));
    EXPECT_TRUE(auth::verify_password(ana->password_hash, "correct horse"));
    EXPECT_EQ(apply_file(*storage_, with("correct horse", "battery staple")).plan, Lines{});
    const auto later = must(storage_->find_account("ana@plant.example"));
    EXPECT_EQ(later->password_hash, ana->password_hash);
}

TEST_F(OrgApply, as_a_dry_run_changes_nothing) {
    const Applied planned = apply_file(*storage_, with("name: Bo,", "name: Bob,"), true);
    EXPECT_EQ(planned.plan, Lines{"change user bo@plant.example: name"});
    EXPECT_EQ(state().users.at(user("bo@plant.example")).name, "Bo");
    const auto empty = testing::empty_storage();
    EXPECT_EQ(apply_file(*empty, plant, true).plan, first_.plan);
    EXPECT_TRUE(must(empty->organizations()).empty());
}

TEST_F(OrgApply, opens_and_closes_channels) {
    const Id secret = channel_id("secret");
    EXPECT_EQ(apply_file(*storage_, with("private: true, ", "private: false, ")).plan,
              Lines{"change channel secret: private"});
    EXPECT_FALSE(has_grant("bo@plant.example", secret));
    for (const BucketKind kind : {BucketKind::channel, BucketKind::timeline}) {
        EXPECT_TRUE(must(storage_->find_bucket(kind, secret))->open);
    }
    EXPECT_EQ(apply_file(*storage_, plant).plan, Lines{"change channel secret: private"});
    EXPECT_TRUE(has_grant("bo@plant.example", secret));
    for (const BucketKind kind : {BucketKind::channel, BucketKind::timeline}) {
        EXPECT_FALSE(must(storage_->find_bucket(kind, secret))->open);
    }
}

TEST_F(OrgApply, takes_channels_out_of_use) {
    const Id secret = channel_id("secret");
    EXPECT_EQ(apply_file(*storage_, with("private: true, ", "private: true, active: false, ")).plan,
              Lines{"deactivate channel secret"});
    EXPECT_FALSE(has_grant("bo@plant.example", secret));
    EXPECT_EQ(apply_file(*storage_, with("private: true, ", "private: true, active: true, ")).plan,
              Lines{"activate channel secret"});
    EXPECT_TRUE(has_grant("bo@plant.example", secret));
}

TEST_F(OrgApply, follows_roles_with_grants) {
    const Id night = names_of(state()).groups.at("night");
    apply_file(*storage_, with("roles: [Staff, Night]", "roles: [Staff]"));
    EXPECT_FALSE(has_grant("bo@plant.example", night));
    apply_file(*storage_, with("permissions: [message-write]", "permissions: [night]"));
    EXPECT_TRUE(has_grant("ana@plant.example", night));
}

TEST_F(OrgApply, takes_users_out_of_use) {
    EXPECT_EQ(apply_file(*storage_, with("name: Bo,", "name: Bo, active: false,")).plan,
              Lines{"deactivate user bo@plant.example"});
    EXPECT_FALSE(must(storage_->find_account("bo@plant.example"))->active);
    EXPECT_FALSE(has_grant("bo@plant.example", names_of(state()).groups.at("sites")));
}

TEST_F(OrgApply, relates_users_to_their_bosses_wherever_these_stand_in_the_file) {
    const std::string file =
        with("name: Ana, roles", "name: Ana, bosses: [Bo@plant.example], roles");
    EXPECT_EQ(apply_file(*storage_, file).plan, Lines{"change user ana@plant.example: bosses"});
    EXPECT_EQ(state().users.at(user("ana@plant.example")).bosses,
              std::vector{user("bo@plant.example")});
    EXPECT_EQ(apply_file(*storage_, file).plan, Lines{});
    EXPECT_EQ(apply_file(*storage_, plant).plan, Lines{})
        << "a key that is not there changes nothing";
    EXPECT_EQ(apply_file(*storage_, must(export_organization(*storage_, "plant"))).plan, Lines{});
}

TEST_F(OrgApply, leaves_alone_what_the_file_does_not_have) {
    EXPECT_EQ(apply_file(*storage_, "organization: {code: plant}\n").plan, Lines{});
    EXPECT_EQ(
        apply_file(
            *storage_,
            "organization: {code: plant}\nusers:\n  - {email: ana@plant.example, job: Boss}\n")
            .plan,
        Lines{"change user ana@plant.example: job"});
    EXPECT_EQ(state().users.at(user("ana@plant.example")).name, "Ana");
}

TEST_F(OrgApply, prunes_when_told_to) {
    const Applied pruned = apply_file(*storage_, R"(
organization: {code: plant}
prune: true
roles:
  - name: Staff
users:
  - email: ana@plant.example
channels:
  - {code: p7, members: []}
)");
    EXPECT_EQ(pruned.plan,
              (Lines{"change user bo@plant.example: roles",
                     "deactivate user bo@plant.example",
                     "remove role Night",
                     "remove ana@plant.example from channel p7",
                     "deactivate channel secret"}));
    const OrgState now = state();
    EXPECT_TRUE(now.groups.at(names_of(now).groups.at("night")).body.active);  // no such section
    EXPECT_EQ(now.roles.size(), 1U);
    EXPECT_FALSE(must(storage_->find_account("bo@plant.example"))->active);
}

TEST_F(OrgApply, refuses_to_move_a_channel) {
    Problems problems;
    const auto moved = testing::try_apply(
        *storage_, with("{code: p7, group: pumps,", "{code: p7, group: sites,"), problems);
    ASSERT_FALSE(moved);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 14U);
}

TEST_F(OrgApply, refuses_people_of_another_organization) {
    Problems problems;
    const auto other = testing::try_apply(*storage_,
                                          "organization: {code: other, name: Other}\nusers:\n  - "
                                          "{email: ana@plant.example, name: A}\n",
                                          problems);
    ASSERT_FALSE(other);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems.front().line, 3U);
    EXPECT_EQ(must(storage_->organizations()).size(), 1U);
}

TEST_F(OrgApply, finds_again_what_people_made_in_the_app) {
    const OrgState now = state();
    must(storage_->begin());
    Founder founder(*storage_, now.id, now.directory);
    const auto made = must(founder.channel(
        {.body = {.name = "By hand", .group = names_of(now).groups.at("sites")}, .members = {}}));
    must(founder.finish());
    must(storage_->commit());
    const std::string file = must(export_organization(*storage_, ""));
    EXPECT_NE(file.find("id-" + to_string(made.channel)), std::string::npos);
    EXPECT_EQ(apply_file(*storage_, file).plan, Lines{});
}

}  // namespace
}  // namespace holdfast::admin
