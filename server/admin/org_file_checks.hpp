#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ascii.hpp"
#include "core/model/limits.hpp"
#include "core/model/text.hpp"
#include "server/admin/yaml/problem.hpp"
#include "server/admin/yaml/yaml_map.hpp"

/// What the readers of an organization file share. Inside server/admin only.
namespace holdfast::admin {

/// Checks of single texts. Each says what is wrong with the text of `key`.
class Checks {
public:
    static constexpr std::size_t code_bytes_max = 200;
    static constexpr std::size_t color_bytes = 7;  // #1259c3

    explicit Checks(Problems& problems) : problems_(problems) {}

    void code(const Text& text, std::string_view what) {
        const bool has_controls = std::ranges::any_of(
            text.value, [](char letter) { return static_cast<unsigned char>(letter) < 0x20; });
        if (text.value.size() > code_bytes_max || has_controls || trim(text.value) != text.value) {
            add_problem(problems_,
                        text.line,
                        std::string(what) +
                            ": one line of at most 200 bytes, without white space at the ends");
        }
    }

    void name(std::optional<std::string>& name, std::string_view key, std::size_t line) {
        if (!name) {
            return;
        }
        name = std::string(trim(*name));
        if (name->empty()) {
            add_problem(problems_, line, std::string(key) + " is empty");
        }
        length(name, key, line);
    }

    void length(const std::optional<std::string>& text, std::string_view key, std::size_t line) {
        if (text && text->size() > limits::name_bytes_max) {
            add_problem(problems_, line, std::string(key) + " is longer than 200 bytes");
        }
    }

    void email(Text& email) {
        email.value = ascii::lowered(email.value);
        const auto at = email.value.find('@');
        const bool is_email = at != std::string::npos && at > 0 && at + 1 < email.value.size() &&
                              email.value.find('@', at + 1) == std::string::npos &&
                              email.value.size() <= limits::name_bytes_max &&
                              std::ranges::none_of(email.value, [](char letter) {
                                  return static_cast<unsigned char>(letter) <= ' ';
                              });
        if (!is_email && email.line != 0) {
            add_problem(problems_, email.line, quote(email.value) + " is no e-mail address");
        }
    }

    void color(const std::optional<std::string>& color, std::size_t line) {
        if (!color || color->empty()) {
            return;
        }
        const bool is_color = color->size() == color_bytes && color->front() == '#' &&
                              std::ranges::all_of(color->substr(1), [](char letter) {
                                  return std::isxdigit(static_cast<unsigned char>(letter)) != 0;
                              });
        if (!is_color) {
            add_problem(problems_, line, "color: write it as \"#1259c3\"");
        }
    }

    /// Only what a browser opens as a page: never a script.
    void url(const std::optional<std::string>& url, std::size_t line) {
        if (url && !url->empty() && !url->starts_with("https://") && !url->starts_with("http://")) {
            add_problem(problems_, line, "url: begins with https:// or http://");
        }
    }

    void doubles(const Text& key, std::map<std::string, std::size_t>& seen, const char* what) {
        const auto [first, is_new] = seen.try_emplace(key.value, key.line);
        if (!is_new && key.line != 0) {
            add_problem(problems_,
                        key.line,
                        std::string(what) + " " + quote(key.value) + " is in line " +
                            std::to_string(first->second) + " already");
        }
    }

private:
    Problems& problems_;
};

inline std::size_t line_of(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    return node == nullptr ? map.line() : node->line;
}

}  // namespace holdfast::admin
