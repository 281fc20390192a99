#include "server/admin/org_file_workflow.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/model/json.hpp"
#include "server/evaluate/jq.hpp"

namespace holdfast::admin {
namespace {

/// The keys of an object of definitions, each with the shape of what stands in it ("": anything).
struct Shape {
    std::string_view name;
    std::vector<std::pair<std::string_view, std::string_view>> keys;
};

Shape task_group_shape() {
    return {"tasks",
            {{"name", ""},
             {"flow", ""},
             {"initial_workflow", ""},
             {"read", ""},
             {"write", ""},
             {"editor", ""},
             {"follower", ""},
             {"element_access", "element_access"},
             {"view", ""},
             {"views", ""},
             {"opens_in_tasks", ""},
             {"hide_closed_after", ""},
             {"conflicts", "conflicts"}}};
}

/// The reader of definitions passes over what it does not know, so that newer ones can be read; in
/// a file that a person writes it is a slip.
const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all{
        {"workflow",
         {{"code", ""},
          {"name", ""},
          {"group", ""},
          {"collection", ""},
          {"initial", ""},
          {"assets", ""},
          {"statuses", "status"},
          {"extensions", ""},
          {"start_form", "start_form"},
          {"on_create", ""},
          {"states", "state"},
          {"slas", "sla"},
          {"active", ""}}},
        {"status", {{"collection", ""}, {"name", ""}, {"active", ""}}},
        {"start_form", {{"form", ""}, {"permissions", ""}, {"task", "task"}, {"routines", ""}}},
        {"task", {{"name", ""}}},
        {"state",
         {{"code", ""},
          {"name", ""},
          {"kind", ""},
          {"color", ""},
          {"next", "transition"},
          {"survey_triggers", "survey_trigger"},
          {"subtask", "subtask"}}},
        {"transition",
         {{"target", ""}, {"change", ""}, {"form", ""}, {"permissions", ""}, {"routines", ""}}},
        {"survey_trigger", {{"form", ""}, {"permissions", ""}, {"routines", ""}}},
        {"subtask", {{"workflow", ""}}},
        {"sla",
         {{"code", ""},
          {"name", ""},
          {"start", "state_set"},
          {"end", "state_set"},
          {"base", ""},
          {"minutes", ""},
          {"reset", ""},
          {"repeat", ""},
          {"routines", ""}}},
        {"state_set", {{"states", ""}, {"kinds", ""}}},
        {"routine",
         {{"code", ""},
          {"name", ""},
          {"schedule", "schedule"},
          {"start", ""},
          {"max_iterations", ""},
          {"stages", "stage"}}},
        {"schedule", {{"cron", ""}, {"zone", ""}, {"as", ""}}},
        {"stage", {{"key", ""}, {"kind", ""}, {"inputs", ""}, {"next", ""}}},
        task_group_shape(),
        {"conflicts", {{"accept_before_reassignment", ""}, {"quarantine_forbidden", ""}}},
        {"element_access", {{"element", "element"}, {"editor", ""}, {"follower", ""}}},
        {"element", {{"collection", ""}, {"code", ""}}},
    };
    return all;
}

class ShapeCheck {
public:
    ShapeCheck(const LinedJson& source, Problems& problems)
        : source_(source), problems_(problems) {}

    void run(const json::Value& value, std::string_view shape, const std::string& path) {
        if (value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                run(value[i], shape, inside(path, std::to_string(i)));
            }
            return;
        }
        const auto known = std::ranges::find(shapes(), shape, &Shape::name);
        if (known == shapes().end() || !value.is_object()) {
            return;
        }
        for (const auto& [key, item] : value.items()) {
            const auto found = std::ranges::find(
                known->keys, key, &std::pair<std::string_view, std::string_view>::first);
            if (found == known->keys.end()) {
                refuse(*known, key, inside(path, key));
            } else if (!found->second.empty()) {
                run(item, found->second, inside(path, key));
            }
        }
    }

private:
    static std::string inside(const std::string& path, const std::string& step) {
        return path.empty() ? step : path + "/" + step;
    }

    void refuse(const Shape& shape, const std::string& key, const std::string& path) {
        std::vector<std::string_view> candidates;
        for (const auto& [name, inner] : shape.keys) {
            candidates.push_back(name);
        }
        add_problem(
            problems_,
            source_.line_of(path),
            std::string(shape.name) + ": there is no key " + quote(key) + suggest(key, candidates));
    }

    const LinedJson& source_;
    Problems& problems_;
};

/// The place inside a definition that an error of its reader names.
std::string place_in(const Error& error) {
    std::string at;
    json::Reader reader(error.params);
    reader.read("at", at);
    return at;
}

/// The definition, or nothing with what is wrong in `problems`.
template <class T>
std::optional<T> read_definition(const std::string& what,
                                 const LinedJson& source,
                                 Result<T> (*parse)(std::string_view),
                                 Problems& problems) {
    const std::size_t before = problems.size();
    ShapeCheck(source, problems)
        .run(json::parse(source.text), std::string_view(what).substr(0, what.find(' ')), {});
    auto read = parse(source.text);
    if (!read) {
        add_workflow_problem(
            what, {.at = place_in(read.error()), .code = read.error().code}, source, problems);
    }
    return read && problems.size() == before ? std::optional(*std::move(read)) : std::nullopt;
}

/// Numbers and truths as the expressions that they are.
void write_out_inputs(LinedJson& source) {
    json::Value root = json::parse(source.text);
    const auto stages = root.find("stages");
    if (stages == root.end() || !stages->is_array()) {
        return;
    }
    for (json::Value& stage : *stages) {
        const auto inputs = stage.is_object() ? stage.find("inputs") : stage.end();
        if (!stage.is_object() || inputs == stage.end() || !inputs->is_object()) {
            continue;
        }
        for (auto& [name, input] : inputs->items()) {
            if (input.is_number() || input.is_boolean()) {
                input = input.dump();
            }
        }
    }
    source.text = root.dump();
}

void check_expressions(const std::string& what,
                       const workflow::Routine& routine,
                       const LinedJson& source,
                       Problems& problems) {
    for (std::size_t i = 0; i < routine.stages.size(); ++i) {
        const workflow::Stage& stage = routine.stages[i];
        const std::string at = "/stages/" + std::to_string(i);
        for (const auto& [name, expression] : stage.inputs) {
            if (stage.kind == workflow::StageKind::for_each && name == "as") {
                continue;
            }
            if (const auto is_jq = evaluate::check_expression(expression); !is_jq) {
                add_workflow_problem(
                    what,
                    {at + "/inputs/" + name, ErrorCode::routine_expression, is_jq.error().detail},
                    source,
                    problems);
            }
        }
    }
}

}  // namespace

void add_workflow_problem(const std::string& what,
                          const workflow::Problem& found,
                          const LinedJson& source,
                          Problems& problems) {
    const std::string path = found.at.starts_with('/') ? found.at.substr(1) : found.at;
    const ErrorEntry* entry = find_error(found.code);
    std::string text = what + (path.empty() ? "" : ", " + path) + ": ";
    text += entry == nullptr ? std::string(error_name(found.code)) : std::string(entry->sentence);
    if (!found.name.empty()) {
        text += " (" + quote(found.name) + ")";
    }
    add_problem(problems, source.line_of(path), std::move(text));
}

WorkflowEntry read_workflow(const YamlNode& node, Problems& problems) {
    WorkflowEntry entry;
    YamlMap map(node, "workflow", problems);
    map.require("code", entry.code).require("group", entry.group);
    if (entry.code.line != 0 && entry.group.line != 0) {
        entry.source = to_json(node);
        entry.definition = read_definition("workflow " + quote(entry.code.value),
                                           entry.source,
                                           &workflow::parse_workflow,
                                           problems);
    }
    return entry;
}

RoutineEntry read_routine(const YamlNode& node, Problems& problems) {
    RoutineEntry entry;
    YamlMap map(node, "routine", problems);
    map.require("code", entry.code);
    if (entry.code.line == 0) {
        return entry;
    }
    const std::string what = "routine " + quote(entry.code.value);
    entry.source = to_json(node);
    write_out_inputs(entry.source);
    entry.definition = read_definition(what, entry.source, &workflow::parse_routine, problems);
    if (entry.definition) {
        for (const workflow::Problem& found : workflow::check_routine(*entry.definition)) {
            add_workflow_problem(what, found, entry.source, problems);
        }
        check_expressions(what, *entry.definition, entry.source, problems);
    }
    return entry;
}

TasksEntry read_tasks(const YamlNode& node, Problems& problems) {
    TasksEntry entry{.source = to_json(node)};
    entry.definition =
        read_definition("tasks of a group", entry.source, &workflow::parse_task_group, problems);
    return entry;
}

}  // namespace holdfast::admin
