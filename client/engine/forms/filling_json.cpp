#include "client/engine/forms/filling_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/forms/lint.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

using forms::Component;

Json number_or_null(const std::optional<forms::Decimal>& value) {
    return value ? Json(forms::to_string(*value)) : Json(nullptr);
}

Json bound_json(const forms::Bound& bound, const forms::Context& context) {
    if (bound.kind == forms::Bound::Kind::none) {
        return nullptr;
    }
    const forms::DateAnswer now{.chosen = context.now};
    return forms::to_string(forms::bound_day(bound, now, context));
}

Json items_json(const forms::FromList& list) {
    Json items = Json::array();
    for (const forms::Item& item : list.items) {
        items.push_back({{"value", item.value}, {"label", texts_json(item.label)}});
    }
    return items;
}

constexpr std::array<std::string_view, 3> camera_sources{"any", "camera", "gallery"};

bool is_of_files(forms::Kind kind) {
    return kind == forms::Kind::camera || kind == forms::Kind::attachment ||
           kind == forms::Kind::signature;
}

/// What a component asks for, besides what all have.
Result<Json> input_json(const Component& component, const FillingMoment& moment) {
    constexpr std::array<std::string_view, 3> inputs{"short", "long", "number"};
    if (const auto* written = std::get_if<forms::Written>(&component.input)) {
        return Json{{"input", inputs[static_cast<std::size_t>(written->input)]},
                    {"min", number_or_null(written->min)},
                    {"max", number_or_null(written->max)}};
    }
    if (const auto* list = std::get_if<forms::FromList>(&component.input)) {
        return Json{{"items", items_json(*list)}, {"max", list->count.max}};
    }
    if (const auto* choice = std::get_if<forms::FromCollection>(&component.input)) {
        Json levels = Json::array();
        for (const std::string& code : choice->levels) {
            HF_TRY(std::string name, moment.lookup().name_of_collection(code));
            levels.push_back(std::move(name));
        }
        return Json{{"levels", std::move(levels)}, {"max", choice->count.max}};
    }
    if (const auto* rating = std::get_if<forms::Rating>(&component.input)) {
        return Json{{"min", rating->min}, {"max", rating->max}};
    }
    if (const auto* date = std::get_if<forms::Date>(&component.input)) {
        return Json{{"time", date->time},
                    {"zone", date->zone},
                    {"earliest", bound_json(date->earliest, moment.context())},
                    {"latest", bound_json(date->latest, moment.context())}};
    }
    if (const auto* camera = std::get_if<forms::Camera>(&component.input)) {
        return Json{{"source", camera_sources[static_cast<std::size_t>(camera->source)]},
                    {"side_max", camera->side_max},
                    {"max", camera->count.max}};
    }
    if (const auto* attachment = std::get_if<forms::Attachment>(&component.input)) {
        return Json{{"types", forms::types_in(attachment->types)}, {"max", attachment->count.max}};
    }
    return Json::object();
}

/// Names of chosen elements, in their order; one that is not here any more has none.
Result<Json> names_json(const Component& component,
                        const Json& value,
                        const forms::Lookup& lookup) {
    Json names = Json::array();
    if (component.kind() != forms::Kind::collection || !value.is_array()) {
        return names;
    }
    for (const Json& item : value) {
        const auto id =
            item.is_string() ? parse_id(item.get_ref<const std::string&>()) : std::nullopt;
        HF_TRY(const auto element, lookup.element(id.value_or(Id{})));
        names.push_back(element ? element->name : std::string());
    }
    return names;
}

Json label_of(const Component& component) {
    return component.label.empty() ? Json{{"en", component.id}} : texts_json(component.label);
}

Result<Json> component_json(const Component& component,
                            const forms::State& state,
                            const Json& answers,
                            const FillingMoment& moment) {
    const auto found = answers.find(component.id);
    const Json value = found == answers.end() ? Json(nullptr) : *found;
    HF_TRY(Json names, names_json(component, value, moment.lookup()));
    HF_TRY(Json input, input_json(component, moment));
    const bool says_why = !state.enabled;
    return Json{{"path", component.id},
                {"kind", forms::kind_name(component.kind())},
                {"label", label_of(component)},
                {"help", texts_json(component.help)},
                {"required", component.required},
                {"supported", forms::is_filled_in(component.kind())},
                {"visible", state.visible},
                {"enabled", state.enabled},
                {"why", says_why ? Json(error_name(state.why)) : Json(nullptr)},
                {"trouble", trouble_json(state.trouble)},
                {"input", std::move(input)},
                {"value", value},
                {"names", std::move(names)}};
}

Result<Json> list_components(const FillingDesk::Open& open,
                             const FillingMoment& moment,
                             const std::vector<forms::ComponentVerdict>& verdicts) {
    const Json answers = json::parse(open.filling.draft());
    const auto& components = open.form->filled->definition().form.components;
    Json list = Json::array();
    for (const forms::ComponentVerdict& verdict : verdicts) {
        const auto found = std::ranges::find(components, verdict.path, &Component::id);
        if (found == components.end()) {
            continue;  // inside a nested form
        }
        HF_TRY(Json made, component_json(*found, verdict.state, answers, moment));
        list.push_back(std::move(made));
    }
    return list;
}

/// What the words of an answer depend on: the best grade, how many levels were chosen through.
Json line_input(const Component& component) {
    if (const auto* rating = std::get_if<forms::Rating>(&component.input)) {
        return {{"max", rating->max}};
    }
    if (const auto* choice = std::get_if<forms::FromCollection>(&component.input)) {
        return {{"levels", choice->levels.size()}};
    }
    return Json::object();
}

Json labels_of(const forms::FromList& list, const Json& value) {
    Json labels = Json::array();
    for (const Json& chosen : value) {
        for (const forms::Item& item : list.items) {
            if (chosen == item.value) {
                labels.push_back(item.label.empty() ? Json{{"en", item.value}}
                                                    : texts_json(item.label));
            }
        }
    }
    return labels;
}

}  // namespace

Json texts_json(const forms::Texts& texts) {
    Json json = Json::object();
    for (const auto& [language, text] : texts) {
        json[language] = text;
    }
    return json;
}

Json trouble_json(const forms::Trouble& trouble) {
    if (!trouble) {
        return nullptr;
    }
    Json params = json::parse(trouble.params);
    return {{"code", error_name(trouble.code)},
            {"params", params.is_object() ? std::move(params) : Json::object()}};
}

Result<Json> components_json(const FillingDesk::Open& open, const FillingMoment& moment) {
    return list_components(open, moment, open.filling.verdict().components);
}

Result<Json> components_json(const FillingDesk::Open& open,
                             const FillingMoment& moment,
                             const std::vector<forms::ComponentVerdict>& changed) {
    return list_components(open, moment, changed);
}

Json verdict_json(const forms::Filling& filling) {
    const forms::FormVerdict verdict = filling.verdict();
    return {{"can_submit", verdict.can_submit},
            {"trouble", trouble_json(verdict.trouble)},
            {"blocked", verdict.blocked},
            {"required", verdict.required},
            {"answered", verdict.answered}};
}

Result<Json> answer_lines(const KnownForm& form,
                          std::string_view answers,
                          const forms::Lookup& lookup,
                          std::size_t lines_max) {
    const Json given = json::parse(answers);
    Json lines = Json::array();
    for (const Component& component : form.filled->definition().form.components) {
        if (lines.size() == lines_max || !given.is_object()) {
            break;
        }
        const auto found = given.find(component.id);
        if (found == given.end()) {
            continue;
        }
        HF_TRY(Json names, names_json(component, *found, lookup));
        Json files = is_of_files(component.kind()) ? Json::array() : Json(nullptr);
        const auto* list = std::get_if<forms::FromList>(&component.input);
        lines.push_back({{"path", component.id},
                         {"kind", forms::kind_name(component.kind())},
                         {"label", label_of(component)},
                         {"input", line_input(component)},
                         {"value", *found},
                         {"names", std::move(names)},
                         {"files", std::move(files)},
                         {"items", list == nullptr ? Json::array() : labels_of(*list, *found)}});
    }
    return lines;
}

}  // namespace holdfast::client
