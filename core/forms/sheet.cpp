#include "core/forms/sheet.hpp"

#include <algorithm>

#include "core/forms/answer.hpp"
#include "core/forms/conditions.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms {

void Sheet::begin(const Context& context) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        slots_[i].value = initial_value(component(i), context);
        const auto* nested = std::get_if<Nested>(&component(i).input);
        if (nested != nullptr && nested->forms.size() == 1) {
            for (std::int64_t n = 0; n < nested->count.min; ++n) {
                (void)add_nested(i, *form_->inside(nested->forms.front()), context);
            }
        }
    }
}

void Sheet::load(const json::Value& answers, const std::string& path, Loading& loading) {
    for (auto item = answers.begin(); item != answers.end(); ++item) {
        const std::optional<std::size_t> index = find(item.key());
        if (index) {
            (void)load(*index, *item, path + item.key(), loading);
        } else {
            loading.findings.push_back({path + item.key().substr(0, limits::identifier_bytes_max),
                                        {ErrorCode::answer_unknown_component}});
        }
    }
}

bool Sheet::load(std::size_t index,
                 const json::Value& json,
                 const std::string& path,
                 Loading& loading) {
    if (component(index).kind() == Kind::nested) {
        return load_nested(index, json, path, loading);
    }
    std::optional<Value> value = read_value(component(index), json);
    if (!value) {
        loading.findings.push_back({path, {ErrorCode::answer_wrong_type}});
        return false;
    }
    slots_[index].value = *std::move(value);
    return true;
}

bool Sheet::load_nested(std::size_t index,
                        const json::Value& json,
                        const std::string& path,
                        Loading& loading) {
    std::vector<std::unique_ptr<Sheet>> sheets;
    const auto& allowed = std::get<Nested>(component(index).input).forms;
    const auto fits = [&](const json::Value& one) {
        return one.is_object() && one.size() == 2 && one.contains("form") &&
               one["form"].is_string() && one.contains("answers") && one["answers"].is_object() &&
               std::ranges::count(allowed, one["form"].get_ref<const std::string&>()) != 0;
    };
    if (!json.is_null() && (!json.is_array() || !std::ranges::all_of(json, fits))) {
        loading.findings.push_back({path, {ErrorCode::answer_wrong_type}});
        return false;
    }
    if (json.size() > static_cast<std::size_t>(limits::nested_max)) {
        loading.findings.push_back({path, {ErrorCode::answer_too_many}});
        return false;
    }
    for (const json::Value& one : json) {
        const auto plan = form_->inside(one["form"].get_ref<const std::string&>());
        const std::size_t size = form_->plan(*plan).part->components.size();
        if (size > loading.room) {
            loading.findings.push_back({path, {ErrorCode::answer_too_many}});
            return false;
        }
        loading.room -= size;
        sheets.push_back(std::make_unique<Sheet>(*form_, *plan));
        sheets.back()->load(
            one["answers"], path + "/" + std::to_string(sheets.size() - 1) + "/", loading);
    }
    slots_[index].nested = std::move(sheets);
    return true;
}

std::size_t Sheet::size() const {
    std::size_t size = slots_.size();
    for (const Slot& slot : slots_) {
        for (const std::unique_ptr<Sheet>& sheet : slot.nested) {
            size += sheet->size();
        }
    }
    return size;
}

Sheet* Sheet::nested(std::size_t index, std::size_t number) {
    return number < slots_[index].nested.size() ? slots_[index].nested[number].get() : nullptr;
}

Sheet& Sheet::add_nested(std::size_t index, std::size_t plan, const Context& context) {
    auto& sheets = slots_[index].nested;
    sheets.push_back(std::make_unique<Sheet>(*form_, plan));
    sheets.back()->begin(context);
    return *sheets.back();
}

void Sheet::remove_nested(std::size_t index, std::size_t number) {
    auto& sheets = slots_[index].nested;
    sheets.erase(sheets.begin() + static_cast<std::ptrdiff_t>(number));
}

void Sheet::move_nested(std::size_t index, std::size_t from, std::size_t to) {
    const auto begin = slots_[index].nested.begin();
    const auto at = [&](std::size_t number) { return begin + static_cast<std::ptrdiff_t>(number); };
    if (from < to) {
        std::rotate(at(from), at(from + 1), at(to + 1));
    } else {
        std::rotate(at(to), at(from), at(from + 1));
    }
}

/// What is chosen there and displayed; of a choice by levels only the last level, once it is
/// reached.
std::vector<Id> Sheet::source(std::size_t index) const {
    const std::optional<std::size_t> source = own_plan().graph.source[index];
    if (!source || !slots_[*source].state.visible) {
        return {};
    }
    const auto* ids = std::get_if<std::vector<Id>>(&slots_[*source].value);
    const std::size_t levels = std::get<FromCollection>(component(*source).input).levels.size();
    if (ids == nullptr || levels == 1) {
        return ids == nullptr ? std::vector<Id>{} : *ids;
    }
    return ids->size() == levels ? std::vector<Id>{ids->back()} : std::vector<Id>{};
}

Subject Sheet::subject(std::size_t index) const {
    const std::optional<Pattern>& whole = own_plan().whole[index];
    return {.component = component(index),
            .whole = whole ? &*whole : nullptr,
            .value = slots_[index].value,
            .nested_count = slots_[index].nested.size(),
            .source = source(index)};
}

Result<std::vector<std::string>> Sheet::told(std::size_t index, const Context& context) const {
    return slots_[index].state.visible ? comparable(subject(index), context)
                                       : std::vector<std::string>{};
}

/// A commander that is hidden displays nothing: its answer, if it has one, is not sent either.
Result<bool> Sheet::is_displayed(std::size_t index, const Context& context) const {
    const std::optional<std::size_t> commander = own_plan().graph.commander[index];
    if (!commander) {
        return true;
    }
    if (!slots_[*commander].state.visible) {
        return false;
    }
    const Subject subject = this->subject(*commander);
    const std::vector<Test>& tests = component(index).show->any;
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const std::optional<Pattern>& pattern = own_plan().tests[index][i];
        HF_TRY(const bool held, holds(tests[i], pattern ? &*pattern : nullptr, subject, context));
        if (held) {
            return true;
        }
    }
    return false;
}

/// Whether the state is new.
Result<bool> Sheet::judge_one(std::size_t index, const Context& context) {
    HF_TRY(const bool displayed, is_displayed(index, context));
    State state{.visible = false, .enabled = false, .why = ErrorCode::answer_hidden};
    if (displayed) {
        HF_TRY(state, judge(subject(index), context));
    }
    const bool is_new = state != slots_[index].state;
    slots_[index].state = std::move(state);
    count(index);
    return is_new;
}

void Sheet::count(std::size_t index) {
    Slot& slot = slots_[index];
    Tally tally;
    if (slot.state.visible) {
        tally.troubles = slot.state.trouble ? 1 : 0;
        if (!is_empty(slot.value)) {
            tally.bytes =
                component(index).id.size() + 4 + weight(clean(component(index), slot.value));
        }
        for (const std::unique_ptr<Sheet>& sheet : slot.nested) {
            tally.troubles += sheet->tally().troubles;
            tally.bytes += sheet->tally().bytes + component(index).id.size() + 100;
        }
    }
    tally_.troubles += tally.troubles - slot.tally.troubles;
    tally_.bytes += tally.bytes - slot.tally.bytes;
    slot.tally = tally;
}

Result<> Sheet::judge_all(const Context& context) {
    for (const std::size_t index : own_plan().graph.order) {
        for (const std::unique_ptr<Sheet>& sheet : slots_[index].nested) {
            HF_CHECK(sheet->judge_all(context));
        }
        HF_CHECK(judge_one(index, context));
    }
    return {};
}

Result<> Sheet::judge_from(std::size_t index,
                           const Context& context,
                           std::vector<std::size_t>& changed) {
    const Graph& graph = own_plan().graph;
    std::set<std::size_t> open{
        graph.rank[index]};  // in order: each is judged behind what it depends on
    bool is_first = true;
    while (!open.empty()) {
        const std::size_t next = graph.order[*open.begin()];
        open.erase(open.begin());
        const bool was_visible = slots_[next].state.visible;
        HF_TRY(const bool is_new, judge_one(next, context));
        if (is_new) {
            changed.push_back(next);
        }
        // Others look at the answer, which only the first has changed, and at whether it is
        // displayed.
        if (is_first || was_visible != slots_[next].state.visible) {
            for (const std::size_t dependent : graph.dependents[next]) {
                open.insert(graph.rank[dependent]);
            }
        }
        is_first = false;
    }
    return {};
}

Answers Sheet::answers(Extent extent) const {
    Answers answers;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const Slot& slot = slots_[i];
        if (extent == Extent::sent && !slot.state.visible) {
            continue;
        }
        if (!slot.nested.empty()) {
            std::vector<NestedAnswer> nested;
            for (const std::unique_ptr<Sheet>& sheet : slot.nested) {
                nested.push_back({form_->plan(sheet->plan()).part->code, sheet->answers(extent)});
            }
            answers.emplace(component(i).id, std::move(nested));
        } else if (!is_empty(slot.value)) {
            answers.emplace(component(i).id,
                            extent == Extent::sent ? clean(component(i), slot.value) : slot.value);
        }
    }
    return answers;
}

}  // namespace holdfast::forms
