#include <gtest/gtest.h>

#include "platform/testing/temp_folder.hpp"
#include "server/services/executor.hpp"
#include "server/services/testing/hub_fixture.hpp"

/// Another process writes to the same database: an organization file is applied, a session revoked.
namespace holdfast::services {
namespace {

using testing::Company;
using testing::FakeAuthenticator;
using testing::FakeEnvironment;
using testing::must;

class ForeignTest : public ::testing::Test {
protected:
    ForeignTest() {
        storage_ = must(storage::open_sqlite((folder_ / "server.db").string()));
        other_ = must(storage::open_sqlite((folder_ / "server.db").string()));
    }
    ~ForeignTest() override {
        storage_.reset();
        other_.reset();
    }

    testing_support::TempFolder folder_;
    std::unique_ptr<storage::Storage> storage_;
    std::unique_ptr<storage::Storage> other_;
};

TEST_F(ForeignTest, OM5_an_intent_is_judged_by_what_another_process_has_written) {
    Company company(*storage_, "acme");
    const Id channel = company.make_channel(company.yard, false, {});
    const DeviceNumber phone = company.make_device(company.ana);
    FakeEnvironment environment;
    Executor executor(*storage_, environment);
    const auto judge = [&](std::uint32_t number) {
        EXPECT_TRUE(executor.enqueue({company.ana,
                                      company.id,
                                      phone,
                                      testing::post(Id::make(phone, number), channel, "m")}));
        return executor.run().judged.at(0).outcome;
    };
    const auto set_active = [&](bool active) {
        const RowChange change{.key = {company.directory, RowKind::user, company.ana},
                               .body = body::encode(body::User{
                                   .name = "ana", .roles = {company.worker}, .active = active})};
        must(other_->begin());
        must(other_->write_rows({&change, 1}));
        must(other_->commit());
    };
    EXPECT_EQ(judge(1).status, OutcomeStatus::applied);
    set_active(false);
    EXPECT_EQ(judge(2).code, ErrorCode::access_forbidden);
    set_active(true);
    EXPECT_EQ(judge(3).status, OutcomeStatus::applied);
}

TEST_F(ForeignTest, OM4_a_change_by_another_process_is_told_within_half_a_second) {
    Company company(*storage_, "acme");
    const Id channel = company.make_channel(company.yard, false, {});
    const BucketId timeline = company.timeline(channel);
    const DeviceNumber phone = company.make_device(company.ana);
    FakeEnvironment environment;
    FakeAuthenticator authenticator;
    authenticator.known["t"] = {company.ana, company.id, phone, "session"};
    Hub hub(*storage_, environment, authenticator);
    const ConnectionId id = hub.open();
    hub.received(id, wire::encode(wire::Hello{.token = "t", .device = phone}));
    hub.run_pending();
    hub.tick();
    testing::Inbox inbox;
    const auto pass = [&](Millis span) {
        environment.advance(span);
        hub.tick();
        for (Command& command : hub.poll()) {
            if (command.bytes != nullptr) {
                inbox.messages.push_back(std::move(command.bytes));
            } else {
                inbox.closed = command.code;
            }
        }
    };
    pass(Millis{1000});
    inbox.messages.clear();
    const auto reloads = hub.counters().foreign_reloads;
    pass(Millis{1000});
    EXPECT_EQ(hub.counters().foreign_reloads, reloads) << "nothing has changed";

    must(other_->begin());
    const RowChange change{.key = {timeline, RowKind::message, Id{77}}, .body = "{}"};
    must(other_->write_rows({&change, 1}));
    must(other_->commit());
    pass(Millis{500});
    const auto heads = inbox.all<wire::Heads>();
    ASSERT_EQ(heads.size(), 1U);
    EXPECT_EQ(heads[0].heads.at(0).id, timeline);

    must(other_->begin());
    must(other_->put_secret("x", "y"));
    must(other_->commit());
    authenticator.refused["session"] = ErrorCode::auth_session_revoked;
    pass(Millis{500});
    EXPECT_EQ(inbox.closed, ErrorCode::auth_session_revoked);
}

}  // namespace
}  // namespace holdfast::services
