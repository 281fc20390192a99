// What an organization's entitlement changes for its phones: whom they are served, and when (OM14).

#include <gtest/gtest.h>

#include <algorithm>

#include "core/model/entitlement.hpp"
#include "server/services/testing/hub_fixture.hpp"

namespace holdfast::services {
namespace {

using holdfast::testing::HubTest;
using holdfast::testing::Inbox;
using holdfast::testing::must;

class HubEntitlement : public HubTest {
protected:
    void put(const body::Entitlement& value) {
        must(storage_->begin());
        company_.put({company_.directory, RowKind::entitlement, company_.id}, body::encode(value));
        must(storage_->commit());
        hub_->refresh();
        run();
    }
    /// Whether the bucket is among those that the connection was last told of.
    bool is_served(ConnectionId id, BucketId bucket) {
        bool served = false;
        for (const auto& bytes : inbox(id).messages) {
            const auto frame = must(wire::decode(*bytes));
            if (const auto* heads = std::get_if<wire::Heads>(&frame)) {
                served = served || holdfast::testing::contains(heads->heads, bucket);
            } else if (const auto* welcome = std::get_if<wire::Welcome>(&frame)) {
                served = served || holdfast::testing::contains(welcome->heads, bucket);
            } else if (const auto* gone = std::get_if<wire::Revoke>(&frame)) {
                served = served && std::ranges::find(gone->buckets, bucket) == gone->buckets.end();
            }
        }
        return served;
    }
    ErrorCode pull(BucketId bucket) {
        const wire::Bytes body = wire::encode(
            wire::Pull{.wants = {{.bucket = bucket, .mode = wire::PullMode::snapshot}}});
        const auto answer = must(hub_->pull(phone_, body));
        wire::FrameReader reader(answer);
        const auto frame = must(wire::decode(*must(reader.next())));
        const auto* unwanted = std::get_if<wire::Unwanted>(&frame);
        return unwanted == nullptr ? ErrorCode::none : unwanted->code;
    }

    Id shown_ = company_.make_channel(company_.yard, false, {});
    Id left_out_ = company_.make_channel(company_.office, false, {});
    Id secret_ = company_.make_channel(company_.office, true, {company_.eva});
};

TEST_F(HubEntitlement, OM14_phones_are_served_the_groups_that_it_names_and_desktops_all) {
    put({.state = body::EntitlementState::granted, .groups = {company_.yard}});
    const auto phone = connect_phone(company_.eva);
    const auto desktop = connect(company_.eva, company_);
    for (const Id channel : {left_out_, secret_}) {
        EXPECT_FALSE(is_served(phone, company_.timeline(channel)));
        EXPECT_TRUE(is_served(desktop, company_.timeline(channel)));
        EXPECT_EQ(pull(company_.timeline(channel)), ErrorCode::access_forbidden);
    }
    EXPECT_TRUE(is_served(phone, company_.timeline(shown_)));
    EXPECT_EQ(pull(company_.timeline(shown_)), ErrorCode::none);

    forget_messages();
    say(desktop, left_out_, "for the office");
    say(desktop, shown_, "for the yard");
    EXPECT_TRUE(inbox(phone).pages_of(company_.timeline(left_out_)).empty());
    EXPECT_FALSE(inbox(phone).pages_of(company_.timeline(shown_)).empty());
}

TEST_F(HubEntitlement, OM14_a_phone_that_is_connected_hears_of_other_terms_at_once) {
    put({.state = body::EntitlementState::granted});
    const auto phone = connect_phone(company_.eva);
    ASSERT_TRUE(is_served(phone, company_.timeline(left_out_)));
    put({.state = body::EntitlementState::granted, .groups = {company_.yard}});
    EXPECT_FALSE(is_served(phone, company_.timeline(left_out_)));
    EXPECT_EQ(pull(company_.timeline(left_out_)), ErrorCode::access_forbidden);
    put({.state = body::EntitlementState::withdrawn, .groups = {company_.yard}});
    EXPECT_TRUE(is_served(phone, company_.timeline(left_out_)))
        << "it shows what is online, as others";
}

TEST_F(HubEntitlement, OM14_OM33_what_was_done_offline_is_taken_after_it_is_gone) {
    put({.state = body::EntitlementState::granted});
    const auto phone = connect_phone(company_.eva);
    put({.state = body::EntitlementState::withdrawn});
    EXPECT_NE(inbox(connect_phone(company_.ana))
                  .all<wire::Welcome>()
                  .at(0)
                  .policy.find(R"("granted":false)"),
              std::string::npos);
    const Id intent = say(phone, shown_, "written below ground");
    const auto outcomes = inbox(phone).all<wire::Outcomes>();
    ASSERT_FALSE(outcomes.empty());
    EXPECT_EQ(outcomes.back().outcomes.at(0).intent, intent);
    EXPECT_EQ(outcomes.back().outcomes.at(0).status, OutcomeStatus::applied);
}

TEST_F(HubEntitlement, OM14_the_size_of_a_file_is_limited_while_it_is_granted) {
    put({.state = body::EntitlementState::granted, .attachment_bytes_max = 1000});
    EXPECT_EQ(must(hub_->file_bytes_max(company_.id)), 1000);
    put({.state = body::EntitlementState::withdrawn, .attachment_bytes_max = 1000});
    EXPECT_EQ(must(hub_->file_bytes_max(company_.id)), 0);
}

}  // namespace
}  // namespace holdfast::services
