#include "core/model/body_workflow.hpp"

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::body {

Result<TaskGroup> parse_task_group(std::string_view text) {
    TaskGroup value;
    json::Reader reader = json::Reader::of(json::parse(text));
    reader.read_object("definition", value.definition)
        .read("forms", value.forms)
        .read("workflows", value.workflows);
    return json::finish(reader, std::move(value));
}

Result<Workflow> parse_workflow(std::string_view text) {
    Workflow value;
    json::Reader reader = json::Reader::of(json::parse(text));
    reader.read_object("definition", value.definition);
    return json::finish(reader, std::move(value));
}

Result<TaskView> parse_task_view(std::string_view text) {
    TaskView value;
    json::Reader reader = json::Reader::of(json::parse(text));
    reader.read("group", value.group)
        .read("author", value.author)
        .read_object("definition", value.definition);
    return json::finish(reader, std::move(value));
}

std::string encode(const TaskGroup& value) {
    return json::Writer{}
        .write("definition", json::parse(value.definition))
        .write("forms", value.forms)
        .write("workflows", value.workflows)
        .text();
}

std::string encode(const Workflow& value) {
    return json::Writer{}.write("definition", json::parse(value.definition)).text();
}

std::string encode(const TaskView& value) {
    return json::Writer{}
        .write("group", value.group)
        .write("author", value.author)
        .write("definition", json::parse(value.definition))
        .text();
}

}  // namespace holdfast::body
