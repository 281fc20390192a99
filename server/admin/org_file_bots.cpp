#include "server/admin/org_file_bots.hpp"

#include "core/rules/bots.hpp"
#include "server/admin/org_file_checks.hpp"

namespace holdfast::admin {
namespace {

void check_calls(const BotEntry& entry, YamlMap& map, Problems& problems) {
    if (entry.group && entry.channel) {
        add_problem(problems, entry.channel->line, "bot: group or channel, not both");
    }
    if (!entry.command && entry.forms.empty()) {
        add_problem(problems, map.line(), "bot: it needs a command, or forms");
    }
    if (entry.command && !is_command_word(entry.command->value)) {
        add_problem(problems,
                    entry.command->line,
                    "command: a lowercase letter, then letters, digits, \"_\" and \"-\", at most "
                    "32, without the stroke");
    }
    if (entry.forms.size() > BotEntry::forms_max) {
        add_problem(problems,
                    line_of(map, "forms"),
                    "forms: at most " + std::to_string(BotEntry::forms_max));
    }
}

}  // namespace

BotEntry read_bot(const YamlNode& node, Problems& problems) {
    BotEntry entry;
    std::optional<std::vector<Text>> forms;
    YamlMap map(node, "bot", problems);
    map.require("code", entry.code)
        .read("name", entry.name)
        .read("group", entry.group)
        .read("channel", entry.channel)
        .read("command", entry.command)
        .read("hint", entry.hint)
        .read("forms", forms)
        .read("permissions", entry.permissions)
        .require("routine", entry.routine);
    entry.forms = forms.value_or(std::vector<Text>{});
    Checks check(problems);
    check.code(entry.code, "code");
    check.length(entry.name, "name", line_of(map, "name"));
    check.length(entry.hint, "hint", line_of(map, "hint"));
    check_calls(entry, map, problems);
    map.finish();
    return entry;
}

}  // namespace holdfast::admin
