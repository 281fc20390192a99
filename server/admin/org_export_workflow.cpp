#include "server/admin/org_export_workflow.hpp"

#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/model/json.hpp"
#include "server/admin/org_export_forms.hpp"

namespace holdfast::admin {

void write_tasks(YAML::Emitter& out, const OrgState& state, Id group) {
    const auto tasks = state.tasks.find(group);
    if (tasks == state.tasks.end()) {
        return;
    }
    workflow::TaskGroup settings = tasks->second.settings;
    settings.code.clear();
    settings.bot = {};
    const std::string text = workflow::encode(settings);
    if (text != "{}") {
        out << YAML::Key << "tasks" << YAML::Value;
        write_json_text(out, text);
    }
}

void write_workflows(YAML::Emitter& out, const OrgState& state) {
    std::vector<std::pair<Id, workflow::Workflow>> all;
    for (const auto& [group, tasks] : state.tasks) {
        for (const auto& [row, workflow] : tasks.workflows) {
            all.emplace_back(group, workflow);
        }
    }
    if (all.empty()) {
        return;
    }
    std::ranges::sort(all, {}, [](const auto& one) { return one.second.code; });
    out << YAML::Key << "workflows" << YAML::Value << YAML::BeginSeq;
    for (auto& [group, workflow] : all) {
        const auto known = state.groups.find(group);
        workflow.group = known == state.groups.end() ? address_of(group, {})
                                                     : address_of(group, known->second.body.code);
        write_json_text(out, workflow::encode(workflow));
    }
    out << YAML::EndSeq;
}

void write_routines(YAML::Emitter& out, const OrgState& state) {
    if (state.routines.empty()) {
        return;
    }
    out << YAML::Key << "routines" << YAML::Value << YAML::BeginSeq;
    for (const auto& [code, record] : state.routines) {
        write_json_text(out, record.definition);
    }
    out << YAML::EndSeq;
}

void write_bots(YAML::Emitter& out, const OrgState& state) {
    if (state.bots.empty()) {
        return;
    }
    out << YAML::Key << "bots" << YAML::Value << YAML::BeginSeq;
    for (const auto& [code, bot] : state.bots) {
        json::Writer writer;
        writer.write("code", code)
            .write("name", bot.body.name)
            .write("command", bot.body.command)
            .write("hint", bot.body.hint)
            .write("permissions", bot.body.permissions)
            .write("routine", bot.body.routine);
        std::vector<std::string> forms;
        for (const Id form : bot.body.forms) {
            const auto known = state.forms.find(form);
            forms.push_back(known == state.forms.end() ? "" : known->second.body.code);
        }
        writer.write("forms", forms);
        if (const auto group = state.groups.find(bot.owner); group != state.groups.end()) {
            writer.write("group", address_of(group->first, group->second.body.code));
        }
        if (const auto channel = state.channels.find(bot.owner); channel != state.channels.end()) {
            writer.write("channel", address_of(channel->first, channel->second.body.code));
        }
        write_json_text(out, writer.text());
    }
    out << YAML::EndSeq;
}

}  // namespace holdfast::admin
