#include "server/admin/yaml/yaml_map.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace holdfast::admin {

YamlMap::YamlMap(const YamlNode& node, std::string what, Problems& problems)
    : node_(node), what_(std::move(what)), problems_(problems) {
    if (node.kind != YamlNode::Kind::map) {
        add_problem(
            problems, node.line == 0 ? 1 : node.line, what_ + ": keys with values belong here");
    }
}

const YamlNode* YamlMap::find(std::string_view key) {
    known_.push_back(key);
    const auto found = std::ranges::find(node_.keys, key, &YamlNode::Key::text);
    return found == node_.keys.end()
               ? nullptr
               : &node_.items[static_cast<std::size_t>(found - node_.keys.begin())];
}

const YamlNode* YamlMap::find(std::string_view key, YamlNode::Kind kind) {
    const YamlNode* node = find(key);
    if (node == nullptr || node->kind == kind) {
        return node;
    }
    add_problem(
        problems_,
        node->line,
        std::string(key) + (kind == YamlNode::Kind::list ? ": a list belongs here"
                                                         : ": keys with values belong here"));
    return nullptr;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<Text>& out) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return *this;
    }
    if (node->kind != YamlNode::Kind::scalar) {
        add_problem(problems_, node->line, std::string(key) + ": a text belongs here");
        return *this;
    }
    out = Text{.value = node->text, .line = node->line};
    return *this;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<std::string>& out) {
    std::optional<Text> text;
    read(key, text);
    if (text) {
        out = std::move(text->value);
    }
    return *this;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<bool>& out) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return *this;
    }
    const bool is_flag = node->kind == YamlNode::Kind::scalar && !node->quoted &&
                         (node->text == "true" || node->text == "false");
    if (is_flag) {
        out = node->text == "true";
    } else {
        add_problem(problems_, node->line, std::string(key) + ": true or false belongs here");
    }
    return *this;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<std::int64_t>& out) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return *this;
    }
    std::int64_t number = 0;
    const char* end = node->text.data() + node->text.size();
    const auto read = std::from_chars(node->text.data(), end, number);
    if (node->kind == YamlNode::Kind::scalar && read.ec == std::errc{} && read.ptr == end) {
        out = number;
    } else {
        add_problem(problems_, node->line, std::string(key) + ": a whole number belongs here");
    }
    return *this;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<std::vector<Text>>& out) {
    const YamlNode* node = find(key, YamlNode::Kind::list);
    if (node == nullptr) {
        return *this;
    }
    out.emplace();
    for (const YamlNode& item : node->items) {
        if (item.kind == YamlNode::Kind::scalar) {
            out->push_back({.value = item.text, .line = item.line});
        } else {
            add_problem(problems_, item.line, std::string(key) + ": a text belongs here");
        }
    }
    return *this;
}

YamlMap& YamlMap::read(std::string_view key, std::optional<std::vector<std::string>>& out) {
    std::optional<std::vector<Text>> texts;
    read(key, texts);
    if (texts) {
        out.emplace();
        for (Text& text : *texts) {
            out->push_back(std::move(text.value));
        }
    }
    return *this;
}

YamlMap& YamlMap::require(std::string_view key, Text& out) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        missing(key);
    } else if (node->kind != YamlNode::Kind::scalar || node->text.empty()) {
        add_problem(problems_, node->line, std::string(key) + ": a text belongs here");
    } else {
        out = {.value = node->text, .line = node->line};
    }
    return *this;
}

void YamlMap::missing(std::string_view key) {
    if (node_.kind == YamlNode::Kind::map) {
        add_problem(problems_, node_.line, what_ + ": " + std::string(key) + " is missing");
    }
}

void YamlMap::finish() {
    for (const YamlNode::Key& key : node_.keys) {
        if (std::ranges::find(known_, key.text) == known_.end()) {
            add_problem(problems_,
                        key.line,
                        what_ + ": there is no key " + quote(key.text) + suggest(key.text, known_));
        }
    }
}

}  // namespace holdfast::admin
