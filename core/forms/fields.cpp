#include "core/forms/fields.hpp"

#include <algorithm>

#include "core/model/text.hpp"

namespace holdfast::forms {

namespace {

bool is_language(std::string_view text) {
    return text.size() >= 2 && text.size() <= 12 && std::ranges::all_of(text, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '-';
           });
}

}  // namespace

bool is_identifier(std::string_view text) {
    const auto is_letter = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    return !text.empty() && text.size() <= limits::identifier_bytes_max &&
           is_letter(text.front()) && std::ranges::all_of(text, [&](char letter) {
               return is_letter(letter) || letter == '_' || (letter >= '0' && letter <= '9');
           });
}

Fields::Fields(const json::Value& json, std::string path, Faults& faults)
    : json_(json), path_(std::move(path)), faults_(faults), is_object_(json.is_object()) {
    if (!is_object_) {
        refuse("", "wrong_type", "object");
    }
}

std::string Fields::at(std::string_view name) const {
    return path_ + (path_.empty() || name.empty() ? "" : "/") + std::string(name);
}

const json::Value* Fields::take(const char* name) {
    if (!is_object_) {
        return nullptr;
    }
    const auto found = json_.find(name);
    if (found == json_.end()) {
        return nullptr;
    }
    taken_.insert(name);
    return &*found;
}

void Fields::read(const char* name, std::string& out, std::size_t bytes_max) {
    const json::Value* value = take(name);
    if (value == nullptr) {
        return;
    }
    if (!value->is_string()) {
        refuse(name, "wrong_type", "text");
    } else if (value->get_ref<const std::string&>().size() > bytes_max) {
        refuse(name, "too_long", std::to_string(bytes_max));
    } else {
        out = value->get_ref<const std::string&>();
    }
}

void Fields::read(const char* name, bool& out) {
    if (const json::Value* value = take(name)) {
        if (value->is_boolean()) {
            out = value->get<bool>();
        } else {
            refuse(name, "wrong_type", "true or false");
        }
    }
}

void Fields::read(const char* name, std::int64_t& out, std::int64_t least, std::int64_t most) {
    const json::Value* value = take(name);
    if (value == nullptr) {
        return;
    }
    if (!value->is_number_integer()) {
        refuse(name, "wrong_type", "whole number");
        return;
    }
    const bool huge =
        value->is_number_unsigned() &&
        value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    const std::int64_t number =
        huge ? std::numeric_limits<std::int64_t>::max() : value->get<std::int64_t>();
    if (number < least || number > most) {
        refuse(name, "range", std::to_string(least) + " to " + std::to_string(most));
        return;
    }
    out = number;
}

void Fields::read(const char* name, std::optional<Decimal>& out) {
    const json::Value* value = take(name);
    if (value == nullptr) {
        return;
    }
    const bool is_number = value->is_number_integer();
    if (!is_number && !value->is_string()) {
        refuse(name, "wrong_type", "whole number, or a decimal number as text");
        return;
    }
    out = parse_decimal(is_number ? value->dump() : value->get_ref<const std::string&>());
    if (!out) {
        refuse(name, "number");
    }
}

void Fields::read(const char* name, Texts& out) {
    const json::Value* value = take(name);
    if (value == nullptr) {
        return;
    }
    if (!value->is_object()) {
        refuse(name, "wrong_type", "texts by language");
        return;
    }
    if (value->size() > limits::languages_max) {
        refuse(name, "too_many", std::to_string(limits::languages_max));
        return;
    }
    for (auto item = value->begin(); item != value->end(); ++item) {
        const std::string path = at(name) + "/" + item.key();
        if (!is_language(item.key())) {
            faults_.add(path, "language", item.key());
        } else if (!item->is_string()) {
            faults_.add(path, "wrong_type", "text");
        } else if (item->get_ref<const std::string&>().size() > limits::label_bytes_max) {
            faults_.add(path, "too_long", std::to_string(limits::label_bytes_max));
        } else if (trim(item->get_ref<const std::string&>()).empty()) {
            faults_.add(path, "empty");
        } else {
            out[item.key()] = item->get_ref<const std::string&>();
        }
    }
}

void Fields::read(const char* name, std::vector<std::string>& out, std::size_t count_max) {
    for (const auto& [item, path] : items(name, count_max)) {
        if (!item->is_string()) {
            faults_.add(path, "wrong_type", "text");
        } else if (item->get_ref<const std::string&>().size() > limits::item_value_bytes_max) {
            faults_.add(path, "too_long", std::to_string(limits::item_value_bytes_max));
        } else if (std::ranges::count(out, item->get_ref<const std::string&>()) != 0) {
            faults_.add(path, "duplicate", item->get_ref<const std::string&>());
        } else {
            out.push_back(item->get_ref<const std::string&>());
        }
    }
}

void Fields::read_name(const char* name,
                       std::size_t& out,
                       std::span<const std::string_view> names) {
    std::string text;
    if (!has(name)) {
        return;
    }
    read(name, text, limits::item_value_bytes_max);
    const auto found = std::ranges::find(names, std::string_view(text));
    if (found == names.end()) {
        refuse(name, "unknown_value", text);
        return;
    }
    out = static_cast<std::size_t>(found - names.begin());
}

void Fields::read_identifier(const char* name, std::string& out) {
    require(name);
    std::string text;
    read(name, text, limits::definition_bytes_max);
    if (!has(name)) {
        return;
    }
    if (!is_identifier(text)) {
        refuse(name, "identifier", text.substr(0, limits::item_value_bytes_max));
        return;
    }
    out = text;
}

std::vector<std::pair<const json::Value*, std::string>> Fields::items(const char* name,
                                                                      std::size_t count_max) {
    const json::Value* value = take(name);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_array()) {
        refuse(name, "wrong_type", "list");
        return {};
    }
    if (value->size() > count_max) {
        refuse(name, "too_many", std::to_string(count_max));
        return {};
    }
    std::vector<std::pair<const json::Value*, std::string>> found;
    for (const json::Value& item : *value) {
        found.emplace_back(&item, at(name) + "/" + std::to_string(found.size()));
    }
    return found;
}

void Fields::done() {
    if (!is_object_) {
        return;
    }
    for (auto item = json_.begin(); item != json_.end(); ++item) {
        if (!taken_.contains(item.key())) {
            refuse(
                item.key(), "unknown_member", item.key().substr(0, limits::item_value_bytes_max));
        }
    }
}

}  // namespace holdfast::forms
