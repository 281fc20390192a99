#include "server/services/choices/choice_search.hpp"

#include <set>
#include <utility>

#include "core/forms/code_points.hpp"
#include "core/forms/limits.hpp"
#include "core/model/json.hpp"
#include "core/model/text.hpp"
#include "server/services/limits.hpp"

namespace holdfast::services {
namespace {

Id id_of(const json::Value& object, const char* name) {
    return parse_id(json::text_in(object, name)).value_or(Id{});
}

std::unexpected<Error> malformed(const char* what) {
    return fail(ErrorCode::request_malformed, what);
}

Result<std::map<std::string, std::vector<std::string>>> read_passed(const json::Value& data) {
    std::map<std::string, std::vector<std::string>> passed;
    for (auto entry = data.begin(); entry != data.end(); ++entry) {
        std::vector<std::string>& texts = passed[entry.key()];
        if (!entry->is_array()) {
            return malformed("data");
        }
        for (const json::Value& text : *entry) {
            if (!text.is_string()) {
                return malformed("data");
            }
            texts.push_back(text.get<std::string>());
        }
    }
    return passed;
}

}  // namespace

Result<ChoiceSearch> parse_choice_search(std::string_view body) {
    const json::Value root =
        body.size() <= limits::choice_search_bytes_max ? json::parse(body) : json::Value();
    if (!root.is_object()) {
        return malformed("no search");
    }
    ChoiceSearch search{.channel = id_of(root, "channel"),
                        .group = id_of(root, "group"),
                        .version = id_of(root, "form"),
                        .part = json::text_in(root, "part"),
                        .component = json::text_in(root, "component"),
                        .typed = std::string(trim(json::text_in(root, "search")))};
    const auto data = root.find("data");
    if (data != root.end()) {
        if (!data->is_object()) {
            return malformed("data");
        }
        HF_TRY(search.passed, read_passed(*data));
    }
    const std::size_t letters = forms::count_code_points(search.typed);
    const bool is_placed = static_cast<bool>(search.channel) != static_cast<bool>(search.group);
    if (!is_placed || !search.version || letters < limits::choice_letters_min ||
        search.typed.size() > forms::limits::search_bytes_max) {
        return malformed("a search of two letters at least, in a channel or a group");
    }
    return search;
}

std::string outside_body(const ChoiceSearch& search) {
    return json::dump({{"search", search.typed}, {"data", search.passed}});
}

Result<std::string> choices_of(std::string_view answer) {
    const json::Value root = json::parse(answer);
    const auto data = root.is_object() ? root.find("data") : root.end();
    if (!root.is_object() || data == root.end() || !data->is_array()) {
        return fail(ErrorCode::choices_failed, "an answer without choices");
    }
    json::Value items = json::Value::array();
    std::set<std::string> codes;
    bool more = false;
    for (const json::Value& one : *data) {
        const std::string code = json::text_in(one, "code");
        const std::string name = json::text_in(one, "display");
        if (code.empty() || code.size() > forms::limits::api_code_bytes_max ||
            name.size() > forms::limits::api_label_bytes_max || !codes.insert(code).second) {
            continue;
        }
        if (items.size() == limits::choices_shown_max) {
            more = true;
            break;
        }
        items.push_back({{"id", code}, {"code", code}, {"name", name.empty() ? code : name}});
    }
    return json::dump({{"items", std::move(items)}, {"more", more}});
}

}  // namespace holdfast::services
