// Offline Mode as an organization has it: the row, what it follows from, and its request (OM14).

#include "core/model/entitlement.hpp"

#include <gtest/gtest.h>

#include "core/model/limits.hpp"
#include "core/rules/testing/act.hpp"

namespace holdfast::fixture {
namespace {

using body::EntitlementState;

class Entitlement : public RulesTest {
protected:
    void SetUp() override { put_organization({.name = "Acme"}); }
    void put_organization(const body::Organization& value) {
        org.world.put({org.world.directory().value(), RowKind::organization, Org::organization},
                      body::encode(value));
    }
    void put(const body::Entitlement& value) {
        org.world.put({org.world.directory().value(), RowKind::entitlement, Org::organization},
                      body::encode(value));
    }
    [[nodiscard]] body::Entitlement known() const {
        return entitlement_of(org.world, Org::organization).value();
    }
    Result<Effects> ask(Id user, std::string reason = "We work in basements") {
        return act(user,
                   IntentKind::entitlement_request,
                   args::EntitlementRequest{.reason = std::move(reason)});
    }
    static ErrorCode code(const Result<Effects>& judged) {
        return judged ? ErrorCode::none : judged.error().code;
    }
};

TEST_F(Entitlement, OM14_is_none_until_somebody_asks_and_the_operator_grants) {
    EXPECT_EQ(known().state, EntitlementState::none);
    EXPECT_FALSE(body::policy_of(known()).granted);
    done(Org::olga,
         IntentKind::entitlement_request,
         args::EntitlementRequest{.reason = "  We work in basements "});
    EXPECT_EQ(known().state, EntitlementState::requested);
    EXPECT_EQ(known().reason, "We work in basements");
    EXPECT_EQ(known().requested_by, Org::olga);
    EXPECT_NE(known().requested_at, 0);
    EXPECT_FALSE(body::policy_of(known()).granted);
}

TEST_F(Entitlement, OM14_is_asked_for_by_an_administrator_with_a_reason) {
    EXPECT_EQ(code(ask(Org::ana)), ErrorCode::access_forbidden);
    EXPECT_EQ(code(ask(Org::rita)), ErrorCode::access_read_only);
    EXPECT_EQ(code(ask(Org::olga, "  ")), ErrorCode::intent_empty);
    EXPECT_EQ(code(ask(Org::olga, std::string(limits::reason_bytes_max + 1, 'a'))),
              ErrorCode::intent_too_long);
    put({.state = EntitlementState::granted});
    EXPECT_EQ(code(ask(Org::olga)), ErrorCode::entitlement_granted);
}

TEST_F(Entitlement, OM14_a_request_after_a_withdrawal_keeps_the_terms) {
    put({.state = EntitlementState::withdrawn, .devices_max = 2, .pin_required = true});
    EXPECT_TRUE(body::policy_of(known()).withdrawn);
    done(Org::olga, IntentKind::entitlement_request, args::EntitlementRequest{.reason = "Again"});
    EXPECT_EQ(known().state, EntitlementState::requested);
    EXPECT_EQ(known().devices_max, 2);
    EXPECT_TRUE(body::policy_of(known()).pin_required);
}

TEST_F(Entitlement, OM14_what_was_granted_before_there_was_such_a_row_stays_in_force) {
    put_organization({.name = "Acme", .offline = {.granted = true, .allow_messages = false}});
    EXPECT_TRUE(known().is_granted());
    EXPECT_FALSE(known().allow_messages);
    put({.state = EntitlementState::withdrawn});
    EXPECT_FALSE(known().is_granted()) << "the row is the truth once it is there";
}

TEST_F(Entitlement, OM14_its_row_goes_there_and_back) {
    const body::Entitlement all{.state = EntitlementState::granted,
                                .reason = "\"Basements\"",
                                .requested_by = Org::olga,
                                .requested_at = 17,
                                .decided_at = 18,
                                .groups = {Id{3}, Id{4}},
                                .attachment_bytes_max = 1000,
                                .devices_max = 2,
                                .offline_days_max = 7,
                                .pin_required = true,
                                .allow_messages = false,
                                .automatic = true};
    EXPECT_EQ(body::parse_entitlement(body::encode(all)).value(), all);
    EXPECT_EQ(body::encode(body::Entitlement{}), R"({"state":"none"})");
    EXPECT_EQ(body::parse_entitlement("{}").value(), body::Entitlement{});
    EXPECT_FALSE(body::parse_entitlement(R"({"state":"given"})"));
    const body::OfflinePolicy told = body::policy_of(all);
    EXPECT_EQ(body::parse_offline_policy(body::encode(told)).value(), told);
}

}  // namespace
}  // namespace holdfast::fixture
