// Tasks through the one door of the rules: on the server, and on a device.

#include <gtest/gtest.h>

#include "core/model/args.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/testing/file_claims.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_tasks.hpp"
#include "core/workflow/intent_ids.hpp"

namespace holdfast::fixture {
namespace {

constexpr auto begin = IntentKind::task_create;
constexpr auto move = IntentKind::task_change_state;
constexpr auto give = IntentKind::task_set_role;

class Tasks : public RulesTest {
protected:
    Tasks() { add_tasks(org); }

    static args::TaskCreate reported(std::string answers = R"({"what":" Pump drips "})") {
        return {.group = pumps_team,
                .workflow = "work_order",
                .form = report_v1,
                .answers = std::move(answers),
                .offset_minutes = -240};
    }
    static args::TaskChangeState to(std::string target, std::uint32_t base = 0) {
        return {.group = pumps_team,
                .task = leak,
                .target = std::move(target),
                .base_state = base == 0 ? "reported" : "doing",
                .base_version = base};
    }
    static args::TaskChangeState accepted(std::uint32_t base = 1) {
        args::TaskChangeState wanted = to("closed", base);
        wanted.form = acceptance_v1;
        wanted.answers = R"({"grade":4})";
        return wanted;
    }
    [[nodiscard]] BucketId tasks() const {
        return org.world.bucket_id(BucketKind::tasks, pumps_team);
    }
    [[nodiscard]] workflow::Task task(Id id = leak) const {
        return find_task(org.world, pumps_team, id).value().value_or(workflow::Task{});
    }
    [[nodiscard]] std::vector<workflow::History> history(Id id = leak) const {
        std::vector<workflow::History> rows;
        const BucketId timeline = org.world.bucket_id(BucketKind::timeline, id);
        const auto newest = org.world.newest(timeline, RowKind::history, 9);
        for (const Row& row : newest.value()) {
            rows.push_back(workflow::parse_history(row.body).value());
        }
        return rows;
    }
    void waits(Intent intent) { org.world.waiting = std::move(intent); }
};

TEST_F(Tasks, OM25_a_start_form_makes_channel_message_answer_and_task_with_its_own_id) {
    const Effects effects = done(Org::bruno, begin, reported());
    std::vector<RowKind> kinds;
    for (const RowChange& change : effects.rows) {
        kinds.push_back(change.key.kind);
    }
    EXPECT_EQ(kinds,
              (std::vector{RowKind::channel,
                           RowKind::member,
                           RowKind::message,
                           RowKind::answer,
                           RowKind::task,
                           RowKind::message,
                           RowKind::history,
                           RowKind::read_mark}));
    EXPECT_EQ(effects.buckets.size(), 2U);
    const workflow::Task made = task(new_id);
    EXPECT_EQ(made.name, "Pump drips");
    EXPECT_EQ(made.state, "reported");
    EXPECT_EQ(made.serial, 5);
    EXPECT_EQ(made.assignee, Org::bruno);
    EXPECT_EQ(made.channel, new_id);
    EXPECT_EQ(made.answers, std::vector{new_id});
    EXPECT_EQ(message(new_id, new_id).form, report_v1);
    EXPECT_EQ(message(new_id, Id{new_id.value + 1}).system, "task_created");
    EXPECT_EQ(history(new_id).at(0).event, workflow::Event::created);
    EXPECT_EQ(read_mark(Org::bruno, new_id)->message, Id{new_id.value + 1});
}

TEST_F(Tasks, the_next_task_of_a_group_has_the_next_serial_number) {
    done(Org::bruno, begin, reported());
    done(Org::ana, begin, reported(), Id{950});
    EXPECT_EQ(task(Id{950}).serial, 6);
}

TEST_F(Tasks, a_task_without_a_usable_name_is_called_after_its_form) {
    done(Org::bruno, begin, reported(R"({"what":")" + std::string(300, 'x') + R"("})"));
    EXPECT_EQ(task(new_id).name, std::string(200, 'x'));
    const Result<Effects> unanswered = act(Org::bruno, begin, reported("{}"), Id{950});
    EXPECT_EQ(code_of(unanswered), ErrorCode::answer_required);
}

TEST_F(Tasks, an_id_makes_one_task_only) {
    done(Org::bruno, begin, reported());
    EXPECT_EQ(code_of(act(Org::bruno, begin, reported())), ErrorCode::intent_id_conflict);
}

TEST_F(Tasks, OM25_a_device_shows_the_waiting_task_with_its_final_id_and_no_number) {
    org.world.become_device(Org::bruno);
    const Effects effects = done(Org::bruno, begin, reported());
    ASSERT_EQ(effects.rows.size(), 1U);
    EXPECT_EQ(effects.rows[0].key, (RowKey{tasks(), RowKind::task, new_id}));
    EXPECT_EQ(task(new_id).serial, 0);
    EXPECT_TRUE(effects.buckets.empty());
}

TEST_F(Tasks, OM25_the_form_of_a_task_claims_files_beside_its_answer) {
    constexpr Id report_v2{713};
    const body::FormVersion version{
        .form = report,
        .definition =
            R"({"code":"report","title":{"en":"Report"},"access":{"groups":["work_orders"]},)"
            R"("components":[{"id":"what","kind":"written"},{"id":"photo","kind":"camera"}]})"};
    const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
    org.world.put({forms, RowKind::form_version, report_v2}, body::encode(version));
    args::TaskCreate wanted =
        reported(R"({"what":"Drips","photo":[")" + to_string(picture_id) + R"("]})");
    wanted.form = report_v2;
    EXPECT_EQ(code_of(act(Org::bruno, begin, wanted)), ErrorCode::answer_file_unknown);
    wanted.files = {picture_claim()};
    done(Org::bruno, begin, wanted);
    const BucketId timeline = org.world.bucket_id(BucketKind::timeline, new_id);
    EXPECT_TRUE(row({timeline, RowKind::file, picture_id}));
    EXPECT_EQ(message(new_id, new_id).files, std::vector{picture_id});

    wanted.answers = R"({"what":"Drips"})";
    EXPECT_EQ(code_of(act(Org::bruno, begin, wanted, Id{950})), ErrorCode::answer_file_unknown)
        << "nothing is claimed that no answer names";
}

TEST_F(Tasks, who_may_begin_a_task) {
    EXPECT_EQ(code_of(act(Org::rita, begin, reported())), ErrorCode::access_read_only);
    EXPECT_EQ(code_of(act(Org::pablo, begin, reported())), ErrorCode::access_forbidden);
    args::TaskCreate other = reported();
    other.workflow = "dream";
    EXPECT_EQ(code_of(act(Org::ana, begin, other)), ErrorCode::intent_gone);
    other = reported();
    other.form = acceptance_v1;
    EXPECT_EQ(code_of(act(Org::ana, begin, other)), ErrorCode::task_no_transition);
    other = reported();
    other.group = Org::maintenance;
    EXPECT_EQ(code_of(act(Org::ana, begin, other)), ErrorCode::access_forbidden);
}

TEST_F(Tasks, OM26_a_change_writes_the_task_a_message_and_its_history) {
    const Effects effects = done(Org::ana, move, to("doing"));
    EXPECT_EQ(effects.status, OutcomeStatus::applied);
    EXPECT_EQ(task().state, "doing");
    EXPECT_EQ(task().state_version, 1U);
    EXPECT_EQ(task().serial, 4);
    const body::Message said = message(leak, new_id);
    EXPECT_EQ(said.system, "task_state_changed");
    EXPECT_EQ(said.params.at("to"), "Doing");
    ASSERT_EQ(history().size(), 1U);
    EXPECT_EQ(history()[0].to, "doing");
    EXPECT_EQ(history()[0].intent, new_id);
}

TEST_F(Tasks, OM26_a_state_start_form_keeps_its_answer_and_moves_the_task) {
    done(Org::ana, move, to("doing"));
    done(Org::ana, move, accepted(), Id{950});
    EXPECT_EQ(task().state, "closed");
    EXPECT_EQ(task().closed_at.ms, at_ms);
    EXPECT_EQ(task().answers, std::vector{Id{950}});
    EXPECT_EQ(message(leak, Id{950}).form, acceptance_v1);
    EXPECT_EQ(message(leak, Id{951}).system, "task_state_changed");
    const BucketId timeline = org.world.bucket_id(BucketKind::timeline, leak);
    EXPECT_TRUE(row({timeline, RowKind::answer, Id{950}}));
}

TEST_F(Tasks, a_change_that_the_workflow_does_not_have_is_refused_with_what_is_possible) {
    const Result<Effects> refused = act(Org::ana, move, to("closed"));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, OutcomeStatus::rejected);
    EXPECT_EQ(refused->code, ErrorCode::task_no_transition);
    EXPECT_TRUE(refused->rows.empty());
    EXPECT_NE(refused->params.find(R"("target":"doing")"), std::string::npos) << refused->params;
    EXPECT_EQ(act(Org::ana, move, to("rejected"))->code, ErrorCode::access_forbidden);
    EXPECT_EQ(act(Org::olga, move, to("rejected"))->status, OutcomeStatus::applied);
}

TEST_F(Tasks, OM33_the_answer_of_a_change_that_came_too_late_stays_in_the_channel) {
    done(Org::ana, move, to("doing"));
    done(Org::bruno, move, to("reported", 1), Id{930});
    const Effects late = done(Org::ana, move, accepted(), Id{950});
    EXPECT_EQ(late.status, OutcomeStatus::rejected);
    EXPECT_EQ(late.code, ErrorCode::task_stale_state);
    EXPECT_TRUE(late.answer_kept);
    EXPECT_NE(late.params.find(R"("by":"Bruno Sosa")"), std::string::npos) << late.params;
    EXPECT_EQ(task().state, "reported");
    EXPECT_EQ(message(leak, Id{950}).form, acceptance_v1);
    EXPECT_EQ(message(leak, Id{951}).system, "task_action_not_done");
}

TEST_F(Tasks, OM34_an_answer_that_came_too_late_is_attached_to_the_task_once) {
    done(Org::ana, move, to("doing"));
    done(Org::bruno, move, to("reported", 1), Id{930});
    done(Org::ana, move, accepted(), Id{950});
    EXPECT_TRUE(task().answers.empty());
    const args::TaskAttachAnswer late{.group = pumps_team, .task = leak, .answer = Id{950}};
    const auto attach = IntentKind::task_attach_answer;
    EXPECT_EQ(done(Org::ana, attach, late, Id{970}).status, OutcomeStatus::applied);
    EXPECT_EQ(task().answers, std::vector{Id{950}});
    EXPECT_EQ(task().state, "reported");
    EXPECT_EQ(message(leak, Id{970}).system, "task_evidence_added");
    EXPECT_TRUE(done(Org::ana, attach, late, Id{990}).rows.empty()) << "it is there";
    args::TaskAttachAnswer later = late;
    later.base_state = "doing";
    later.base_version = 1;
    EXPECT_EQ(done(Org::ana, attach, later, Id{1000}).code, ErrorCode::task_added_late);
    const args::TaskAttachAnswer unknown{.group = pumps_team, .task = leak, .answer = Id{999}};
    const Effects refused = done(Org::ana, attach, unknown, Id{1010});
    EXPECT_EQ(refused.status, OutcomeStatus::rejected);
    EXPECT_EQ(refused.code, ErrorCode::intent_gone);
    org.world.become_device(Org::ana);
    EXPECT_EQ(code_of(act(Org::ana, attach, unknown, Id{1030})), ErrorCode::intent_gone);
}

TEST_F(Tasks, OM27_a_device_refuses_a_second_action_and_names_the_one_that_waits) {
    org.world.become_device(Org::ana);
    waits({.id = Id{940}, .lane = leak, .kind = move, .args = args::encode(to("doing"))});
    const Result<Effects> refused = act(Org::ana, move, to("doing"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::task_action_waiting);
    EXPECT_EQ(refused.error().params,
              R"({"intent":"940","kind":"manual_change","target":"doing"})");
    EXPECT_EQ(
        code_of(act(Org::ana, give, args::TaskSetRole{pumps_team, leak, Org::bruno, "editor"})),
        ErrorCode::task_action_waiting);
}

TEST_F(Tasks, OM27_the_server_refuses_a_second_action_of_one_absence_too) {
    const auto intent = [&](Id id, const args::TaskChangeState& wanted, std::int64_t ago) {
        return Intent{
            .id = id, .lane = leak, .kind = move, .args = args::encode(wanted), .elapsed_ms = ago};
    };
    args::TaskChangeState first = to("doing");
    args::TaskChangeState second = to("reported", 1);
    first.offline = second.offline = true;
    const auto phone = [](std::uint32_t counter) { return Id::make(7, counter); };
    org.world.apply(
        reduce(org.world, org.as(Org::ana, at_ms), intent(phone(1), first, 60'000)).value());
    const auto refused =
        reduce(org.world, org.as(Org::ana, at_ms + 10), intent(phone(20), second, 30'000));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, OutcomeStatus::rejected);
    EXPECT_EQ(refused->code, ErrorCode::task_action_waiting);
    // The same, done after the first was confirmed, is a new absence.
    const auto later =
        reduce(org.world, org.as(Org::ana, at_ms + 60'000), intent(phone(40), second, 1'000));
    EXPECT_EQ(later->status, OutcomeStatus::applied);
}

TEST_F(Tasks, a_device_lays_nothing_over_a_task_that_has_moved) {
    done(Org::bruno, move, to("doing"));
    org.world.become_device(Org::ana);
    EXPECT_EQ(code_of(act(Org::ana, move, to("doing"))), ErrorCode::task_stale_state);
}

TEST_F(Tasks, device_and_server_find_the_same_rows_of_a_change) {
    const Effects server = act(Org::ana, move, to("doing")).value();
    org.world.become_device(Org::ana);
    const Effects device = act(Org::ana, move, to("doing")).value();
    ASSERT_EQ(server.rows.size(), device.rows.size());
    for (std::size_t i = 0; i < server.rows.size(); ++i) {
        EXPECT_EQ(server.rows[i].key, device.rows[i].key);
        EXPECT_EQ(server.rows[i].body, device.rows[i].body);
    }
}

TEST_F(Tasks, people_get_and_lose_their_part_in_a_task) {
    done(Org::ana, give, args::TaskSetRole{pumps_team, leak, Org::bruno, "assignee"});
    EXPECT_EQ(task().assignee, Org::bruno);
    EXPECT_TRUE(is_member(leak, Org::bruno));
    EXPECT_FALSE(is_member(leak, Org::ana));
    EXPECT_EQ(history().at(0).event, workflow::Event::people_changed);
    done(Org::bruno, give, args::TaskSetRole{pumps_team, leak, Org::bruno, "none"}, Id{950});
    EXPECT_FALSE(task().assignee);
    EXPECT_FALSE(is_member(leak, Org::bruno));
    EXPECT_EQ(
        code_of(act(Org::ana, give, args::TaskSetRole{pumps_team, leak, Org::ivan, "editor"})),
        ErrorCode::intent_gone);
    EXPECT_EQ(code_of(act(Org::ana, give, args::TaskSetRole{pumps_team, leak, Org::ana, "king"})),
              ErrorCode::intent_malformed);
}

TEST_F(Tasks, nothing_is_said_of_a_task_to_somebody_outside_its_group) {
    const Result<Effects> refused = act(Org::pablo, move, to("doing"));
    EXPECT_EQ(code_of(refused), ErrorCode::access_forbidden);
    EXPECT_TRUE(refused.error().params.empty());
    EXPECT_EQ(code_of(act(Org::ana,
                          move,
                          [] {
                              args::TaskChangeState wanted = to("doing");
                              wanted.task = Id{4711};
                              return wanted;
                          }())),
              ErrorCode::task_cancelled);
}

TEST_F(Tasks, forms_of_the_channel_come_and_go_with_the_state) {
    EXPECT_EQ(offer_in(org.world, Org::ana, leak)->channel_elements,
              std::vector<std::string>{"reported"});
    done(Org::ana, move, to("doing"));
    EXPECT_EQ(offer_in(org.world, Org::ana, leak)->channel_elements,
              std::vector<std::string>{"doing"});
}

TEST_F(Tasks, broken_rows_and_failed_reads_are_not_the_intents_fault) {
    org.world.put({tasks(), RowKind::task, leak}, R"({"state":7})");
    EXPECT_EQ(code_of(act(Org::ana, move, to("doing"))), ErrorCode::storage_corrupt);
    org.world.failure = ErrorCode::storage_failed;
    EXPECT_EQ(code_of(act(Org::ana, move, to("doing"))), ErrorCode::storage_failed);
}

TEST(TaskIds, what_follows_a_task_that_waits_stays_behind_it) {
    const std::string args = R"({"group":"32","task":"751"})";
    EXPECT_EQ(lane_of(begin, args, {Organization::ana, new_id}), new_id);
    EXPECT_FALSE(lane_of(begin, args, {Organization::ana, {}}));
    EXPECT_EQ(lane_of(move, args, {Organization::ana, new_id}), leak);
    EXPECT_FALSE(lane_of(move, "{}", {Organization::ana, new_id}));
}

TEST(TaskIds, the_engine_says_whether_an_action_was_taken_offline) {
    const std::string moved = args::encode(args::TaskChangeState{
        .group = pumps_team, .task = leak, .target = "doing", .base_state = "reported"});
    EXPECT_TRUE(args::parse_task_change_state(args::said_offline(move, moved, true))->offline);
    EXPECT_EQ(args::said_offline(move, args::said_offline(move, moved, true), false), moved);
    EXPECT_EQ(args::said_offline(move, "nonsense", true), "nonsense");
}

TEST(TaskIds, an_intent_reserves_what_the_workflows_rules_give) {
    EXPECT_EQ(ids_reserved(begin), workflow::ids_reserved(1));
    EXPECT_EQ(ids_reserved(move), workflow::ids_reserved(1));
    EXPECT_GE(ids_reserved(give), workflow::ids_reserved(0));
    EXPECT_EQ(ids_reserved(IntentKind::message_post), 1U);
}

}  // namespace
}  // namespace holdfast::fixture
