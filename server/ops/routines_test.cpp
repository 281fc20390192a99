#include "server/ops/routines.hpp"

#include <gtest/gtest.h>

#include "server/services/testing/company.hpp"
#include "server/services/testing/fake_environment.hpp"
#include "server/storage/sqlite/sqlite_storage.hpp"

namespace holdfast::ops {
namespace {

using holdfast::testing::Company;
using holdfast::testing::FakeEnvironment;
using holdfast::testing::must;
using storage::RunState;

class AutomationLog : public ::testing::Test {
protected:
    AutomationLog() {
        must(storage_->begin());
        must(storage_->put_routine({.id = Id{5},
                                    .organization = company_.id,
                                    .code = "close",
                                    .definition = R"({"code":"close"})"}));
        put(Id{1}, "close", RunState::done, R"({"task":{"name":"Leak"}})");
        put(Id{2}, "open", RunState::failed, "{}");
        put(Id{3}, "close", RunState::open, "{}");
        must(storage_->add_run_entry({.run = Id{1}, .position = 1, .entry = R"({"stage":"a"})"}));
        must(storage_->commit());
    }
    void put(Id id, const std::string& routine, RunState state, std::string context) {
        must(storage_->queue_run({.id = id,
                                  .organization = company_.id,
                                  .routine = routine,
                                  .user = company_.ana,
                                  .task = Id{70},
                                  .context = std::move(context),
                                  .state = state,
                                  .queued_at = WallTime{static_cast<std::int64_t>(id.value)}}));
    }
    std::vector<Id> ids(const RunFilter& filter) {
        std::vector<Id> all;
        for (const auto& run : must(list_runs(*storage_, filter))) {
            all.push_back(run.id);
        }
        return all;
    }

    FakeEnvironment environment_;
    std::unique_ptr<storage::Storage> storage_ = must(storage::open_sqlite(":memory:"));
    Company company_{*storage_, "acme"};
};

TEST_F(AutomationLog, lists_runs_newest_first_and_by_what_is_asked_for) {
    EXPECT_EQ(ids({}), (std::vector{Id{3}, Id{2}, Id{1}}));
    EXPECT_EQ(ids({.limit = 2}), (std::vector{Id{3}, Id{2}}));
    EXPECT_EQ(ids({.state = RunState::failed}), std::vector{Id{2}});
    EXPECT_EQ(ids({.text = "Leak"}), std::vector{Id{1}});
    EXPECT_EQ(ids({.text = "close"}), (std::vector{Id{3}, Id{1}}));
}

TEST_F(AutomationLog, tells_what_a_run_did) {
    const RunStory story = must(tell_run(*storage_, Id{1}));
    EXPECT_EQ(story.run.routine, "close");
    ASSERT_EQ(story.entries.size(), 1U);
    EXPECT_EQ(tell_run(*storage_, Id{9}).error().code, ErrorCode::tool_not_found);
}

TEST_F(AutomationLog, runs_again_what_has_ended_as_it_is_defined_now) {
    const auto again = must(run_again(*storage_, environment_, Id{1}));
    const auto queued = must(storage_->find_run(again.id));
    ASSERT_TRUE(queued);
    EXPECT_EQ(queued->state, RunState::open);
    EXPECT_EQ(queued->definition, Id{5});
    EXPECT_EQ(queued->again, Id{1});
    EXPECT_EQ(queued->context, R"({"task":{"name":"Leak"}})");
    EXPECT_EQ(queued->user, company_.ana);
    EXPECT_EQ(queued->due_at, environment_.wall());
    EXPECT_EQ(run_again(*storage_, environment_, Id{3}).error().code, ErrorCode::tool_not_found)
        << "it is under way";
    EXPECT_EQ(run_again(*storage_, environment_, Id{2}).error().code,
              ErrorCode::workflow_unknown_routine);
}

}  // namespace
}  // namespace holdfast::ops
