#include "server/admin/org_export_forms.hpp"

#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/json.hpp"

namespace holdfast::admin {
namespace {

/// Keys of a form, of its components and of what is in them, in the order in which people read.
constexpr std::array<std::string_view, 12> key_order{"code",
                                                     "id",
                                                     "key",
                                                     "version",
                                                     "group",
                                                     "name",
                                                     "kind",
                                                     "title",
                                                     "label",
                                                     "help",
                                                     "access",
                                                     "start"};

std::size_t place_of(std::string_view key) {
    const auto found = std::ranges::find(key_order, key);
    const bool last = key == "components" || key == "forms" || key == "states" || key == "stages";
    return last ? key_order.size() + 1 : static_cast<std::size_t>(found - key_order.begin());
}

/// Texts in quotes where they would be read as something else, or are more than a word.
void write_text(YAML::Emitter& out, const std::string& text) {
    const bool plain = !text.empty() && text != "true" && text != "false" && text != "null" &&
                       std::ranges::any_of(text, [](char letter) { return letter >= 'A'; }) &&
                       std::ranges::all_of(text, [](char letter) {
                           return (letter >= 'a' && letter <= 'z') ||
                                  (letter >= 'A' && letter <= 'Z') ||
                                  (letter >= '0' && letter <= '9') || letter == '_';
                       });
    if (plain) {
        out << text;
    } else {
        out << YAML::DoubleQuoted << text;
    }
}

bool is_small(const json::Value& value) {
    return value.size() <= 4 && std::ranges::all_of(value, [](const json::Value& item) {
               return !item.is_structured() || item.empty();
           });
}

void write_json(YAML::Emitter& out, const json::Value& value);

void write_object(YAML::Emitter& out, const json::Value& value) {
    std::vector<std::pair<std::size_t, std::string>> keys;
    for (auto item = value.begin(); item != value.end(); ++item) {
        keys.emplace_back(place_of(item.key()), item.key());
    }
    std::ranges::sort(keys);
    if (is_small(value)) {
        out << YAML::Flow;
    }
    out << YAML::BeginMap;
    for (const auto& [place, key] : keys) {
        out << YAML::Key;
        write_text(out, key);
        out << YAML::Value;
        write_json(out, value[key]);
    }
    out << YAML::EndMap;
}

void write_json(YAML::Emitter& out, const json::Value& value) {
    if (value.is_object()) {
        write_object(out, value);
    } else if (value.is_array()) {
        if (is_small(value)) {
            out << YAML::Flow;
        }
        out << YAML::BeginSeq;
        for (const json::Value& item : value) {
            write_json(out, item);
        }
        out << YAML::EndSeq;
    } else if (value.is_string()) {
        write_text(out, value.get_ref<const std::string&>());
    } else if (value.is_boolean()) {
        out << value.get<bool>();
    } else {
        out << value.dump();
    }
}

void write_list(YAML::Emitter& out, const char* key, const std::vector<std::string>& values) {
    if (values.empty()) {
        return;
    }
    out << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : values) {
        out << value;
    }
    out << YAML::EndSeq;
}

std::vector<std::string> parents_of(const OrgState& state,
                                    const OrgState::Collection& collection,
                                    const body::Element& element) {
    std::vector<std::string> parents;
    for (const Id id : element.parents) {
        for (const Id holder : collection.body.parents) {
            const OrgState::Collection& other = state.collections.at(holder);
            if (const auto found = other.elements.find(id); found != other.elements.end()) {
                parents.push_back(other.body.code + "/" + found->second.code);
            }
        }
    }
    return parents;
}

void write_element(YAML::Emitter& out,
                   const OrgState& state,
                   const OrgState::Collection& collection,
                   const body::Element& element) {
    out << YAML::Flow << YAML::BeginMap;
    out << YAML::Key << "code" << YAML::Value << element.code;
    out << YAML::Key << "name" << YAML::Value << element.name;
    write_list(out, "parents", parents_of(state, collection, element));
    if (!element.columns.empty()) {
        out << YAML::Key << "columns" << YAML::Value << YAML::BeginMap;
        for (const auto& [column, text] : element.columns) {
            out << YAML::Key << column << YAML::Value << text;
        }
        out << YAML::EndMap;
    }
    if (!element.active) {
        out << YAML::Key << "active" << YAML::Value << false;
    }
    out << YAML::EndMap;
}

void write_collection(YAML::Emitter& out,
                      const OrgState& state,
                      const OrgState::Collection& collection) {
    out << YAML::BeginMap;
    out << YAML::Key << "code" << YAML::Value << collection.body.code;
    out << YAML::Key << "name" << YAML::Value << collection.body.name;
    std::vector<std::string> parents;
    for (const Id parent : collection.body.parents) {
        parents.push_back(state.collections.at(parent).body.code);
    }
    write_list(out, "parents", parents);
    if (!collection.body.active) {
        out << YAML::Key << "active" << YAML::Value << false;
    }
    std::vector<const body::Element*> elements;
    for (const auto& [id, element] : collection.elements) {
        elements.push_back(&element);
    }
    std::ranges::sort(elements, {}, &body::Element::code);
    out << YAML::Key << "elements" << YAML::Value << YAML::BeginSeq;
    for (const body::Element* element : elements) {
        write_element(out, state, collection, *element);
    }
    out << YAML::EndSeq << YAML::EndMap;
}

}  // namespace

void write_json_text(YAML::Emitter& out, std::string_view text) {
    write_json(out, json::parse(text));
}

void write_collections(YAML::Emitter& out, const OrgState& state) {
    if (state.collections.empty()) {
        return;
    }
    std::vector<const OrgState::Collection*> collections;
    for (const auto& [id, collection] : state.collections) {
        collections.push_back(&collection);
    }
    std::ranges::sort(collections, {}, [](const auto* one) { return one->body.code; });
    out << YAML::Key << "collections" << YAML::Value << YAML::BeginSeq;
    for (const OrgState::Collection* collection : collections) {
        write_collection(out, state, *collection);
    }
    out << YAML::EndSeq;
}

void write_forms(YAML::Emitter& out, const OrgState& state) {
    if (state.forms.empty()) {
        return;
    }
    std::vector<const OrgState::Form*> forms;
    for (const auto& [id, form] : state.forms) {
        forms.push_back(&form);
    }
    std::ranges::sort(forms, {}, [](const auto* one) { return one->body.code; });
    out << YAML::Key << "forms" << YAML::Value << YAML::BeginSeq;
    for (const OrgState::Form* form : forms) {
        json::Value value = json::parse(form->definition);
        if (!value.is_object()) {
            value = json::Value::object();
        }
        value["code"] = form->body.code;
        value["version"] = form->body.version;
        if (!form->body.active) {
            value["active"] = false;
        }
        write_json(out, value);
    }
    out << YAML::EndSeq;
}

}  // namespace holdfast::admin
