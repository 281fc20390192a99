// Views of tasks that are saved: on the server, and on a device.

#include "core/rules/task_views.hpp"

#include <gtest/gtest.h>

#include "core/model/body_workflow.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_tasks.hpp"
#include "core/workflow/limits.hpp"

namespace holdfast::fixture {
namespace {

constexpr auto save = IntentKind::view_save;
constexpr auto remove = IntentKind::view_delete;

class TaskViews : public RulesTest {
protected:
    TaskViews() { add_tasks(org); }

    static args::ViewSave named(std::string name, bool shared = false, Id view = {}) {
        return {.group = pumps_team,
                .view = view,
                .shared = shared,
                .definition = R"({"name":")" + std::move(name) +
                              R"(","layout":"board","groups":[{"field":"assignee"}]})"};
    }
    static args::ViewDelete gone(Id view = new_id) { return {.group = pumps_team, .view = view}; }

    [[nodiscard]] std::optional<body::TaskView> own(Id user, Id view = new_id) const {
        return find(BucketKind::user, user, view);
    }
    [[nodiscard]] std::optional<body::TaskView> shared(Id view = new_id) const {
        return find(BucketKind::group, pumps_team, view);
    }

private:
    [[nodiscard]] std::optional<body::TaskView> find(BucketKind kind, Id owner, Id view) const {
        const auto found = row({org.world.bucket_id(kind, owner), RowKind::task_view, view});
        return found ? std::optional(body::parse_task_view(found->body).value()) : std::nullopt;
    }
};

TEST_F(TaskViews, are_saved_for_oneself_with_the_id_of_the_intent) {
    done(Org::ana, save, named("Mine"));
    ASSERT_TRUE(own(Org::ana));
    EXPECT_EQ(own(Org::ana)->group, pumps_team);
    EXPECT_EQ(own(Org::ana)->author, Org::ana);
    EXPECT_EQ(own(Org::ana)->definition,
              R"({"groups":[{"field":"assignee"}],"layout":"board","name":"Mine"})");
    EXPECT_FALSE(own(Org::bruno));
    EXPECT_FALSE(shared());
}

TEST_F(TaskViews, are_replaced_and_deleted_by_their_id) {
    done(Org::ana, save, named("Mine"));
    done(Org::ana, save, named("Better", false, new_id), Id{901});
    EXPECT_NE(own(Org::ana)->definition.find("Better"), std::string::npos);
    EXPECT_FALSE(own(Org::ana, Id{901}));
    done(Org::ana, remove, gone());
    EXPECT_FALSE(own(Org::ana));
    EXPECT_TRUE(done(Org::ana, remove, gone()).rows.empty()) << "it is gone already";
    EXPECT_EQ(code_of(act(Org::ana, save, named("Mine", false, new_id))), ErrorCode::intent_gone);
}

TEST_F(TaskViews, of_somebody_else_are_not_there) {
    done(Org::ana, save, named("Mine"));
    EXPECT_EQ(code_of(act(Org::bruno, save, named("His", false, new_id), Id{901})),
              ErrorCode::intent_gone);
    EXPECT_TRUE(done(Org::bruno, remove, gone()).rows.empty());
    EXPECT_TRUE(own(Org::ana));
}

TEST_F(TaskViews, are_shared_by_those_who_may) {
    EXPECT_EQ(code_of(act(Org::ana, save, named("Ours", true))), ErrorCode::access_forbidden);
    done(Org::olga, save, named("Ours", true));
    ASSERT_TRUE(shared());
    EXPECT_FALSE(own(Org::olga));
    EXPECT_EQ(code_of(act(Org::ana, save, named("Mine", false, new_id), Id{901})),
              ErrorCode::access_forbidden);
    EXPECT_EQ(code_of(act(Org::ana, remove, gone())), ErrorCode::access_forbidden);
}

TEST_F(TaskViews, move_between_their_author_and_the_group) {
    done(Org::olga, save, named("Mine"));
    done(Org::olga, save, named("Ours", true, new_id), Id{901});
    EXPECT_FALSE(own(Org::olga));
    EXPECT_TRUE(shared());
    org.put_user(Org::olga, {.name = "Olga", .roles = {Org::worker}});
    done(Org::olga, save, named("Mine again", false, new_id), Id{902});
    EXPECT_TRUE(own(Org::olga)) << "its author may take it back";
    EXPECT_FALSE(shared());
}

TEST_F(TaskViews, are_for_people_who_read_the_group) {
    EXPECT_EQ(code_of(act(Org::pablo, save, named("Mine"))), ErrorCode::access_forbidden);
    args::ViewSave other = named("Mine");
    other.group = Org::maintenance;
    EXPECT_EQ(code_of(act(Org::ana, save, other)), ErrorCode::access_forbidden);
    done(Org::rita, save, named("Hers"));
    EXPECT_TRUE(own(Org::rita)) << "who only reads may look as she likes";
    EXPECT_EQ(code_of(act(Org::rita, save, named("Ours", true))), ErrorCode::access_read_only);
}

TEST_F(TaskViews, have_a_name_and_three_criteria_at_most) {
    EXPECT_EQ(code_of(act(Org::ana, save, named("  "))), ErrorCode::intent_empty);
    EXPECT_EQ(code_of(act(Org::ana, save, named(std::string(101, 'x')))),
              ErrorCode::intent_too_long);
    args::ViewSave view = named("Mine");
    view.definition = R"({"name":"Mine","layout":"cube"})";
    EXPECT_EQ(code_of(act(Org::ana, save, view)), ErrorCode::workflow_malformed);
    view.definition = R"({"name":"M","filters":[{"field":"name","test":"contains","values":[")" +
                      std::string(5000, 'x') + R"("]}]})";
    EXPECT_EQ(code_of(act(Org::ana, save, view)), ErrorCode::intent_too_long);
    EXPECT_EQ(code_of(judge(Org::ana, save, R"({"group":"32"})")), ErrorCode::intent_malformed);
}

TEST_F(TaskViews, are_as_many_as_the_server_counts) {
    for (std::size_t i = 0; i < workflow::limits::views_max; ++i) {
        done(Org::ana, save, named("Mine"), Id{1000 + i});
    }
    EXPECT_EQ(code_of(act(Org::ana, save, named("One more"))), ErrorCode::view_too_many);
    done(Org::ana, save, named("Another name", false, Id{1000}), Id{901});
    done(Org::bruno, save, named("His"));
    org.world.become_device(Org::ana);
    EXPECT_TRUE(act(Org::ana, save, named("One more"), Id{902}));
}

}  // namespace
}  // namespace holdfast::fixture
