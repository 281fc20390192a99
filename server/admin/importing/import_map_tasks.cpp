#include "server/admin/importing/import_map_tasks.hpp"

#include <optional>
#include <utility>

namespace holdfast::admin {
namespace {

constexpr std::size_t steps_max = 50;

std::vector<Template> read_templates(const YamlNode& node, Problems& problems) {
    std::vector<Template> texts;
    const auto read = [&](const YamlNode& one) {
        if (one.kind != YamlNode::Kind::scalar) {
            add_problem(problems, one.line, "a text with columns belongs here: \"{Column}\"");
            return;
        }
        texts.push_back(Template::parse({.value = one.text, .line = one.line}, problems));
    };
    if (node.kind == YamlNode::Kind::list) {
        for (const YamlNode& one : node.items) {
            read(one);
        }
    } else {
        read(node);
    }
    return texts;
}

AnswerRules read_answers(YamlMap& map, Problems& problems) {
    const YamlNode* node = map.find("answers", YamlNode::Kind::map);
    if (node == nullptr) {
        return std::nullopt;
    }
    std::vector<AnswerRule> rules;
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        rules.push_back({.component = {.value = node->keys[i].text, .line = node->keys[i].line},
                         .texts = read_templates(node->items[i], problems)});
    }
    return rules;
}

std::vector<StepRule::Only> read_only(YamlMap& map, Problems& problems) {
    std::vector<StepRule::Only> all;
    const YamlNode* node = map.find("only", YamlNode::Kind::map);
    for (std::size_t i = 0; node != nullptr && i < node->items.size(); ++i) {
        StepRule::Only only{.column = {.value = node->keys[i].text, .line = node->keys[i].line},
                            .values = {}};
        const YamlNode& values = node->items[i];
        if (values.kind == YamlNode::Kind::scalar) {
            only.values.push_back(values.text);
        }
        for (const YamlNode& value : values.items) {
            only.values.push_back(value.text);
        }
        if (only.values.empty() || values.kind == YamlNode::Kind::map) {
            add_problem(problems, values.line, "only: a value, or a list of values, belongs here");
        }
        all.push_back(std::move(only));
    }
    return all;
}

StepRule read_step(const YamlNode& node, Problems& problems) {
    StepRule rule;
    YamlMap step(node, "step", problems);
    step.require("state", rule.state);
    rule.at = read_columns(step, "at");
    if (rule.at.empty() && node.kind == YamlNode::Kind::map) {
        add_problem(problems, node.line, "step: at is missing: a column, or a list of them");
    }
    rule.only = read_only(step, problems);
    rule.answers = read_answers(step, problems);
    step.finish();
    return rule;
}

}  // namespace

TaskRule read_import_task(const YamlNode& node, Problems& problems) {
    TaskRule rule;
    YamlMap task(node, "task", problems);
    Text name;
    std::optional<std::string> workflow;
    std::optional<Text> assignee;
    task.read("workflow", workflow).require("name", name).read("assignee", assignee);
    rule.workflow = workflow.value_or("");
    rule.name = Template::parse(name, problems);
    rule.created = read_columns(task, "created");
    if (rule.created.empty()) {
        add_problem(problems, node.line, "task: created is missing: a column, or a list of them");
    }
    rule.due = read_columns(task, "due");
    if (assignee) {
        rule.assignee = Template::parse(*assignee, problems);
    }
    if (const YamlNode* statuses = task.find("statuses")) {
        rule.statuses = read_templates(*statuses, problems);
    }
    rule.answers = read_answers(task, problems);
    const YamlNode* steps = task.find("steps", YamlNode::Kind::list);
    if (steps != nullptr && steps->items.size() > steps_max) {
        add_problem(problems, steps->line, "task: at most 50 steps");
    } else if (steps != nullptr) {
        for (const YamlNode& step : steps->items) {
            rule.steps.push_back(read_step(step, problems));
        }
    }
    task.finish();
    return rule;
}

}  // namespace holdfast::admin
