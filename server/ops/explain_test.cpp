#include "server/ops/explain.hpp"

#include <gtest/gtest.h>

#include "core/model/entitlement.hpp"
#include "platform/testing/temp_folder.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_inspection.hpp"

namespace holdfast::ops {
namespace {

using holdfast::testing::Company;
using holdfast::testing::must;
using holdfast::testing::post;

class ExplainTest : public ::testing::Test {
protected:
    ExplainTest() {
        storage_ = must(storage::open_sqlite(folder_ / "holdfast.db"));
        company_ = std::make_unique<Company>(*storage_, "acme");
        open_ = company_->make_channel(company_->yard, false, {company_->ana});
        private_ = company_->make_channel(company_->yard, true, {company_->ana});
        phone_ = company_->make_device(company_->ana);
    }
    void submit(Intent intent) {
        services::Executor executor(*storage_, environment_);
        ASSERT_TRUE(executor.enqueue({.user = company_->ana,
                                      .organization = company_->id,
                                      .device = phone_,
                                      .intent = std::move(intent)}));
        ASSERT_FALSE(executor.run().failure);
    }
    std::vector<Explanation> all(Id user, Id row) {
        const auto inspection = must(storage::SqliteInspection::open(folder_ / "holdfast.db"));
        return must(explain(*inspection, user, row));
    }
    Explanation one(Id user, Id row) { return all(user, row).at(0); }
    /// "sees: group_grant …": the verdict and the codes; what does not hold has a "!".
    static std::string show(const Explanation& explanation) {
        std::string text = std::string(verdict_name(explanation.verdict)) + ":";
        for (const Step& step : explanation.steps) {
            text += (step.holds ? " " : " !") + step.code;
        }
        return text;
    }
    void write(RowKey key, std::string body) {
        must(storage_->begin());
        company_->put(key, std::move(body));
        must(storage_->commit());
    }

    testing_support::TempFolder folder_;
    holdfast::testing::FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_;
    std::unique_ptr<Company> company_;
    Id open_;
    Id private_;
    DeviceNumber phone_ = 0;
};

TEST_F(ExplainTest, OM5_a_message_of_an_open_channel_is_seen_through_the_group) {
    submit(post(Id::make(phone_, 1), open_, "hello"));
    EXPECT_EQ(show(one(company_->ben, Id::make(phone_, 1))),
              "sees: row channel_open group_for_all group_grant no_device");
}

TEST_F(ExplainTest, OM5_a_private_channel_is_seen_by_its_members_only) {
    EXPECT_EQ(show(one(company_->ana, private_)), "sees: row channel_grant no_device");
    EXPECT_EQ(show(one(company_->ben, private_)), "hidden: row !no_member no_device");
}

TEST_F(ExplainTest, a_group_names_the_permission_that_is_missing) {
    EXPECT_EQ(show(one(company_->eva, company_->office)),
              "sees: row permission group_grant no_device");
    const Explanation hidden = one(company_->ben, company_->office);
    EXPECT_EQ(show(hidden), "hidden: row !no_permission !no_group_grant no_device");
    EXPECT_EQ(hidden.steps[1].text,
              "The group \"g\" (" + to_string(company_->office) +
                  ") asks for one of: office. The user holds: channel-create, message-write, yard; "
                  "by the roles: r.");
}

TEST_F(ExplainTest, a_grant_that_roles_do_not_ask_for_is_told) {
    write({company_->own_bucket(company_->ben), RowKind::grant, company_->office},
          body::encode(body::Grant{}));
    const Explanation found = one(company_->ben, company_->office);
    EXPECT_EQ(show(found), "hidden: row !no_permission group_grant !grant_differs no_device");
}

TEST_F(ExplainTest, OM14_a_group_that_phones_are_not_served_is_told) {
    write({company_->directory, RowKind::entitlement, company_->id},
          body::encode(body::Entitlement{.state = body::EntitlementState::granted,
                                         .groups = {company_->office}}));
    EXPECT_EQ(show(one(company_->ana, private_)),
              "sees: row channel_grant not_on_phones no_device");
    EXPECT_EQ(show(one(company_->ana, company_->ana)), "sees: row directory no_device");
}

TEST_F(ExplainTest, rows_of_ones_own_are_for_oneself) {
    EXPECT_EQ(all(company_->ana, company_->yard).size(), 1U);  // not the grant for the group
    const Id mark = Id::make(phone_, 9);
    write({company_->own_bucket(company_->ana), RowKind::receipt, mark},
          body::encode(body::Receipt{.code = 42}));
    EXPECT_EQ(show(one(company_->ana, mark)), "sees: row own no_device");
    EXPECT_EQ(show(one(company_->ben, mark)), "hidden: row !not_own no_device");
}

TEST_F(ExplainTest, everybody_sees_the_directory_of_the_own_organization_only) {
    EXPECT_EQ(show(one(company_->ben, company_->worker)), "sees: row directory no_device");
    Company other(*storage_, "other");
    EXPECT_EQ(show(one(other.ana, company_->worker)), "hidden: row !other_organization");
}

TEST_F(ExplainTest, an_inactive_user_or_channel_is_told) {
    must(storage_->begin());
    company_->put_user(company_->ben, "ben@acme", {company_->worker}, false);
    must(services::refresh_all_grants(*storage_, company_->id));
    company_->put({company_->bucket(BucketKind::channel, private_).id, RowKind::channel, private_},
                  body::encode(body::Channel{
                      .name = "c", .group = company_->yard, .is_private = true, .active = false}));
    must(storage_->commit());
    EXPECT_EQ(show(one(company_->ben, company_->yard)),
              "hidden: row !user_inactive group_for_all !no_group_grant no_device");
    EXPECT_EQ(show(one(company_->ana, private_)),
              "hidden: row !channel_inactive channel_grant no_device");
}

TEST_F(ExplainTest, what_was_deleted_or_refused_or_never_came_is_told_apart) {
    submit(post(Id::make(phone_, 3), Id{99}, "refused"));
    write({company_->own_bucket(company_->ana), RowKind::receipt, Id::make(phone_, 3)}, "");
    EXPECT_EQ(show(one(company_->ana, Id::make(phone_, 3))), "deleted: !deleted");
    must(storage_->begin());
    must(storage_->put_outcome({.intent = Id::make(phone_, 4),
                                .status = OutcomeStatus::rejected,
                                .code = ErrorCode::intent_gone},
                               company_->ana));
    must(storage_->quarantine(
        {.id = Id::make(phone_, 5)}, company_->ana, ErrorCode::intent_unknown_kind));
    must(storage_->commit());
    EXPECT_EQ(show(one(company_->ana, Id::make(phone_, 4))), "never_made: !intent_rejected");
    EXPECT_EQ(show(one(company_->ana, Id::make(phone_, 5))), "never_made: !intent_quarantined");
    EXPECT_EQ(show(one(company_->ana, Id::make(phone_, 6))), "never_made: !not_arrived");
    EXPECT_EQ(show(one(company_->ana, Id::make(4000, 6))), "never_made: !no_device");
    EXPECT_EQ(show(one(company_->ana, Id{6})), "never_made: !never_made");
}

TEST_F(ExplainTest, people_and_rows_are_found_by_what_people_call_them) {
    EXPECT_EQ(must(find_user(*storage_, "Ana@acme")), company_->ana);
    EXPECT_EQ(must(find_user(*storage_, to_string(company_->ana))), company_->ana);
    const auto nobody = find_user(*storage_, "nobody@acme");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().code, ErrorCode::tool_not_found);
    EXPECT_EQ(must(find_row_id(*storage_, company_->ana, "77")), Id{77});
    const auto several = find_row_id(*storage_, company_->ana, "c");  // both channels are "c"
    ASSERT_FALSE(several);
    EXPECT_NE(several.error().detail.find(to_string(open_) + ", " + to_string(private_)),
              std::string::npos);
    EXPECT_FALSE(find_row_id(*storage_, company_->ana, "no such thing"));
}

}  // namespace
}  // namespace holdfast::ops
