// OM27, OM28: what listens where people write: commands and forms that begin routines, on the
// server and on a device.

#include "core/rules/bots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/model/args.hpp"
#include "core/model/limits.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/testing/act.hpp"
#include "core/rules/testing/sample_routines.hpp"

namespace holdfast::fixture {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto post = IntentKind::message_post;
constexpr auto submit = IntentKind::answer_submit;

class Bots : public RulesTest {
protected:
    /// The report asks for one text, wherever it is filled in.
    Bots() {
        add_tasks(org);
        const BucketId forms = org.world.bucket_id(BucketKind::forms, Org::organization);
        org.world.put({forms, RowKind::form_version, report_v1},
                      body::encode(body::FormVersion{
                          .form = report,
                          .definition = R"({"code":"report","title":{"en":"Report"},"components":)"
                                        R"([{"id":"what","kind":"written","required":true}]})"}));
    }

    void listen(BucketKind kind, Id owner, const std::vector<body::Bot>& bots) {
        org.world.put({org.world.bucket_id(kind, owner), RowKind::bots, owner},
                      body::encode(body::Bots{bots}));
    }
    void listen_everywhere(const std::vector<body::Bot>& bots) {
        listen(BucketKind::directory, Org::organization, bots);
    }
    static body::Bot on_command(const std::string& command, const std::string& routine) {
        return {.code = routine, .command = command, .routine = routine};
    }
    static body::Bot on_form(Id form, const std::string& routine, bool acts = false) {
        return {.code = routine, .forms = {form}, .routine = routine, .acts = acts};
    }
    static std::vector<std::string> names(const Effects& effects) {
        std::vector<std::string> all;
        for (const QueuedRun& run : effects.runs) {
            all.push_back(run.routine);
        }
        return all;
    }
    Effects say(std::string text, Id channel = Org::pumps, Id user = Org::ana) {
        at_ms += 1;
        return done(user,
                    post,
                    args::MessagePost{.channel = channel, .text = std::move(text)},
                    Id{++last_});
    }
    /// Answers the report, which asks for nothing but `what`.
    Result<Effects> report_in(Id channel) {
        return act(Org::ana,
                   submit,
                   args::AnswerSubmit{
                       .channel = channel, .form = report_v1, .answers = R"({"what":"Drips"})"});
    }

    std::uint64_t last_ = 2000;
};

TEST(Commands, are_a_stroke_and_a_word_at_the_beginning) {
    const auto word = [](std::string_view text) {
        const auto found = command_in(text);
        return found ? found->word : std::string("none");
    };
    EXPECT_EQ(word("/ticket"), "ticket");
    EXPECT_EQ(word("/Ticket the pump leaks"), "ticket");
    EXPECT_EQ(word("/on-call\nnow"), "on-call");
    for (const char* text : {"", "/", "/ 3", "//", "/3rd", "/home/ana", "ticket", "see /ticket"}) {
        EXPECT_EQ(word(text), "none") << text;
    }
    EXPECT_EQ(word("/" + std::string(limits::command_bytes_max + 1, 'a')), "none");
    EXPECT_EQ(command_in("/ticket  the pump\n leaks ")->rest, "the pump\n leaks");
}

TEST_F(Bots, OM28_a_command_is_a_message_that_begins_a_routine) {
    listen(BucketKind::channel, Org::pumps, {on_command("ticket", "open_ticket")});
    const Effects effects = say("/ticket the  pump leaks");
    EXPECT_EQ(message(Org::pumps, Id{last_}).text, "/ticket the  pump leaks");
    ASSERT_THAT(names(effects), ElementsAre("open_ticket"));
    const QueuedRun& run = effects.runs.front();
    EXPECT_EQ(run.user, Org::ana);
    EXPECT_EQ(run.channel, Org::pumps);
    EXPECT_EQ(run.group, Org::maintenance);
    const json context = json::parse(run.context);
    EXPECT_EQ(context["command"]["name"], "ticket");
    EXPECT_EQ(context["command"]["rest"], "the  pump leaks");
    EXPECT_EQ(context["command"]["args"], json({"the", "pump", "leaks"}));
    EXPECT_EQ(context["message"]["id"], to_string(Id{last_}));
    EXPECT_EQ(context["meta"]["trigger"], "command");
    EXPECT_EQ(context["channel"]["name"], "Pumps");
    EXPECT_EQ(context["user"]["name"], "Ana");
}

TEST_F(Bots, a_message_that_is_no_command_here_is_a_message) {
    listen(BucketKind::channel, Org::pumps, {on_command("ticket", "open_ticket")});
    EXPECT_THAT(names(say("/tickets")), IsEmpty());
    EXPECT_THAT(names(say("see /ticket")), IsEmpty());
    EXPECT_THAT(names(say("/ticket", Org::board)), IsEmpty()) << "another channel";
    EXPECT_THAT(names(say("/ticket", Org::pumps, Org::bruno)), ElementsAre("open_ticket"));
}

TEST_F(Bots, a_command_is_given_by_those_who_hold_its_permission) {
    body::Bot bot = on_command("ticket", "open_ticket");
    bot.permissions = {"channel-manage"};
    listen_everywhere({bot});
    EXPECT_THAT(names(say("/ticket", Org::pumps, Org::ana)), IsEmpty());
    org.add_role(Org::worker, {"Worker", {"message-write", "channel-manage"}});
    EXPECT_THAT(names(say("/ticket", Org::pumps, Org::ana)), ElementsAre("open_ticket"));
}

TEST_F(Bots, of_two_with_one_command_the_nearest_is_meant) {
    listen_everywhere({on_command("ticket", "of_all"), on_command("help", "help")});
    listen(BucketKind::group, Org::maintenance, {on_command("ticket", "of_group")});
    EXPECT_THAT(names(say("/ticket")), ElementsAre("of_group"));
    listen(BucketKind::channel, Org::pumps, {on_command("ticket", "of_channel")});
    EXPECT_THAT(names(say("/ticket")), ElementsAre("of_channel"));
    const auto given =
        commands_for(org.world, Org::ana, {Org::pumps, Org::maintenance, Org::organization});
    ASSERT_TRUE(given);
    std::vector<std::string> routines;
    for (const body::Bot& bot : *given) {
        routines.push_back(bot.routine);
    }
    EXPECT_THAT(routines, ElementsAre("of_channel", "help"));
}

TEST_F(Bots, OM28_a_form_calls_the_channels_bots_then_the_groups_then_those_of_all) {
    listen_everywhere({on_form(report, "of_all"), on_form(acceptance, "not_asked")});
    listen(BucketKind::group, Org::maintenance, {on_form(report, "of_group")});
    listen(BucketKind::channel, Org::pumps, {on_form(report, "first"), on_form(report, "second")});
    const auto effects = report_in(Org::pumps);
    ASSERT_TRUE(effects) << effects.error().detail;
    EXPECT_THAT(names(*effects), ElementsAre("first", "second", "of_group", "of_all"));
    const json context = json::parse(effects->runs.back().context);
    EXPECT_EQ(context["meta"]["trigger"], "channel_form");
    EXPECT_EQ(context["answer"]["fields"]["what"], "Drips");
    EXPECT_EQ(context["answer"]["id"], to_string(new_id));
    EXPECT_FALSE(context.contains("task"));
}

TEST_F(Bots, are_called_behind_what_the_form_does_to_its_task) {
    const BucketId group = org.world.bucket_id(BucketKind::group, pumps_team);
    org.world.put({group, RowKind::workflow, work_order}, routine_order_body());
    listen(BucketKind::group, pumps_team, {on_form(report, "of_group")});
    listen_everywhere({on_form(report, "of_all"), on_form(acceptance, "checked")});
    const Effects begun = done(Org::bruno,
                               IntentKind::task_create,
                               args::TaskCreate{.group = pumps_team,
                                                .workflow = "work_order",
                                                .form = report_v1,
                                                .answers = R"({"what":"Pump drips"})"});
    EXPECT_THAT(names(begun), ElementsAre("make", "of_group", "of_all"));
    EXPECT_EQ(begun.runs[1].id, Id{new_id.value + 1}) << "behind the form's own routine";
    EXPECT_EQ(json::parse(begun.runs[2].context)["answer"]["fields"]["what"], "Pump drips");
}

class BotsUponTasks : public Bots {
protected:
    /// The report is a form of the task's channel and nothing else: no state names it.
    BotsUponTasks() {
        listen(BucketKind::group, pumps_team, {on_form(report, "hurry", true)});
        body::Bot bot = on_command("hurry", "hurry");
        bot.acts = true;
        listen_everywhere({bot, on_command("where", "say_where")});
    }
    void wait(IntentKind kind, std::string args) {
        org.world.become_device(Org::ana);
        org.world.waiting =
            Intent{.id = Id{777}, .lane = leak, .kind = kind, .args = std::move(args)};
    }
};

TEST_F(BotsUponTasks, their_runs_know_the_task) {
    const Effects effects = say("/hurry", leak);
    ASSERT_THAT(names(effects), ElementsAre("hurry"));
    EXPECT_TRUE(effects.upon_task);
    EXPECT_EQ(effects.runs.front().task, leak);
    EXPECT_EQ(json::parse(effects.runs.front().context)["task"]["id"], to_string(leak));
    EXPECT_FALSE(say("/where", leak).upon_task) << "its routine changes no task";
    EXPECT_FALSE(say("/hurry", Org::pumps).upon_task) << "no task is here";
}

TEST_F(BotsUponTasks, OM27_one_that_may_change_the_task_counts_as_the_action_upon_it) {
    const auto command = [&](const char* text) {
        return act(Org::ana, post, args::MessagePost{.channel = leak, .text = text});
    };
    wait(IntentKind::task_change_state,
         args::encode(args::TaskChangeState{
             .group = pumps_team, .task = leak, .target = "doing", .base_state = "reported"}));
    const auto refused = command("/hurry");
    EXPECT_EQ(code_of(refused), ErrorCode::task_action_waiting);
    EXPECT_EQ(json::parse(refused.error().params)["intent"], "777");
    EXPECT_EQ(code_of(report_in(leak)), ErrorCode::task_action_waiting);
    EXPECT_TRUE(command("/where"));
    EXPECT_TRUE(command("hurry"));
}

TEST_F(BotsUponTasks, OM28_a_device_foresees_that_a_routine_runs_and_nothing_of_what_it_does) {
    org.world.become_device(Org::ana);
    const auto effects = act(Org::ana, post, args::MessagePost{.channel = leak, .text = "/hurry"});
    ASSERT_TRUE(effects);
    EXPECT_THAT(names(*effects), ElementsAre("hurry"));
    EXPECT_TRUE(effects->runs.front().context.empty());
    EXPECT_TRUE(effects->upon_task);
}

}  // namespace
}  // namespace holdfast::fixture
