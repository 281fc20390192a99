// OM25, OM26, OM28: actions whose effects are a routine's, on the server and on a device; and what
// the stages of routines do.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/model/args.hpp"
#include "core/model/body_forms.hpp"
#include "core/rules/stages.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_routines.hpp"
#include "core/rules/told_failure.hpp"
#include "core/workflow/intent_ids.hpp"

namespace holdfast::fixture {
namespace {

using nlohmann::json;

constexpr auto begin = IntentKind::task_create;
constexpr auto move = IntentKind::task_change_state;
constexpr Id span = Id::make(server_device, 5000);

class Routines : public RulesTest {
protected:
    Routines() {
        add_tasks(org);
        const BucketId group = org.world.bucket_id(BucketKind::group, pumps_team);
        org.world.put({group, RowKind::workflow, work_order}, routine_order_body());
    }

    static args::TaskCreate reported() {
        return {.group = pumps_team,
                .workflow = "work_order",
                .form = report_v1,
                .answers = R"({"what":"Pump drips"})"};
    }
    static args::TaskChangeState to(std::string target, std::string from, std::uint32_t base = 0) {
        return {.group = pumps_team,
                .task = leak,
                .target = std::move(target),
                .base_state = std::move(from),
                .base_version = base};
    }
    void put_in(const std::string& state) {
        workflow::Task task = leak_task();
        task.state = state;
        org.world.put({tasks(), RowKind::task, leak}, workflow::encode(task), task.serial);
    }
    [[nodiscard]] BucketId tasks() const {
        return org.world.bucket_id(BucketKind::tasks, pumps_team);
    }
    [[nodiscard]] std::optional<workflow::Task> task(Id id = leak) const {
        return find_task(org.world, pumps_team, id).value();
    }
    static std::vector<std::string> names(const Effects& effects) {
        std::vector<std::string> all;
        for (const QueuedRun& run : effects.runs) {
            all.push_back(run.routine);
        }
        return all;
    }

    /// Carries out a stage of a run that the context began, and writes what it does.
    Result<json> stage(workflow::StageKind kind,
                       const std::map<std::string, json>& inputs,
                       const std::string& context) {
        const workflow::Stage stage{.key = "it", .kind = kind};
        workflow::Inputs values;
        for (const auto& [name, value] : inputs) {
            values[name] = value.dump();
        }
        spans_ += workflow::ids_reserved(0);
        last_ = Id::make(server_device, spans_);
        HF_TRY(const StageDone done,
               carry_out_stage(
                   org.world,
                   org.as(Org::ana, at_ms),
                   {.stage = &stage, .inputs = &values, .context = context, .span = last_}));
        org.world.apply(done.effects);
        runs_ = done.effects.runs;
        return json::parse(done.result);
    }
    /// The context of a run that a change of the leak set off.
    std::string upon_leak() {
        const Effects effects = done(Org::ana, move, to("doing", "reported"));
        return effects.runs.at(0).context;
    }
    [[nodiscard]] std::vector<body::Message> messages(Id channel) const {
        std::vector<body::Message> all;
        const BucketId timeline = org.world.bucket_id(BucketKind::timeline, channel);
        const auto newest = org.world.newest(timeline, RowKind::message, 99);
        for (const Row& row : newest.value()) {
            all.push_back(body::parse_message(row.body).value());
        }
        return all;
    }

    std::uint32_t spans_ = 10'000;
    Id last_{};  ///< what the last stage was given
    std::vector<QueuedRun> runs_{};
};

TEST_F(Routines, a_start_form_leaves_the_task_to_its_routine) {
    const Effects effects = done(Org::bruno, begin, reported());
    EXPECT_EQ(names(effects), std::vector<std::string>{"make"});
    EXPECT_FALSE(task(new_id));
    EXPECT_TRUE(row(org.message_key(new_id, new_id)));
    const QueuedRun& run = effects.runs.front();
    EXPECT_EQ(run.id, new_id);
    EXPECT_EQ(run.task, new_id);
    EXPECT_EQ(run.channel, new_id);
    EXPECT_EQ(run.group, pumps_team);
    EXPECT_EQ(run.user, Org::bruno);
    const json context = json::parse(run.context);
    EXPECT_EQ(context["answer"]["fields"]["what"], "Pump drips");
    EXPECT_EQ(context["answer"]["id"], to_string(new_id));
    EXPECT_EQ(context["answer"]["user"], to_string(Org::bruno));
    EXPECT_EQ(context["user"]["name"], "Bruno");
    EXPECT_EQ(context["channel"]["name"], "Report");
    EXPECT_EQ(context["meta"]["trigger"], "start_form");
    EXPECT_EQ(context["meta"]["workflow"], "work_order");
    EXPECT_EQ(context["meta"]["now"], at_ms);
    EXPECT_FALSE(context.contains("task"));
}

TEST_F(Routines, OM25_a_device_shows_the_task_that_the_routine_will_make) {
    org.world.become_device(Org::bruno);
    const Effects effects = done(Org::bruno, begin, reported());
    ASSERT_TRUE(task(new_id));
    EXPECT_EQ(task(new_id)->name, "Report");
    EXPECT_EQ(task(new_id)->state, "reported");
    EXPECT_EQ(task(new_id)->assignee, Org::bruno);
    EXPECT_EQ(task(new_id)->serial, 0);
    EXPECT_EQ(names(effects), std::vector<std::string>{"make"});
    EXPECT_TRUE(effects.runs.front().context.empty());
}

TEST_F(Routines, a_change_belongs_to_its_routine) {
    const Effects effects = done(Org::ana, move, to("doing", "reported"));
    EXPECT_EQ(names(effects), std::vector<std::string>{"begin"});
    EXPECT_EQ(task()->state, "reported");
    EXPECT_EQ(task()->state_version, 0U);
    const json context = json::parse(effects.runs.front().context);
    EXPECT_EQ(context["task"]["name"], "Leak at P-7");
    EXPECT_EQ(context["task"]["id"], to_string(leak));
    EXPECT_EQ(context["meta"]["target"], "doing");
    EXPECT_FALSE(context.contains("answer"));
}

TEST_F(Routines, OM26_a_device_shows_the_state_that_was_asked_for) {
    org.world.become_device(Org::ana);
    done(Org::ana, move, to("doing", "reported"));
    EXPECT_EQ(task()->state, "doing");
    EXPECT_EQ(task()->state_version, 0U) << "what the action is upon has not moved";
}

TEST_F(Routines, a_state_form_with_routines_keeps_the_answer_and_moves_nothing) {
    put_in("doing");
    args::TaskChangeState wanted = to("closed", "doing");
    wanted.form = acceptance_v1;
    wanted.answers = R"({"grade":4})";
    const Effects effects = done(Org::ana, move, wanted);
    EXPECT_EQ(names(effects), (std::vector<std::string>{"close", "tell"}));
    EXPECT_NE(effects.runs[0].id, effects.runs[1].id);
    EXPECT_EQ(task()->state, "doing");
    EXPECT_EQ(task()->answers, std::vector{new_id});
    const json context = json::parse(effects.runs.front().context);
    EXPECT_EQ(context["answer"]["fields"]["grade"], 4);
    EXPECT_EQ(context["task"]["answers"][0], to_string(new_id)) << "as the action left it";
}

TEST_F(Routines, a_form_without_a_target_is_what_the_state_offers_for_its_routines) {
    put_in("doing");
    args::TaskChangeState wanted = to("", "doing");
    wanted.form = report_v1;
    wanted.answers = R"({"what":"It takes longer"})";
    const Effects effects = done(Org::ana, move, wanted);
    EXPECT_EQ(names(effects), std::vector<std::string>{"note"});
    EXPECT_EQ(task()->state, "doing");
    EXPECT_EQ(task()->answers, std::vector{new_id});
    EXPECT_EQ(json::parse(effects.runs.front().context)["meta"]["trigger"], "survey_trigger");

    put_in("reported");
    wanted.base_state = "reported";
    EXPECT_EQ(act(Org::ana, move, wanted, Id{920})->code, ErrorCode::task_no_transition);
}

TEST_F(Routines, an_answer_in_the_channel_sets_them_off_as_well) {
    put_in("doing");
    const args::AnswerSubmit answer{
        .channel = leak, .form = report_v1, .answers = R"({"what":"Longer"})"};
    EXPECT_EQ(names(done(Org::ana, IntentKind::answer_submit, answer)),
              std::vector<std::string>{"note"});
    put_in("reported");
    const Effects plain = done(Org::ana, IntentKind::answer_submit, answer, Id{930});
    EXPECT_TRUE(plain.runs.empty());
    EXPECT_TRUE(row({org.world.bucket_id(BucketKind::timeline, leak), RowKind::answer, Id{930}}));
}

// ------------------------------------------------------------------------------------ stages

using workflow::StageKind;

TEST_F(Routines, create_task_makes_the_task_of_the_start_form_with_the_id_that_was_shown) {
    const std::string context = done(Org::bruno, begin, reported()).runs.at(0).context;
    const auto result = stage(StageKind::create_task,
                              {{"name", "Pump drips"},
                               {"assignee", to_string(Org::olga)},
                               {"followers", json::array({to_string(Org::bruno)})},
                               {"fields", {{"pump.number", 7}}},
                               {"end_date", 1'800'000'000'000},
                               {"status1", nullptr}},
                              context);
    ASSERT_TRUE(result) << error_name(result.error().code) << result.error().detail;
    EXPECT_EQ((*result)["task"], to_string(new_id));
    EXPECT_EQ((*result)["serial"], 5);
    ASSERT_TRUE(task(new_id));
    EXPECT_EQ(task(new_id)->name, "Pump drips");
    EXPECT_EQ(task(new_id)->channel, new_id);
    EXPECT_EQ(task(new_id)->assignee, Org::olga);
    EXPECT_EQ(task(new_id)->followers, std::vector{Org::bruno});
    EXPECT_EQ(task(new_id)->fields.at("pump.number"), "7");
    EXPECT_EQ(task(new_id)->end_date.ms, 1'800'000'000'000);
    EXPECT_EQ(task(new_id)->answers, std::vector{new_id});
    EXPECT_TRUE(is_member(new_id, Org::olga));
    ASSERT_EQ(runs_.size(), 1U);
    EXPECT_EQ(runs_[0].routine, "welcome");
    EXPECT_EQ(runs_[0].id.device(), server_device);
    EXPECT_EQ(json::parse(runs_[0].context)["task"]["serial"], 5);
}

TEST_F(Routines, another_task_gets_a_channel_of_its_own) {
    const std::string context = upon_leak();
    const auto result = stage(
        StageKind::create_task, {{"name", "Order a seal"}, {"parent", to_string(leak)}}, context);
    ASSERT_TRUE(result) << error_name(result.error().code) << result.error().detail;
    const auto made = task(last_);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->channel, last_);
    EXPECT_EQ(made->parent, leak);
    EXPECT_EQ(task()->children, std::vector{last_});
    EXPECT_EQ(messages(last_).at(0).system, "task_created");
    const auto unknown =
        stage(StageKind::create_task, {{"name", "x"}, {"group", "nowhere"}}, context);
    EXPECT_EQ(code_of(unknown), ErrorCode::intent_gone);
    const auto by_code =
        stage(StageKind::create_task, {{"name", "x"}, {"group", "work_orders"}}, context);
    EXPECT_TRUE(by_code);
}

TEST_F(Routines, change_state_moves_the_task_and_sets_nothing_off) {
    const std::string context = upon_leak();
    ASSERT_TRUE(stage(StageKind::change_state, {{"state", "doing"}}, context));
    EXPECT_EQ(task()->state, "doing");
    EXPECT_EQ(task()->state_version, 1U);
    EXPECT_TRUE(runs_.empty());
    EXPECT_FALSE(read_mark(Org::ana, leak).has_value() &&
                 read_mark(Org::ana, leak)->message == last_)
        << "nobody has read what a routine says";
    EXPECT_EQ(code_of(stage(StageKind::change_state, {{"state", "doing"}}, context)),
              ErrorCode::task_no_transition);
    const std::size_t before = messages(leak).size();
    ASSERT_TRUE(stage(StageKind::change_state, {{"state", "closed"}, {"quiet", true}}, context));
    EXPECT_EQ(messages(leak).size(), before);
}

TEST_F(Routines, update_task_edits_and_cancels) {
    const std::string context = upon_leak();
    ASSERT_TRUE(
        stage(StageKind::update_task, {{"name", "Leak at P-8"}, {"estimated_days", 3}}, context));
    EXPECT_EQ(task()->name, "Leak at P-8");
    EXPECT_EQ(task()->estimated_days, 3);
    ASSERT_TRUE(stage(StageKind::update_task, {{"cancel", true}}, context));
    EXPECT_FALSE(task()->active);
}

TEST_F(Routines, add_and_remove_people) {
    const std::string context = upon_leak();
    const std::string bruno = to_string(Org::bruno);
    ASSERT_TRUE(stage(StageKind::add_people, {{"users", bruno}}, context));
    EXPECT_EQ(task()->editors, std::vector{Org::bruno});
    EXPECT_TRUE(is_member(leak, Org::bruno));
    ASSERT_TRUE(stage(StageKind::add_people,
                      {{"users", json::array({bruno, to_string(Org::olga)})}, {"role", "follower"}},
                      context));
    EXPECT_TRUE(task()->editors.empty());
    EXPECT_EQ(task()->followers, (std::vector{Org::bruno, Org::olga}));
    ASSERT_TRUE(stage(StageKind::add_people, {{"users", bruno}, {"role", "assignee"}}, context));
    EXPECT_EQ(task()->assignee, Org::bruno);
    ASSERT_TRUE(stage(StageKind::remove_people,
                      {{"users", json::array({bruno, to_string(Org::olga)})}},
                      context));
    EXPECT_FALSE(task()->assignee);
    EXPECT_TRUE(task()->followers.empty());
    EXPECT_EQ(code_of(stage(StageKind::add_people, {{"users", bruno}, {"role", "boss"}}, context)),
              ErrorCode::routine_invalid_input);
    EXPECT_EQ(code_of(stage(StageKind::add_people, {{"users", "999"}}, context)),
              ErrorCode::intent_gone);
}

TEST_F(Routines, post_message_speaks_for_the_platform_or_for_a_person) {
    const std::string context = upon_leak();
    ASSERT_TRUE(stage(StageKind::post_message, {{"text", "Thank you"}}, context));
    EXPECT_EQ(message(leak, last_).text, "Thank you");
    EXPECT_EQ(message(leak, last_).system, "routine_said");
    ASSERT_TRUE(stage(StageKind::post_message,
                      {{"text", "On my way"},
                       {"author", to_string(Org::bruno)},
                       {"channel", to_string(Org::pumps)}},
                      context));
    EXPECT_EQ(message(Org::pumps, last_).author, Org::bruno);
    EXPECT_EQ(message(Org::pumps, last_).system, "");
    EXPECT_EQ(code_of(stage(StageKind::post_message, {{"text", "  "}}, context)),
              ErrorCode::intent_empty);
    EXPECT_EQ(code_of(stage(StageKind::post_message, {{"text", json::array()}}, context)),
              ErrorCode::routine_invalid_input);
}

TEST_F(Routines, create_channel_opens_it_to_its_members) {
    const std::string context = upon_leak();
    const auto result = stage(
        StageKind::create_channel,
        {{"name", "Seals"}, {"members", json::array({to_string(Org::bruno)})}, {"private", true}},
        context);
    ASSERT_TRUE(result);
    EXPECT_EQ((*result)["channel"], to_string(last_));
    EXPECT_TRUE(is_member(last_, Org::bruno));
    EXPECT_TRUE(is_granted(Org::bruno, last_));
}

TEST_F(Routines, create_and_update_element_keep_a_collection) {
    constexpr Id sites{801}, places{802}, north{811};
    for (const auto& [id, code] : {std::pair{sites, "site"}, std::pair{places, "place"}}) {
        body::Collection body{.code = code, .name = code};
        if (id == places) {
            body.parents = {sites};
        }
        org.world.put({org.world.add_bucket(BucketKind::collection, id), RowKind::collection, id},
                      body::encode(body));
    }
    org.world.put({org.world.bucket_id(BucketKind::collection, sites), RowKind::element, north},
                  body::encode(body::Element{.code = "n", .name = "North"}));
    const std::string context = upon_leak();
    const std::map<std::string, json> hall{{"collection", "place"},
                                           {"code", "hall"},
                                           {"name", "Hall"},
                                           {"parent", "n"},
                                           {"fields", {{"floor", 2}, {"keys", "B"}}}};
    ASSERT_TRUE(stage(StageKind::create_element, hall, context));
    const RowKey key{org.world.bucket_id(BucketKind::collection, places), RowKind::element, last_};
    const auto made = body::parse_element(row(key)->body).value();
    EXPECT_EQ(made.name, "Hall");
    EXPECT_EQ(made.parents, std::vector{north});
    EXPECT_EQ(made.columns, (std::map<std::string, std::string>{{"floor", "2"}, {"keys", "B"}}));
    EXPECT_EQ(code_of(stage(StageKind::create_element, hall, context)),
              ErrorCode::routine_invalid_input)
        << "there is one of this code";
    const std::map<std::string, json> change{{"collection", "place"},
                                             {"code", "hall"},
                                             {"name", "Great hall"},
                                             {"fields", {{"keys", nullptr}}}};
    ASSERT_TRUE(stage(StageKind::update_element, change, context));
    const auto changed = body::parse_element(row(key)->body).value();
    EXPECT_EQ(changed.name, "Great hall");
    EXPECT_EQ(changed.parents, std::vector{north});
    EXPECT_EQ(changed.columns, (std::map<std::string, std::string>{{"floor", "2"}}));
    for (const auto& [name, value] : {std::pair{"collection", "thing"}, std::pair{"parent", "s"}}) {
        auto wrong = hall;
        wrong["code"] = "other";
        wrong[name] = value;
        EXPECT_EQ(code_of(stage(StageKind::create_element, wrong, context)),
                  ErrorCode::intent_gone);
    }
    EXPECT_EQ(code_of(stage(
                  StageKind::update_element, {{"collection", "place"}, {"code", "yard"}}, context)),
              ErrorCode::intent_gone);
}

TEST_F(Routines, send_form_asks_for_it_in_the_channel) {
    const std::string context = upon_leak();
    ASSERT_TRUE(stage(StageKind::send_form, {{"form", "acceptance"}}, context));
    const body::Message asked = message(leak, last_);
    EXPECT_EQ(asked.system, "form_requested");
    EXPECT_EQ(asked.params.at("form"), to_string(acceptance));
    ASSERT_TRUE(stage(StageKind::send_form,
                      {{"form", "acceptance"}, {"recipient", to_string(Org::bruno)}},
                      context));
    EXPECT_EQ(message(leak, last_).system, "form_requested_of");
    EXPECT_EQ(message(leak, last_).params.at("to"), "Bruno Sosa");
    EXPECT_EQ(code_of(stage(StageKind::send_form, {{"form", "nothing"}}, context)),
              ErrorCode::intent_gone);
}

TEST_F(Routines, what_is_no_matter_of_rows_is_not_for_the_rules_to_do) {
    const std::string context = upon_leak();
    EXPECT_EQ(code_of(stage(StageKind::email, {}, context)), ErrorCode::routine_stage_unsupported);
    EXPECT_FALSE(writes_rows(StageKind::email));
    EXPECT_FALSE(writes_rows(StageKind::for_each));
}

TEST_F(Routines, a_start_form_whose_routine_fails_leaves_channel_and_answer_and_says_so) {
    const std::string context = done(Org::bruno, begin, reported()).runs.at(0).context;
    const auto told = tell_failure(org.world,
                                   org.as(Org::bruno, at_ms),
                                   span,
                                   {.run = new_id,
                                    .context = context,
                                    .routine = "Make the task",
                                    .code = ErrorCode::routine_expression});
    ASSERT_TRUE(told);
    org.world.apply(*told);
    const body::Message said = message(new_id, span);
    EXPECT_EQ(said.system, "routine_made_no_task");
    EXPECT_EQ(said.params.at("routine"), "Make the task");
    EXPECT_NE(said.text.find("cannot be evaluated"), std::string::npos) << said.text;

    // OM28: whose action it was is read out of it again.
    const auto heard = told_failure(body::encode(said));
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->of, new_id) << "the answer's id, which is the action's";
    EXPECT_EQ(heard->routine, "Make the task");
    EXPECT_EQ(heard->code, "routine.expression");
    for (const char* text : {"routine_failed", "_", R"("system":"routine_failed")", "a_b_c"}) {
        EXPECT_FALSE(told_failure(body::encode(body::Message{.text = text}))) << text;
    }
    EXPECT_FALSE(told_failure("_"));
    EXPECT_FALSE(told_failure(""));
    body::Message among_others = said;
    among_others.params["by_the_way"] = "a_b";
    EXPECT_TRUE(told_failure(body::encode(among_others)));
}

}  // namespace
}  // namespace holdfast::fixture
