#include "server/admin/org_check_bots.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/limits.hpp"

namespace holdfast::admin {
namespace {

using Names = std::set<std::string, std::less<>>;

/// Where a bot listens, by addresses: in a channel of a group, in a whole group, or (both empty) in
/// the whole organization.
struct Place {
    std::string group{};
    std::string channel{};
    auto operator<=>(const Place&) const = default;

    /// Whether there may be a channel in which both listen.
    [[nodiscard]] bool meets(const Place& other) const {
        const bool one_is_everywhere = group.empty() || other.group.empty();
        const bool one_is_of_group = channel.empty() || other.channel.empty();
        return one_is_everywhere ||
               (group == other.group && (one_is_of_group || channel == other.channel));
    }
};

/// A bot as it will be.
struct Planned {
    Place place;
    std::string command;
    std::string routine;
    std::size_t line = 0;  ///< of its command; 0: it is not in the file
};

class Check {
public:
    Check(const OrgFile& file, const OrgState& state, Problems& problems)
        : file_(file), state_(state), problems_(problems) {}

    void run() {
        collect();
        if (!(file_.prune && file_.bots)) {
            for (const auto& [code, bot] : state_.bots) {
                planned_[code] = {place_of(bot), bot.body.command, bot.body.routine};
            }
        }
        for (const BotEntry& entry : entries(file_.bots)) {
            check_names(entry);
            planned_[entry.code.value] = {place_of(entry),
                                          entry.command ? entry.command->value : "",
                                          entry.routine.value,
                                          entry.command ? entry.command->line : entry.code.line};
        }
        for (const auto& [code, bot] : planned_) {
            check_kept(code, bot);
            check_double(code, bot);
        }
        check_number();
    }

private:
    void collect() {
        const OrgNames names = names_of(state_);
        for (const auto& [address, id] : names.groups) {
            groups_.insert(address);
        }
        for (const auto& [address, id] : names.channels) {
            const auto group = state_.groups.find(state_.channels.at(id).body.group);
            channels_[address] = group == state_.groups.end()
                                     ? ""
                                     : address_of(group->first, group->second.body.code);
        }
        for (const GroupEntry& entry : entries(file_.groups)) {
            groups_.insert(entry.code.value);
        }
        for (const ChannelEntry& entry : entries(file_.channels)) {
            std::string& group = channels_[entry.code.value];
            group = entry.group ? entry.group->value : group;
        }
        for (const auto& [id, form] : state_.forms) {
            forms_.insert(form.body.code);
        }
        for (const FormEntry& entry : entries(file_.forms)) {
            forms_.insert(entry.code.value);
        }
        for (const auto& [code, record] : state_.routines) {
            if (!(file_.prune && file_.routines)) {
                routines_.insert(code);
            }
        }
        for (const RoutineEntry& entry : entries(file_.routines)) {
            routines_.insert(entry.code.value);
        }
    }

    [[nodiscard]] Place place_of(const OrgState::Bot& bot) const {
        if (const auto group = state_.groups.find(bot.owner); group != state_.groups.end()) {
            return {.group = address_of(group->first, group->second.body.code)};
        }
        const auto channel = state_.channels.find(bot.owner);
        return channel == state_.channels.end()
                   ? Place{}
                   : in_channel(address_of(channel->first, channel->second.body.code));
    }
    [[nodiscard]] Place place_of(const BotEntry& entry) const {
        if (entry.channel) {
            return in_channel(entry.channel->value);
        }
        return {.group = entry.group ? entry.group->value : std::string()};
    }
    [[nodiscard]] Place in_channel(const std::string& channel) const {
        const auto group = channels_.find(channel);
        return {.group = group == channels_.end() ? std::string() : group->second,
                .channel = channel};
    }

    void refer(const Text& text, const Names& names, const char* what) {
        if (text.line != 0 && !names.contains(text.value)) {
            const std::vector<std::string_view> candidates(names.begin(), names.end());
            add_problem(problems_,
                        text.line,
                        "bot: there is no " + std::string(what) + " " + quote(text.value) +
                            suggest(text.value, candidates));
        }
    }

    void check_names(const BotEntry& entry) {
        Names channels;
        for (const auto& [address, group] : channels_) {
            channels.insert(address);
        }
        if (entry.group) {
            refer(*entry.group, groups_, "group");
        }
        if (entry.channel) {
            refer(*entry.channel, channels, "channel");
        }
        for (const Text& form : entry.forms) {
            refer(form, forms_, "form");
        }
        refer(entry.routine, routines_, "routine");
    }

    /// One that the file does not name may lose its routine by pruning.
    void check_kept(const std::string& code, const Planned& bot) {
        if (bot.line == 0 && !routines_.contains(bot.routine)) {
            add_problem(
                problems_,
                file_.organization.code.line,
                "the routine " + quote(bot.routine) + " is taken away from the bot " + quote(code));
        }
    }

    void check_double(const std::string& code, const Planned& bot) {
        for (const auto& [other_code, other] : planned_) {
            // Said once, at the line that stands further down.
            const bool is_behind =
                std::pair(bot.line, code) > std::pair(other.line, other_code) && bot.line != 0;
            if (!bot.command.empty() && is_behind && bot.command == other.command &&
                bot.place.meets(other.place)) {
                add_problem(problems_,
                            bot.line,
                            "bot " + quote(code) + ": the bot " + quote(other_code) +
                                " has the command " + quote(bot.command) +
                                " already where this one would have it");
            }
        }
    }

    void check_number() {
        std::map<Place, std::size_t> counts;
        for (const auto& [code, bot] : planned_) {
            if (++counts[bot.place] == limits::bots_per_place_max + 1) {
                add_problem(problems_,
                            bot.line != 0 ? bot.line : file_.organization.code.line,
                            "bot " + quote(code) + ": at most " +
                                std::to_string(limits::bots_per_place_max) + " in one place");
            }
        }
    }

    const OrgFile& file_;
    const OrgState& state_;
    Problems& problems_;
    Names groups_;
    std::map<std::string, std::string, std::less<>> channels_;  ///< address → its group's
    Names forms_;
    Names routines_;
    std::map<std::string, Planned> planned_;  ///< by code
};

}  // namespace

void check_bots(const OrgFile& file, const OrgState& state, Problems& problems) {
    if (file.bots || (file.prune && file.routines)) {
        Check(file, state, problems).run();
    }
}

}  // namespace holdfast::admin
