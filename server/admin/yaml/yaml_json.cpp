#include "server/admin/yaml/yaml_json.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "core/model/json.hpp"

namespace holdfast::admin {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, flaw] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = flaw == std::errc{} && end == text.data() + text.size();
    return whole && std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

json::Value scalar(const YamlNode& node) {
    if (!node.quoted && (node.text == "true" || node.text == "false")) {
        return node.text == "true";
    }
    if (const auto number = node.quoted ? std::nullopt : whole_number(node.text)) {
        return *number;
    }
    return node.text;
}

class Converter {
public:
    explicit Converter(LinedJson& out) : out_(out) {}

    json::Value convert(const YamlNode& node, const std::string& path) {
        out_.lines.emplace(path, node.line);
        switch (node.kind) {
            case YamlNode::Kind::null:
                return nullptr;
            case YamlNode::Kind::scalar:
                return scalar(node);
            case YamlNode::Kind::list:
                return list(node, path);
            case YamlNode::Kind::map:
                return map(node, path);
        }
        return nullptr;
    }

private:
    static std::string below(const std::string& path, const std::string& step) {
        return path.empty() ? step : path + "/" + step;
    }

    json::Value list(const YamlNode& node, const std::string& path) {
        json::Value array = json::Value::array();
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            array.push_back(convert(node.items[i], below(path, std::to_string(i))));
        }
        return array;
    }

    json::Value map(const YamlNode& node, const std::string& path) {
        json::Value object = json::Value::object();
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const std::string own = below(path, node.keys[i].text);
            out_.lines.emplace(own, node.keys[i].line);
            if (node.items[i].kind != YamlNode::Kind::null) {
                object[node.keys[i].text] = convert(node.items[i], own);
            }
        }
        return object;
    }

    LinedJson& out_;
};

}  // namespace

std::size_t LinedJson::line_of(std::string_view path) const {
    while (true) {
        if (const auto found = lines.find(path); found != lines.end()) {
            return found->second;
        }
        if (path.empty()) {
            return 1;
        }
        const std::size_t cut = path.rfind('/');
        path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
    }
}

LinedJson to_json(const YamlNode& node) {
    LinedJson lined;
    lined.text = json::dump(Converter(lined).convert(node, ""));
    return lined;
}

}  // namespace holdfast::admin
