// Bots: what listens in channels, in groups and everywhere.

#include <algorithm>

#include "core/workflow/routine.hpp"
#include "server/admin/org_plan.hpp"

namespace holdfast::admin {
namespace {

std::string text_of(const std::optional<Text>& text) {
    return text ? text->value : std::string();
}

}  // namespace

/// Last: what bots name has its ids by now, and what their routines do is known.
Result<> Planner::bots() {
    const OrgNames names = names_of(state_);
    std::map<std::string, OrgState::Bot> wanted = state_.bots;
    if (prunes(file_.bots.has_value())) {
        wanted.clear();
    }
    for (const BotEntry& entry : entries(file_.bots)) {
        const Id owner = entry.channel ? names.channels.at(entry.channel->value)
                         : entry.group ? names.groups.at(entry.group->value)
                                       : state_.id;
        wanted[entry.code.value] = {.owner = owner, .body = bot_of(entry)};
    }
    for (auto& [code, bot] : wanted) {
        bot.body.acts = acts(bot.body.routine);
    }
    plan_bots(wanted);
    std::set<Id> owners;
    for (const auto* bots : {&state_.bots, &wanted}) {
        for (const auto& [code, bot] : *bots) {
            owners.insert(bot.owner);
        }
    }
    for (const Id owner : owners) {
        HF_CHECK(put_bots(owner, wanted));
    }
    state_.bots = std::move(wanted);
    return {};
}

body::Bot Planner::bot_of(const BotEntry& entry) const {
    body::Bot bot{.code = entry.code.value,
                  .name = entry.name.value_or(""),
                  .command = text_of(entry.command),
                  .hint = entry.hint.value_or(""),
                  .permissions = entry.permissions.value_or(std::vector<std::string>{}),
                  .routine = entry.routine.value};
    for (const Text& form : entry.forms) {
        bot.forms.push_back(find_form_of(state_, form.value).value_or(Id{}));
    }
    return bot;
}

/// Whether the routine may get to a stage that changes the task of the channel: one that it makes
/// is another.
bool Planner::acts(const std::string& routine) const {
    const auto known = state_.routines.find(routine);
    const auto read = known == state_.routines.end()
                          ? Result<workflow::Routine>(workflow::Routine{})
                          : workflow::parse_routine(known->second.definition);
    return read && std::ranges::any_of(workflow::reachable_stages(*read), [](const auto* stage) {
               return stage->kind != workflow::StageKind::create_task &&
                      workflow::rule_of(stage->kind).changes_task;
           });
}

void Planner::plan_bots(const std::map<std::string, OrgState::Bot>& wanted) {
    for (const auto& [code, bot] : wanted) {
        const auto known = state_.bots.find(code);
        if (known == state_.bots.end()) {
            plan_.push_back("create bot " + code);
        } else if (!(known->second == bot)) {
            Differences differences;
            differences.compare("place", known->second.owner, bot.owner)
                .compare("name", known->second.body.name, bot.body.name)
                .compare("command", known->second.body.command, bot.body.command)
                .compare("hint", known->second.body.hint, bot.body.hint)
                .compare("forms", known->second.body.forms, bot.body.forms)
                .compare("permissions", known->second.body.permissions, bot.body.permissions)
                .compare("routine", known->second.body.routine, bot.body.routine)
                .compare("what its routine does", known->second.body.acts, bot.body.acts);
            plan_.push_back(change_line("bot " + code, differences, {true, true}));
        }
    }
    for (const auto& [code, bot] : state_.bots) {
        if (!wanted.contains(code)) {
            plan_.push_back("remove bot " + code);
        }
    }
}

/// The row of one owner, if it differs.
Result<> Planner::put_bots(Id owner, const std::map<std::string, OrgState::Bot>& wanted) {
    const auto of_owner = [owner](const std::map<std::string, OrgState::Bot>& all) {
        body::Bots bots;
        for (const auto& [code, bot] : all) {
            if (bot.owner == owner) {
                bots.bots.push_back(bot.body);
            }
        }
        return bots;
    };
    const body::Bots bots = of_owner(wanted);
    if (bots == of_owner(state_.bots)) {
        return {};
    }
    const BucketId bucket = owner == state_.id              ? state_.directory
                            : state_.groups.contains(owner) ? state_.groups.at(owner).bucket
                                                            : state_.channels.at(owner).bucket;
    return founder_.put(
        bucket, RowKind::bots, owner, bots.bots.empty() ? std::string() : body::encode(bots));
}

}  // namespace holdfast::admin
