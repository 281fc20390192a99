#include "core/forms/upcast.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/forms/filling.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

namespace {

// Whether an answer to one means the same to the other. Limits are no part of that: whether the
// value keeps those of the other version is judged like any answer.

bool means_the_same(const Written& one, const Written& other) {
    const bool is_number = one.input == Written::Input::number;
    return is_number == (other.input == Written::Input::number);
}
bool means_the_same(const FromCollection& one, const FromCollection& other) {
    return one.levels == other.levels;
}
bool means_the_same(const FromApi& one, const FromApi& other) {
    return one.source == other.source;
}
/// Four of five is not four of ten.
bool means_the_same(const Rating& one, const Rating& other) {
    return one.min == other.min && one.max == other.max;
}
bool means_the_same(const Date& one, const Date& other) {
    return one.time == other.time && one.zone == other.zone;
}
template <class Same>
bool means_the_same(const Same&, const Same&) {
    return true;
}

bool has_same_type(const Component& one, const Component& other) {
    return std::visit(
        [&](const auto& input) {
            const auto* same = std::get_if<std::remove_cvref_t<decltype(input)>>(&other.input);
            return same != nullptr && means_the_same(input, *same);
        },
        one.input);
}

const Part* part_of(const Form& form, const std::string& code) {
    const auto index = form.inside(code);
    return index ? form.plan(*index).part : nullptr;
}

const Component* component_in(const Part& part, const std::string& id) {
    const auto found = std::ranges::find(part.components, id, &Component::id);
    return found == part.components.end() ? nullptr : &*found;
}

/// Finds what one version asked for and the other does not.
class Comparison {
public:
    Comparison(const Form& from, const Form& into) : from_(from), into_(into) {}

    /// The answers to one list of components; `path` is where they stand, with a slash behind it.
    void compare(const Part& from, const Part& into, const json::Value& answers, std::string path) {
        for (auto answer = answers.begin(); answer != answers.end(); ++answer) {
            const Component* before = component_in(from, answer.key());
            const Component* after = component_in(into, answer.key());
            const std::string here = path + answer.key();
            if (before == nullptr || after == nullptr || !has_same_type(*before, *after)) {
                aside_.push_back(here);
            } else if (before->kind() == Kind::nested) {
                compare_inside(*answer, here);
            }
        }
    }

    [[nodiscard]] std::vector<std::string> aside() && { return std::move(aside_); }

private:
    /// A repetition of a form that the other version does not nest is left to its judgement.
    void compare_inside(const json::Value& repetitions, const std::string& path) {
        for (std::size_t i = 0; i < repetitions.size(); ++i) {
            const auto code = repetitions[i].value("form", std::string());
            const Part* from = part_of(from_, code);
            const Part* into = part_of(into_, code);
            const auto answers = repetitions[i].find("answers");
            if (from != nullptr && into != nullptr && answers != repetitions[i].end()) {
                compare(*from, *into, *answers, path + "/" + std::to_string(i) + "/");
            }
        }
    }

    const Form& from_;
    const Form& into_;
    std::vector<std::string> aside_{};
};

/// Takes away what stands at the path, a step at a time: a component, or a component, the number of
/// a repetition, and what stands in it.
void take_away(json::Value& answers, std::string_view path) {
    const std::size_t slash = path.find('/');
    const auto found = answers.find(std::string(path.substr(0, slash)));
    if (found == answers.end() || slash == std::string_view::npos) {
        if (found != answers.end()) {
            answers.erase(found);
        }
        return;
    }
    const std::string_view rest = path.substr(slash + 1);
    const std::size_t next = rest.find('/');
    std::size_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const bool leads_on = read.ec == std::errc{} && next != std::string_view::npos;
    if (leads_on && found->is_array() && number < found->size() &&
        (*found)[number].contains("answers")) {
        take_away((*found)[number]["answers"], rest.substr(next + 1));
    }
}

}  // namespace

std::string without(std::string_view answers, const std::vector<std::string>& paths) {
    std::optional<json::Value> json = parse_json(answers);
    if (!json || !json->is_object()) {
        return "{}";
    }
    for (const std::string& path : paths) {
        take_away(*json, path);
    }
    return json::dump(*json);
}

Result<std::optional<std::vector<std::string>>> upcast(const Form& from,
                                                       const std::shared_ptr<const Form>& into,
                                                       std::string_view answers,
                                                       const Context& context) {
    const std::optional<json::Value> json = parse_json(answers);
    if (!json || !json->is_object()) {
        return fail(ErrorCode::answer_malformed);
    }
    Comparison comparison(from, *into);
    comparison.compare(from.definition().form, into->definition().form, *json, "");
    std::vector<std::string> aside = std::move(comparison).aside();
    HF_TRY(const auto faults, find_faults(into, without(answers, aside), context));
    for (const Finding& fault : faults) {
        if (fault.trouble.code != ErrorCode::answer_hidden) {
            return std::nullopt;
        }
        aside.push_back(fault.path);
    }
    const std::string left = without(answers, aside);
    if (aside.size() > limits::set_aside_max || (left == "{}" && !json->empty())) {
        return std::nullopt;
    }
    if (!faults.empty()) {  // what is hidden commands nothing: that is proven, not believed
        HF_TRY(const auto more, find_faults(into, left, context));
        if (!more.empty()) {
            return std::nullopt;
        }
    }
    std::ranges::sort(aside);
    return aside;
}

}  // namespace holdfast::forms
