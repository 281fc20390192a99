#include "client/engine/forms/filling_json.hpp"

#include <array>
#include <string>
#include <utility>

#include "core/forms/answer.hpp"
#include "core/forms/names.hpp"
#include "core/forms/value_json.hpp"
#include "core/model/json.hpp"

namespace holdfast::client {
namespace {

using forms::Component;

Json number_or_null(const std::optional<forms::Decimal>& value) {
    return value ? Json(forms::to_string(*value)) : Json(nullptr);
}

Json scan_json(const forms::Written& written) {
    return written.scan ? Json(forms::names::scans[written.scan_only ? 1 : 0]) : Json(nullptr);
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

/// What people call a form inside.
Json part_title(const forms::Form& form, const std::string& code) {
    const auto index = form.inside(code);
    const forms::Texts& title = index ? form.plan(*index).part->title : forms::Texts{};
    return title.empty() ? Json{{"en", code}} : texts_json(title);
}

Json parts_json(const forms::Form& form, const std::vector<std::string>& codes) {
    Json parts = Json::array();
    for (const std::string& code : codes) {
        parts.push_back({{"form", code}, {"title", part_title(form, code)}});
    }
    return parts;
}

/// What a component asks for, besides what all have.
Result<Json> input_json(const forms::Form& form,
                        const Component& component,
                        const FillingMoment& moment) {
    constexpr std::array<std::string_view, 3> inputs{"short", "long", "number"};
    if (const auto* written = std::get_if<forms::Written>(&component.input)) {
        return Json{{"input", inputs[static_cast<std::size_t>(written->input)]},
                    {"min", number_or_null(written->min)},
                    {"max", number_or_null(written->max)},
                    {"scan", scan_json(*written)}};
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
    if (const auto* api = std::get_if<forms::FromApi>(&component.input)) {
        return Json{{"max", api->count.max}};
    }
    if (const auto* users = std::get_if<forms::FromUsers>(&component.input)) {
        return Json{{"max", users->count.max}};
    }
    if (const auto* rating = std::get_if<forms::Rating>(&component.input)) {
        return Json{{"min", rating->min}, {"max", rating->max}};
    }
    if (const auto* nested = std::get_if<forms::Nested>(&component.input)) {
        return Json{{"forms", parts_json(form, nested->forms)}, {"max", nested->count.max}};
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

/// Names of what was chosen, in its order; one that is not here any more has none.
Result<Json> names_json(const Component& component,
                        const Json& value,
                        const forms::Lookup& lookup) {
    Json names = Json::array();
    if (component.kind() == forms::Kind::api && value.is_array()) {
        for (const Json& pick : value) {
            names.push_back(json::text_in(pick, "label"));
        }
        return names;
    }
    const bool is_of_users = component.kind() == forms::Kind::users;
    if ((component.kind() != forms::Kind::collection && !is_of_users) || !value.is_array()) {
        return names;
    }
    for (const Json& item : value) {
        const Id id = json::id_of(item).value_or(Id{});
        if (is_of_users) {
            HF_TRY(const auto person, lookup.person(id));
            names.push_back(person ? person->name : std::string());
            continue;
        }
        HF_TRY(const auto element, lookup.element(id));
        names.push_back(element ? element->name : std::string());
    }
    return names;
}

Json label_of(const Component& component) {
    return component.label.empty() ? Json{{"en", component.id}} : texts_json(component.label);
}

Result<Json> component_json(const forms::Form& form,
                            const std::string& path,
                            const forms::Spot& spot,
                            const FillingMoment& moment) {
    const Component& component = spot.component;
    const forms::State& state = spot.state;
    Json value = forms::write_value(spot.value);
    HF_TRY(Json names, names_json(component, value, moment.lookup()));
    HF_TRY(Json input, input_json(form, component, moment));
    const bool says_why = !state.enabled;
    return Json{{"path", path},
                {"kind", forms::kind_name(component.kind())},
                {"label", label_of(component)},
                {"help", texts_json(component.help)},
                {"required", component.required},
                {"visible", state.visible},
                {"enabled", state.enabled},
                {"why", says_why ? Json(error_name(state.why)) : Json(nullptr)},
                {"trouble", trouble_json(state.trouble)},
                {"input", std::move(input)},
                {"value", std::move(value)},
                {"names", std::move(names)},
                {"parts", parts_json(form, spot.parts)}};
}

Result<Json> list_components(const FillingDesk::Open& open,
                             const FillingMoment& moment,
                             const std::vector<forms::ComponentVerdict>& verdicts) {
    Json list = Json::array();
    for (const forms::ComponentVerdict& verdict : verdicts) {
        if (const auto spot = open.filling.at(verdict.path)) {
            HF_TRY(Json made, component_json(*open.form->filled, verdict.path, *spot, moment));
            list.push_back(std::move(made));
        }
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

/// The lines of an answer, those of forms inside below the line of their component.
class LineWriter {
public:
    LineWriter(const forms::Form& form, const forms::Lookup& lookup, const LinesWanted& wanted)
        : form_(form), lookup_(lookup), inside_(wanted.inside), room_(wanted.lines_max) {}

    Result<Json> lines(const forms::Part& part, const Json& answers, const std::string& path) {
        Json lines = Json::array();
        for (const Component& component : part.components) {
            const auto found = answers.find(component.id);
            if (room_ == 0 || found == answers.end()) {
                continue;
            }
            --room_;
            HF_TRY(Json made, line(component, *found, path + component.id));
            lines.push_back(std::move(made));
        }
        return lines;
    }

private:
    Result<Json> line(const Component& component, const Json& value, const std::string& path) {
        HF_TRY(Json names, names_json(component, value, lookup_));
        Json files = is_of_files(component.kind()) ? Json::array() : Json(nullptr);
        const auto* list = std::get_if<forms::FromList>(&component.input);
        const bool is_nested = component.kind() == forms::Kind::nested;
        Json parts = Json::array();
        if (is_nested && inside_) {
            HF_TRY(parts, repetitions(value, path));
        }
        return Json{{"path", path},
                    {"kind", forms::kind_name(component.kind())},
                    {"label", label_of(component)},
                    {"input", line_input(component)},
                    {"value", is_nested ? Json(value.size()) : value},
                    {"names", std::move(names)},
                    {"files", std::move(files)},
                    {"items", list == nullptr ? Json::array() : labels_of(*list, value)},
                    {"parts", std::move(parts)}};
    }

    Result<Json> repetitions(const Json& value, const std::string& path) {
        Json parts = Json::array();
        for (const Json& one : value) {
            const std::string code = json::text_in(one, "form");
            const auto index = form_.inside(code);
            const auto answers = one.find("answers");
            if (!index || answers == one.end() || !answers->is_object()) {
                continue;  // not of this form: the server would not have taken it
            }
            const std::string own = path + "/" + std::to_string(parts.size()) + "/";
            HF_TRY(Json inside, lines(*form_.plan(*index).part, *answers, own));
            parts.push_back({{"title", part_title(form_, code)}, {"lines", std::move(inside)}});
        }
        return parts;
    }

    const forms::Form& form_;
    const forms::Lookup& lookup_;
    bool inside_;
    std::size_t room_;
};

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
            {"wrong", verdict.wrong},
            {"required", verdict.required},
            {"answered", verdict.answered}};
}

Result<Json> answer_lines(const KnownForm& form,
                          std::string_view answers,
                          const forms::Lookup& lookup,
                          const LinesWanted& wanted) {
    const Json given = json::parse(answers);
    if (!given.is_object()) {
        return Json::array();
    }
    LineWriter writer{*form.filled, lookup, wanted};
    return writer.lines(form.filled->definition().form, given, "");
}

}  // namespace holdfast::client
