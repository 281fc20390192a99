// Bots in organization files: commands and forms that begin routines.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/limits.hpp"
#include "server/admin/org_export.hpp"
#include "server/admin/testing/storages.hpp"

namespace holdfast::admin {
namespace {

using testing::apply_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::must;
using testing::state_of;
using testing::with;

constexpr const char* plant = R"yaml(organization: {code: plant, name: Plant}
groups:
  - {code: sites, name: Sites}
  - {code: stores, name: Stores}
channels:
  - {code: north, name: North, group: sites}
forms:
  - code: round
    title: {en: Round}
    components:
      - {id: what, kind: written, required: true}
routines:
  - code: say
    start: say
    stages:
      - {key: say, kind: post_message, inputs: {text: '"Heard"'}}
  - code: close
    start: close
    stages:
      - {key: close, kind: change_state, inputs: {state: '"closed"'}}
bots:
  - {code: help, name: Help, command: help, hint: a question, routine: say}
  - code: rounds
    channel: north
    forms: [round]
    routine: say
  - {code: finish, group: stores, command: finish, permissions: [supervise], routine: close}
)yaml";

/// "12: what is wrong", of each line.
std::vector<std::string> problems_of(storage::Storage& storage, std::string_view file) {
    Problems problems;
    EXPECT_FALSE(testing::try_apply(storage, file, problems));
    std::vector<std::string> lines;
    for (const Problem& one : problems) {
        lines.push_back(std::to_string(one.line) + ": " + one.text);
    }
    return lines;
}
std::vector<std::string> problems_of(std::string_view file) {
    return problems_of(*testing::empty_storage(), file);
}

TEST(OrgBots, stand_in_the_row_of_their_place) {
    const auto storage = testing::empty_storage();
    const auto plan = apply_file(*storage, plant).plan;
    EXPECT_THAT(std::vector(plan.end() - 3, plan.end()),
                ElementsAre("create bot finish", "create bot help", "create bot rounds"));
    EXPECT_THAT(apply_file(*storage, plant).plan, IsEmpty());
    const OrgState state = state_of(*storage, "plant");
    const auto row = must(storage->find_row({state.directory, RowKind::bots, state.id}));
    ASSERT_TRUE(row);
    EXPECT_THAT(must(body::parse_bots(row->body)).bots,
                ElementsAre(body::Bot{.code = "help",
                                      .name = "Help",
                                      .command = "help",
                                      .hint = "a question",
                                      .routine = "say"}));
    const OrgNames names = names_of(state);
    EXPECT_EQ(state.bots.at("rounds").owner, names.channels.at("north"));
    EXPECT_EQ(state.bots.at("rounds").body.forms.at(0), *find_form_of(state, "round"));
    EXPECT_EQ(state.bots.at("finish").owner, names.groups.at("stores"));
    EXPECT_TRUE(state.bots.at("finish").body.acts) << "its routine changes a task";
    EXPECT_FALSE(state.bots.at("help").body.acts);
}

TEST(OrgBots, exported_and_applied_elsewhere_are_the_same) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const std::string file = must(export_organization(*storage, ""));
    EXPECT_THAT(apply_file(*storage, file).plan, IsEmpty()) << file;
    const auto copy = testing::empty_storage();
    apply_file(*copy, file);
    EXPECT_EQ(must(export_organization(*copy, "")), file);
}

TEST(OrgBots, change_move_and_go_and_nothing_of_them_stays) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    const BucketId directory = state_of(*storage, "plant").directory;
    EXPECT_THAT(
        apply_file(*storage, with(plant, "group: stores, command: finish", "command: done")).plan,
        ElementsAre("change bot finish: place, command"));
    EXPECT_THAT(apply_file(*storage,
                           "organization: {code: plant}\nprune: true\nbots:\n  - {code: rounds, "
                           "channel: north, forms: [round], routine: close}\n")
                    .plan,
                ElementsAre("change bot rounds: routine, what its routine does",
                            "remove bot finish",
                            "remove bot help"));
    const OrgState state = state_of(*storage, "plant");
    EXPECT_EQ(state.bots.size(), 1U);
    EXPECT_FALSE(must(storage->find_row({directory, RowKind::bots, state.id})));
}

TEST(OrgBots, follow_what_their_routine_does) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    EXPECT_THAT(apply_file(*storage,
                           "organization: {code: plant}\nroutines:\n  - code: say\n    start: it\n"
                           "    stages:\n      - {key: it, kind: update_task}\n")
                    .plan,
                ElementsAre("change routine say",
                            "change bot help: what its routine does",
                            "change bot rounds: what its routine does"));
}

TEST(OrgBots, what_is_wrong_is_said_with_its_line) {
    EXPECT_THAT(problems_of(with(plant, "forms: [round]", "forms: [rounds]")),
                ElementsAre("25: bot: there is no form \"rounds\"; did you mean \"round\"?"));
    EXPECT_THAT(problems_of(with(plant, "    routine: say", "    routine: shout")),
                ElementsAre("26: bot: there is no routine \"shout\""));
    EXPECT_THAT(problems_of(with(plant, "channel: north", "channel: south")),
                ElementsAre(HasSubstr("24: bot: there is no channel \"south\"")));
    EXPECT_THAT(problems_of(with(plant, "group: stores, command", "group: shops, command")),
                ElementsAre(HasSubstr("27: bot: there is no group \"shops\"")));
    EXPECT_THAT(problems_of(with(plant, "command: finish", "command: /finish")),
                ElementsAre(HasSubstr("27: command: a lowercase letter")));
    EXPECT_THAT(problems_of(with(plant, "    forms: [round]\n", "")),
                ElementsAre("23: bot: it needs a command, or forms"));
    EXPECT_THAT(
        problems_of(with(plant, "    channel: north", "    channel: north\n    group: sites")),
        ElementsAre(HasSubstr("24: bot: group or channel, not both")));
    EXPECT_THAT(
        problems_of(with(plant, "hint: a question", "hind: a question")),
        ElementsAre(HasSubstr("22: bot: there is no key \"hind\"; did you mean \"hint\"?")));
    EXPECT_THAT(problems_of(with(plant, "code: rounds", "code: help")),
                ElementsAre(HasSubstr("23: the bot \"help\" is in line 22 already")));
}

TEST(OrgBots, one_command_has_one_meaning_wherever_it_is_given) {
    const auto called = [](const char* place) {
        return with(plant, "group: stores, command: finish", std::string(place) + "command: help");
    };
    const auto twice = ElementsAre(
        "27: bot \"finish\": the bot \"help\" has the command \"help\" already where this one "
        "would have it");
    EXPECT_THAT(problems_of(called("")), twice);
    EXPECT_THAT(problems_of(called("group: stores, ")), twice);
    EXPECT_THAT(problems_of(called("channel: north, ")), twice);

    const std::string apart =
        with(called("group: stores, "), "command: help, hint", "group: sites, command: help, hint");
    const auto storage = testing::empty_storage();
    apply_file(*storage, apart);
    EXPECT_THAT(problems_of(*storage,
                            "organization: {code: plant}\nbots:\n"
                            "  - {code: more, channel: north, command: help, routine: say}\n"),
                ElementsAre(HasSubstr("3: bot \"more\": the bot \"help\" has the command")))
        << "the channel is of the group whose bot is there already";
}

TEST(OrgBots, a_routine_is_not_taken_away_from_a_bot_that_stays) {
    const auto storage = testing::empty_storage();
    apply_file(*storage, plant);
    EXPECT_THAT(problems_of(*storage, "organization: {code: plant}\nprune: true\nroutines: []\n"),
                ElementsAre("1: the routine \"close\" is taken away from the bot \"finish\"",
                            "1: the routine \"say\" is taken away from the bot \"help\"",
                            "1: the routine \"say\" is taken away from the bot \"rounds\""));
}

TEST(OrgBots, a_place_has_so_many_and_no_more) {
    std::string file = "organization: {code: plant}\nbots:\n";
    for (std::size_t i = 0; i <= limits::bots_per_place_max; ++i) {
        const std::string name = "b" + std::to_string(100 + i);
        file += "  - {code: " + name + ", command: " + name + ", routine: say}\n";
    }
    const auto storage = testing::empty_storage();
    apply_file(*storage,
               with(plant,
                    "  - {code: help, name: Help, command: help, hint: a question,"
                    " routine: say}\n",
                    ""));
    EXPECT_THAT(problems_of(*storage, file),
                ElementsAre("23: bot \"b120\": at most 20 in one place"));
}

}  // namespace
}  // namespace holdfast::admin
