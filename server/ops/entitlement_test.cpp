#include "server/ops/entitlement.hpp"

#include <gtest/gtest.h>

#include "server/services/testing/company.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::ops {
namespace {

using body::EntitlementState;
using holdfast::testing::Company;
using holdfast::testing::must;

class Operator : public ::testing::Test {
protected:
    void name_group(Id group, const std::string& code, Id parent = {}) {
        must(storage_->begin());
        company_.put({company_.bucket(BucketKind::group, group).id, RowKind::group, group},
                     body::encode(body::Group{.name = code, .parent = parent, .code = code}));
        must(storage_->commit());
    }
    body::Entitlement shown() { return must(show_entitlement(*storage_, "acme")); }
    ErrorCode refusal(const Result<body::Entitlement>& done) {
        return done ? ErrorCode::none : done.error().code;
    }

    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
};

TEST_F(Operator, OM14_grants_with_terms_and_takes_back) {
    name_group(company_.office, "office");
    name_group(company_.yard, "yard", company_.office);
    const Terms terms{.groups = std::vector<std::string>{"yard"},
                      .devices_max = 2,
                      .offline_days_max = 7,
                      .history_days = 90,
                      .pin_required = true,
                      .revoked_may_deliver = true};
    must(grant_entitlement(*storage_, "acme", terms, WallTime{5}));
    EXPECT_EQ(shown().state, EntitlementState::granted);
    EXPECT_EQ(shown().decided_at, 5);
    EXPECT_EQ(shown().groups, (std::vector{company_.yard, company_.office}))
        << "what a group stands below comes with it";
    must(grant_entitlement(*storage_, "acme", {.devices_max = 3}, WallTime{6}));
    EXPECT_EQ(shown().devices_max, 3);
    EXPECT_EQ(shown().offline_days_max, 7) << "what is not named stays";
    EXPECT_EQ(shown().history_days, 90);
    EXPECT_TRUE(shown().pin_required);
    EXPECT_TRUE(shown().revoked_may_deliver);
    must(grant_entitlement(*storage_, "acme", {.groups = std::vector<std::string>{}}, WallTime{7}));
    EXPECT_TRUE(shown().groups.empty());
    must(withdraw_entitlement(*storage_, "acme", WallTime{8}));
    EXPECT_EQ(shown().state, EntitlementState::withdrawn);
    EXPECT_EQ(shown().devices_max, 3);
    EXPECT_EQ(refusal(withdraw_entitlement(*storage_, "acme", WallTime{9})),
              ErrorCode::tool_not_found);
}

TEST_F(Operator, OM14_is_told_what_is_not_there) {
    EXPECT_EQ(refusal(show_entitlement(*storage_, "nobody")), ErrorCode::tool_not_found);
    const Terms terms{.groups = std::vector<std::string>{"nowhere"}, .devices_max = 9};
    EXPECT_EQ(refusal(grant_entitlement(*storage_, "acme", terms, WallTime{5})),
              ErrorCode::tool_not_found);
    EXPECT_EQ(shown().devices_max, 0) << "nothing is written";
}

}  // namespace
}  // namespace holdfast::ops
