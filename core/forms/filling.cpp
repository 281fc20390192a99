#include "core/forms/filling.hpp"

#include <algorithm>
#include <charconv>

#include "core/forms/limits.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

namespace {

/// Takes "parts" off "parts/0/serial".
std::string_view take_step(std::string_view& path) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view step = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return step;
}

std::optional<std::size_t> number_of(std::string_view text) {
    std::size_t number = 0;
    const auto [end, flaw] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = flaw == std::errc{} && end == text.data() + text.size();
    return whole && std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

std::string parent_path(std::string_view path) {
    const std::size_t cut = path.rfind('/');
    return cut == std::string_view::npos ? std::string() : std::string(path.substr(0, cut + 1));
}

bool is_out_of_reach(ErrorCode code) {
    return code == ErrorCode::answer_needs_connection || code == ErrorCode::answer_not_available;
}

/// Adds the components of forms inside, for those that hide or appear as one.
void append_states(const Sheet& sheet,
                   const std::string& path,
                   std::vector<ComponentVerdict>& verdicts) {
    sheet.for_each(path, [&](const std::string& own, const Sheet& holder, std::size_t index) {
        verdicts.push_back({own, holder.slots()[index].state});
    });
}

}  // namespace

Filling::Filling(std::shared_ptr<const Form> form)
    : form_(std::move(form)), sheet_(std::make_unique<Sheet>(*form_, 0)) {}
Filling::Filling(Filling&&) noexcept = default;
Filling& Filling::operator=(Filling&&) noexcept = default;
Filling::~Filling() = default;

Result<Filling> Filling::open(std::shared_ptr<const Form> form, const Context& context) {
    Filling filling(std::move(form));
    filling.sheet_->begin(context);
    HF_CHECK(filling.refresh(context));
    return filling;
}

Result<Filling> Filling::resume(std::shared_ptr<const Form> form,
                                const Context& context,
                                std::string_view draft) {
    const std::optional<json::Value> json = parse_json(draft);
    if (!json || !json->is_object()) {
        return fail(ErrorCode::answer_malformed);
    }
    Filling filling(std::move(form));
    std::vector<Finding> left_out;
    Sheet::Loading loading{left_out, limits::filled_components_max};
    filling.sheet_->load(*json, "", loading);
    HF_CHECK(filling.refresh(context));
    return filling;
}

Result<> Filling::refresh(const Context& context) {
    return sheet_->judge_all(context);
}

std::optional<Filling::Place> Filling::locate(std::string_view path) const {
    Place place;
    Sheet* sheet = sheet_.get();
    while (true) {
        const std::optional<std::size_t> index = sheet->find(take_step(path));
        if (!index) {
            return std::nullopt;
        }
        place.way.emplace_back(sheet, *index);
        if (path.empty()) {
            return place;
        }
        const std::optional<std::size_t> number = number_of(take_step(path));
        sheet = number ? sheet->nested(*index, *number) : nullptr;
        if (sheet == nullptr) {
            return std::nullopt;
        }
        if (path.empty()) {
            place.number = number;
            return place;
        }
    }
}

Result<std::vector<ComponentVerdict>> Filling::judge_at(const Context& context,
                                                        const Place& place,
                                                        std::string_view path) {
    const auto& [sheet, index] = place.way.back();
    std::vector<std::size_t> changed;
    HF_CHECK(sheet->judge_from(index, context, changed));
    for (auto outer = place.way.rbegin() + 1; outer != place.way.rend(); ++outer) {
        outer->first->count(outer->second);
    }
    if (std::ranges::count(changed, index) == 0) {
        changed.insert(changed.begin(), index);
    }
    const std::string parent = parent_path(path);
    std::vector<ComponentVerdict> verdicts;
    for (const std::size_t each : changed) {
        const std::string own = parent + sheet->component(each).id;
        verdicts.push_back({own, sheet->slots()[each].state});
    }
    return verdicts;
}

Result<std::vector<ComponentVerdict>> Filling::set(const Context& context,
                                                   std::string_view path,
                                                   std::string_view json) {
    if (json.size() > limits::answers_bytes_max) {
        return fail(ErrorCode::answer_oversized);
    }
    const std::optional<Place> place = locate(path);
    if (!place || place->number) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const auto& [sheet, index] = place->way.back();
    const std::optional<json::Value> value = parse_json(json);
    if (sheet->component(index).read_only) {
        return fail(ErrorCode::answer_read_only, std::string(path));
    }
    std::vector<Finding> left_out;
    const bool is_nested = sheet->component(index).kind() == Kind::nested;
    Sheet::Loading loading{left_out, is_nested ? room() : 0};
    if (!value || !sheet->load(index, *value, std::string(path), loading)) {
        return fail(ErrorCode::answer_wrong_type, std::string(path));
    }
    for (const std::unique_ptr<Sheet>& inside : sheet->slots()[index].nested) {
        HF_CHECK(inside->judge_all(context));
    }
    HF_TRY(std::vector<ComponentVerdict> verdicts, judge_at(context, *place, path));
    for (std::size_t n = 0; n < sheet->slots()[index].nested.size(); ++n) {
        const std::string inside = std::string(path) + "/" + std::to_string(n) + "/";
        append_states(*sheet->slots()[index].nested[n], inside, verdicts);
    }
    return verdicts;
}

Result<std::vector<ComponentVerdict>> Filling::add(const Context& context,
                                                   std::string_view path,
                                                   std::string_view form) {
    const std::optional<Place> place = locate(path);
    const std::optional<std::size_t> plan = form_->inside(form);
    if (!place || place->number || !plan) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const auto& [sheet, index] = place->way.back();
    const auto* nested = std::get_if<Nested>(&sheet->component(index).input);
    if (nested == nullptr || std::ranges::count(nested->forms, form) == 0) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const std::size_t number = sheet->slots()[index].nested.size();
    if (static_cast<std::int64_t>(number) >= nested->count.max ||
        form_->plan(*plan).initial_size > room()) {
        return fail(ErrorCode::answer_too_many,
                    std::string(path),
                    json::dump({{"max", nested->count.max}}));
    }
    Sheet& added = sheet->add_nested(index, *plan, context);
    HF_CHECK(added.judge_all(context));
    HF_TRY(std::vector<ComponentVerdict> verdicts, judge_at(context, *place, path));
    append_states(added, std::string(path) + "/" + std::to_string(number) + "/", verdicts);
    return verdicts;
}

Result<std::vector<ComponentVerdict>> Filling::remove(const Context& context,
                                                      std::string_view path) {
    const std::optional<Place> place = locate(path);
    if (!place || !place->number) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const auto& [sheet, index] = place->way.back();
    sheet->remove_nested(index, *place->number);
    return judge_at(context, *place, path.substr(0, path.rfind('/')));
}

Result<> Filling::move(std::string_view path, std::size_t to) {
    const std::optional<Place> place = locate(path);
    if (!place || !place->number) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const auto& [sheet, index] = place->way.back();
    if (to >= sheet->slots()[index].nested.size()) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    sheet->move_nested(index, *place->number, to);
    return {};
}

std::size_t Filling::room() const {
    const std::size_t size = sheet_->size();
    return size < limits::filled_components_max ? limits::filled_components_max - size : 0;
}

bool Filling::can_submit() const {
    return sheet_->tally().troubles == 0 && sheet_->tally().bytes <= limits::answers_bytes_max;
}

FormVerdict Filling::verdict() const {
    FormVerdict verdict{.can_submit = can_submit()};
    if (sheet_->tally().bytes > limits::answers_bytes_max) {
        verdict.trouble = {ErrorCode::answer_oversized,
                           json::dump({{"limit", limits::answers_bytes_max}})};
    }
    std::string hidden;  // path of a nested component that is not displayed, with its slash
    sheet_->for_each("", [&](const std::string& path, const Sheet& sheet, std::size_t index) {
        const State& state = sheet.slots()[index].state;
        verdict.components.push_back({path, state});
        if (!hidden.empty() && path.starts_with(hidden)) {
            return;  // inside something that is not displayed: nothing of it counts
        }
        hidden = state.visible ? std::string() : path + "/";
        if (state.visible && state.trouble) {
            verdict.wrong.push_back(path);
        }
        if (!state.visible || !sheet.component(index).required) {
            return;
        }
        ++verdict.required;
        verdict.answered += state.trouble ? 0 : 1;
        if (is_out_of_reach(state.trouble.code)) {
            verdict.blocked.push_back(path);
        }
    });
    return verdict;
}

std::optional<Spot> Filling::at(std::string_view path) const {
    const std::optional<Place> place = locate(path);
    if (!place || place->number) {
        return std::nullopt;
    }
    const auto& [sheet, index] = place->way.back();
    const Sheet::Slot& slot = sheet->slots()[index];
    Spot spot{.component = sheet->component(index),
              .state = slot.state,
              .value = slot.value,
              .form = form_->plan(sheet->plan()).part->code};
    for (const std::unique_ptr<Sheet>& inside : slot.nested) {
        spot.parts.push_back(form_->plan(inside->plan()).part->code);
    }
    return spot;
}

Result<std::map<std::string, std::vector<std::string>>> Filling::passed(
    const Context& context, std::string_view path) const {
    const auto spot = at(path);
    const auto* api = spot ? std::get_if<FromApi>(&spot->component.input) : nullptr;
    if (api == nullptr) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const Sheet& sheet = *locate(path)->way.back().first;
    std::map<std::string, std::vector<std::string>> passed;
    for (const std::string& id : api->pass) {
        if (const auto index = sheet.find(id)) {
            HF_TRY(passed[id], sheet.told(*index, context));
        }
    }
    return passed;
}

std::string Filling::draft() const {
    return json::dump(write_answers(sheet_->answers(Sheet::Extent::everything)));
}

std::string Filling::submission() const {
    return json::dump(write_answers(sheet_->answers(Sheet::Extent::sent)));
}

Result<Filling::Choices> Filling::choices(const Context& context,
                                          std::string_view path,
                                          std::size_t level) const {
    const std::optional<Place> place = locate(path);
    const auto* collection =
        !place || place->number
            ? nullptr
            : std::get_if<FromCollection>(
                  &place->way.back().first->component(place->way.back().second).input);
    if (collection == nullptr || level >= collection->levels.size()) {
        return fail(ErrorCode::answer_unknown_component, std::string(path));
    }
    const auto& [sheet, index] = place->way.back();
    Choices choices{.collection = collection->levels[level]};
    if (level > 0) {
        const auto* chosen = std::get_if<std::vector<Id>>(&sheet->slots()[index].value);
        if (chosen == nullptr || chosen->size() < level) {
            return fail(ErrorCode::answer_depends, std::string(path));
        }
        choices.parents = std::vector{(*chosen)[level - 1]};
        return choices;
    }
    if (collection->filter.kind != Filter::Kind::none) {
        HF_TRY(choices.parents, filter_parents(collection->filter, sheet->source(index), context));
        if (collection->filter.kind == Filter::Kind::children_of && choices.parents->empty()) {
            return fail(ErrorCode::answer_depends, std::string(path));
        }
    }
    return choices;
}

}  // namespace holdfast::forms
