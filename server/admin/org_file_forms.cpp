#include "server/admin/org_file_forms.hpp"

#include <utility>

#include "core/forms/check.hpp"
#include "core/forms/fields.hpp"
#include "server/admin/form_words.hpp"
#include "server/admin/org_file_checks.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t columns_max = 50;
constexpr std::size_t parents_max = 100;

void read_columns(YamlMap& map, ElementEntry& entry, Problems& problems) {
    const YamlNode* columns = map.find("columns", YamlNode::Kind::map);
    if (columns == nullptr) {
        return;
    }
    entry.columns.emplace();
    for (std::size_t i = 0; i < columns->items.size(); ++i) {
        const YamlNode& value = columns->items[i];
        if (value.kind != YamlNode::Kind::scalar || value.text.size() > limits::name_bytes_max) {
            add_problem(problems, value.line, "columns: a text of at most 200 bytes belongs here");
        } else {
            (*entry.columns)[columns->keys[i].text] = value.text;
        }
    }
    if (entry.columns->size() > columns_max) {
        add_problem(problems, columns->line, "columns: at most 50");
    }
}

ElementEntry read_element(const YamlNode& node, Problems& problems) {
    ElementEntry entry;
    YamlMap map(node, "element", problems);
    map.require("code", entry.code)
        .read("name", entry.name)
        .read("parents", entry.parents)
        .read("active", entry.active);
    read_columns(map, entry, problems);
    Checks check(problems);
    check.code(entry.code, "code");
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    if (entry.parents && entry.parents->size() > parents_max) {
        add_problem(problems, line_of(map, "parents"), "parents: at most 100");
    }
    map.finish();
    return entry;
}

/// What is left of a form's node when the keys of the file are taken out.
YamlNode definition_node(const YamlNode& node) {
    YamlNode rest{.kind = node.kind, .line = node.line};
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
        if (node.keys[i].text != "active" && node.keys[i].text != "version") {
            rest.keys.push_back(node.keys[i]);
            rest.items.push_back(node.items[i]);
        }
    }
    return rest;
}

void read_definition(FormEntry& entry, Problems& problems) {
    forms::Problems found;
    forms::Definition definition = forms::read_definition(entry.source.text, found);
    if (found.empty()) {
        found = forms::check_definition(definition);
    }
    add_form_problems(entry.code.value, found, entry.source, problems);
    if (found.empty()) {
        entry.definition = std::move(definition);
    }
}

}  // namespace

CollectionEntry read_collection(const YamlNode& node, Problems& problems) {
    CollectionEntry entry;
    YamlMap map(node, "collection", problems);
    map.require("code", entry.code)
        .read("name", entry.name)
        .read("parents", entry.parents)
        .read("active", entry.active);
    Checks check(problems);
    if (entry.code.line != 0 && !forms::is_identifier(entry.code.value)) {
        add_problem(problems,
                    entry.code.line,
                    "code: " + quote(entry.code.value) +
                        " is no identifier: small letters, digits and _, a letter first");
    }
    entry.has_name = map.has("name");
    check.name(entry.name, "name", line_of(map, "name"));
    if (const YamlNode* elements = map.find("elements", YamlNode::Kind::list)) {
        std::map<std::string, std::size_t> seen;
        entry.elements.emplace();
        entry.elements->reserve(elements->items.size());
        for (const YamlNode& element : elements->items) {
            entry.elements->push_back(read_element(element, problems));
            check.doubles(entry.elements->back().code, seen, "the element");
        }
    }
    map.finish();
    return entry;
}

FormEntry read_form(const YamlNode& node, Problems& problems) {
    FormEntry entry;
    YamlMap map(node, "form", problems);
    map.require("code", entry.code).read("active", entry.active).read("version", entry.version);
    entry.version_line = line_of(map, "version");
    if (entry.version && *entry.version < 1) {
        add_problem(problems, entry.version_line, "version: from 1");
    }
    const YamlNode rest = definition_node(node);
    const bool has_definition = rest.keys.size() > 1;
    if (entry.code.line != 0 && has_definition) {
        entry.source = to_json(rest);
        read_definition(entry, problems);
    }
    return entry;
}

}  // namespace holdfast::admin
