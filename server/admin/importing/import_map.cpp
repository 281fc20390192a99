#include "server/admin/importing/import_map.hpp"

#include <utility>

#include "core/base/ascii.hpp"
#include "server/admin/importing/import_map_tasks.hpp"
#include "server/admin/yaml/yaml_tree.hpp"

namespace holdfast::admin {
namespace {

constexpr std::size_t import_name_bytes_max = 60;
constexpr std::size_t messages_max = 50;

void read_time(YamlMap& map, ImportMap& out, Problems& problems) {
    const YamlNode* node = map.find("time");
    if (node == nullptr) {
        add_problem(problems, map.line(), "import map: time is missing");
        return;
    }
    Text format;
    Text zone;
    YamlMap time(*node, "time", problems);
    time.require("format", format).require("zone", zone).finish();
    if (format.line != 0) {
        if (auto parsed = TimeFormat::parse(format.value)) {
            out.format = *std::move(parsed);
        } else {
            add_problem(problems, format.line, parsed.error().detail);
        }
    }
    if (zone.line != 0) {
        if (auto found = TimeZone::find(zone.value)) {
            out.zone = *std::move(found);
        } else {
            add_problem(problems, zone.line, found.error().detail);
        }
    }
}

void read_author(YamlMap& map, ImportMap& out, Problems& problems) {
    const YamlNode* node = map.find("author");
    if (node == nullptr) {
        add_problem(problems, map.line(), "import map: author is missing");
        return;
    }
    std::optional<std::string> name;
    YamlMap author(*node, "author", problems);
    author.require("email", out.author).read("name", name).finish();
    out.author.value = ascii::lowered(out.author.value);
    const auto at = out.author.value.find('@');
    if (out.author.line != 0 && (at == 0 || at == std::string::npos)) {
        add_problem(problems, out.author.line, quote(out.author.value) + " is no e-mail address");
    }
    out.author_name = name.value_or(out.author.value.substr(0, at));
}

void read_group(YamlMap& map, ImportMap& out, Problems& problems) {
    const YamlNode* node = map.find("group");
    if (node == nullptr) {
        add_problem(problems, map.line(), "import map: group is missing");
        return;
    }
    Text code;
    Text name;
    std::optional<std::string> icon;
    std::optional<std::string> color;
    YamlMap group(*node, "group", problems);
    group.require("code", code);
    if (out.task) {  // it is there, and has its name
        group.finish();
        out.group_code = Template::parse(code, problems);
        return;
    }
    group.require("name", name).read("icon", icon).read("color", color);
    if (const YamlNode* names = group.find("names", YamlNode::Kind::map)) {
        for (std::size_t i = 0; i < names->items.size(); ++i) {
            const YamlNode& shown = names->items[i];
            if (shown.kind != YamlNode::Kind::scalar || shown.text.empty()) {
                add_problem(problems, shown.line, "names: a text belongs here");
            }
            out.group_names[names->keys[i].text] = shown.text;
        }
    }
    group.finish();
    out.group_code = Template::parse(code, problems);
    out.group_name = Template::parse(name, problems);
    out.icon = icon.value_or("");
    out.color = color.value_or("");
}

void read_channel(YamlMap& map, ImportMap& out, Problems& problems) {
    const YamlNode* node = map.find("channel");
    if (node == nullptr) {
        add_problem(problems, map.line(), "import map: channel is missing");
        return;
    }
    Text name;
    std::optional<bool> writable;
    YamlMap channel(*node, "channel", problems);
    channel.require("name", name).read("writable", writable).finish();
    out.channel_name = Template::parse(name, problems);
    out.writable = writable.value_or(true);
}

}  // namespace

std::vector<Text> read_columns(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    if (node != nullptr && node->kind == YamlNode::Kind::scalar) {
        return {{.value = node->text, .line = node->line}};
    }
    std::optional<std::vector<Text>> columns;
    map.read(key, columns);
    return columns.value_or(std::vector<Text>{});
}

namespace {

MessageRule read_message(const YamlNode& node, Problems& problems) {
    MessageRule rule;
    Text text;
    YamlMap message(node, "message", problems);
    message.require("text", text);
    rule.at = read_columns(message, "at");
    if (rule.at.empty() && node.kind == YamlNode::Kind::map) {
        add_problem(problems, node.line, "message: at is missing: a column, or a list of them");
    }
    message.finish();
    rule.text = Template::parse(text, problems);
    return rule;
}

void read_messages(YamlMap& map, ImportMap& out, Problems& problems) {
    const YamlNode* list = map.find("messages", YamlNode::Kind::list);
    if (list == nullptr && out.task) {
        return;
    }
    if (list == nullptr || list->items.empty() || list->items.size() > messages_max) {
        add_problem(problems,
                    list == nullptr ? map.line() : list->line,
                    "import map: messages: a list of 1 to 50 belongs here");
        return;
    }
    for (const YamlNode& item : list->items) {
        out.messages.push_back(read_message(item, problems));
    }
}

}  // namespace

Template Template::parse(const Text& text, Problems& problems) {
    Template made;
    made.line_ = text.line;
    bool optional = false;
    const std::string_view rest = text.value;
    std::string literal;
    const auto flush = [&] {
        if (!literal.empty()) {
            made.parts_.push_back({.text = std::exchange(literal, {}), .optional = optional});
        }
    };
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char letter = rest[i];
        const bool is_doubled = i + 1 < rest.size() && rest[i + 1] == letter;
        if ((letter == '{' || letter == '[') && is_doubled) {
            literal += letter;
            ++i;
        } else if (letter == '{') {
            const auto end = rest.find('}', i);
            if (end == std::string_view::npos || end == i + 1) {
                add_problem(problems, text.line, "a column is written {Name}");
                return made;
            }
            flush();
            made.parts_.push_back(
                {.column = made.columns_.size(), .is_column = true, .optional = optional});
            made.columns_.emplace_back(rest.substr(i + 1, end - i - 1));
            i = end;
        } else if ((letter == '[' && !optional) || (letter == ']' && optional)) {
            flush();
            // An end and a beginning side by side are two segments, not one.
            made.parts_.push_back({.optional = false});
            optional = letter == '[';
        } else {
            literal += letter;
        }
    }
    flush();
    if (optional) {
        add_problem(problems, text.line, "a square bracket without an end");
    }
    return made;
}

std::string Template::render(const std::vector<std::string_view>& values) const {
    std::string text;
    std::string segment;
    bool is_whole = true;
    for (const Part& part : parts_) {
        const std::string_view value =
            part.is_column ? values[part.column] : std::string_view(part.text);
        if (!part.optional) {
            text += is_whole ? segment : "";
            segment.clear();
            is_whole = true;
            text += value;
            continue;
        }
        is_whole = is_whole && !(part.is_column && value.empty());
        segment += value;
    }
    return is_whole ? text + segment : text;
}

ImportMap read_import_map(std::string_view text, const std::string& file, Problems& problems) {
    ImportMap out;
    out.file = file;
    Problems found;
    const YamlNode root = parse_yaml(text, found);
    if (found.empty() || root.kind != YamlNode::Kind::null) {
        YamlMap map(root, "import map", found);
        std::optional<std::string> organization;
        map.read("organization", organization).require("name", out.name).require("key", out.key);
        out.organization = organization.value_or("");
        if (out.name.value.size() > import_name_bytes_max ||
            out.name.value.find(':') != std::string::npos) {
            add_problem(found, out.name.line, "name: at most 60 bytes, without a colon");
        }
        read_time(map, out, found);
        read_author(map, out, found);
        if (const YamlNode* task = map.find("task", YamlNode::Kind::map)) {
            out.task = read_import_task(*task, found);
        }
        read_group(map, out, found);
        if (!out.task) {
            read_channel(map, out, found);
        }
        read_messages(map, out, found);
        map.finish();
    }
    for (Problem& problem : found) {
        add_problem(problems, problem.line, std::move(problem.text), file);
    }
    return out;
}

}  // namespace holdfast::admin
