#include "core/forms/judge.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "core/forms/answer.hpp"
#include "core/forms/code_points.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/value_json.hpp"
#include "core/model/text.hpp"

namespace holdfast::forms {

namespace {

using Verdict = Result<Trouble>;

Trouble trouble(ErrorCode code, const char* name, json::Value value) {
    return {code, json::dump({{name, std::move(value)}})};
}

Trouble count_trouble(const Count& count, std::size_t given) {
    const auto number = static_cast<std::int64_t>(given);
    if (number > count.max) {
        return trouble(ErrorCode::answer_too_many, "max", count.max);
    }
    return number < count.min ? trouble(ErrorCode::answer_too_few, "min", count.min) : Trouble{};
}

template <class T, class Key>
bool has_twice(const std::vector<T>& values, Key key) {
    std::set<std::invoke_result_t<Key, const T&>> seen;
    return !std::ranges::all_of(values,
                                [&](const T& value) { return seen.insert(key(value)).second; });
}

Trouble judge_text(const Written& written, const Pattern* whole, const std::string& text) {
    const bool is_long = written.input == Written::Input::long_text;
    const std::int64_t largest =
        is_long ? limits::text_characters_max : limits::short_characters_max;
    const Decimal max = written.max.value_or(Decimal::of(largest));
    const std::string_view trimmed = trim(text);
    const Decimal characters = Decimal::of(static_cast<std::int64_t>(count_code_points(trimmed)));
    if (written.min && characters < *written.min) {
        return trouble(ErrorCode::answer_too_short, "min", to_string(*written.min));
    }
    if (characters > max) {
        return trouble(ErrorCode::answer_too_long, "max", to_string(max));
    }
    return whole != nullptr && !whole->found_in(trimmed) ? Trouble{ErrorCode::answer_no_match}
                                                         : Trouble{};
}

Trouble judge_number(const Written& written, const std::string& text) {
    const std::optional<Decimal> number = parse_decimal(text);
    if (!number) {
        return {ErrorCode::answer_not_a_number};
    }
    if (written.min && *number < *written.min) {
        return trouble(ErrorCode::answer_too_small, "min", to_string(*written.min));
    }
    if (written.max && *number > *written.max) {
        return trouble(ErrorCode::answer_too_large, "max", to_string(*written.max));
    }
    return {};
}

/// What is wrong with an answer that is there, by kind.
class Judge {
public:
    Judge(const Subject& subject, const Context& context) : subject_(subject), context_(context) {}

    Verdict operator()(const Label& /*text*/) const { return Trouble{}; }

    Verdict operator()(const Written& written) const {
        const auto& text = std::get<std::string>(subject_.value);
        return written.input == Written::Input::number ? judge_number(written, text)
                                                       : judge_text(written, subject_.whole, text);
    }

    Verdict operator()(const FromList& list) const {
        const auto& values = std::get<std::vector<std::string>>(subject_.value);
        for (const std::string& value : values) {
            if (std::ranges::find(list.items, value, &Item::value) == list.items.end()) {
                return trouble(ErrorCode::answer_not_a_choice, "value", value);
            }
        }
        if (has_twice(values, [](const std::string& value) { return value; })) {
            return Trouble{ErrorCode::answer_twice};
        }
        return count_trouble(list.count, values.size());
    }

    Verdict operator()(const FromCollection& collection) const {
        if (collection.filter.kind == Filter::Kind::children_of && subject_.source.empty()) {
            return Trouble{ErrorCode::answer_depends};
        }
        return collection.levels.size() > 1 ? by_levels(collection) : by_choice(collection);
    }

    Verdict operator()(const FromUsers& users) const {
        const std::vector<Id>& ids = ids_in(subject_.value);
        if (has_twice(ids, [](Id id) { return id; })) {
            return Trouble{ErrorCode::answer_twice};
        }
        for (const Id id : ids) {
            HF_TRY(const bool offered, is_offered(users, id));
            if (!offered) {
                return trouble(ErrorCode::answer_not_a_choice, "value", to_string(id));
            }
        }
        return count_trouble(users.count, ids.size());
    }

    Verdict operator()(const FromApi& api) const {
        const auto& picks = std::get<std::vector<ApiPick>>(subject_.value);
        if (has_twice(picks, [](const ApiPick& pick) { return pick.code; })) {
            return Trouble{ErrorCode::answer_twice};
        }
        return count_trouble(api.count, picks.size());
    }

    Verdict operator()(const Rating& rating) const {
        const std::int64_t given = std::get<std::int64_t>(subject_.value);
        if (given < rating.min) {
            return trouble(ErrorCode::answer_too_small, "min", rating.min);
        }
        return given > rating.max ? trouble(ErrorCode::answer_too_large, "max", rating.max)
                                  : Trouble{};
    }

    Verdict operator()(const Date& date) const {
        const auto& answer = std::get<DateAnswer>(subject_.value);
        const Zone* zone = date.zone.empty() ? nullptr : context_.find_zone(date.zone);
        if (zone != nullptr && answer.minute &&
            zone->offset_at(moment_of(answer.day, *answer.minute, answer.offset_minutes)) !=
                answer.offset_minutes) {
            return trouble(ErrorCode::answer_wrong_type, "zone", date.zone);
        }
        if (date.earliest.kind != Bound::Kind::none) {
            const Day earliest = bound_day(date.earliest, answer, context_);
            if (answer.day < earliest) {
                return trouble(ErrorCode::answer_too_early, "earliest", to_string(earliest));
            }
        }
        if (date.latest.kind != Bound::Kind::none) {
            const Day latest = bound_day(date.latest, answer, context_);
            if (answer.day > latest) {
                return trouble(ErrorCode::answer_too_late, "latest", to_string(latest));
            }
        }
        return Trouble{};
    }

    /// Its limits are those of the globe, which reading has seen to.
    Verdict operator()(const Location& /*location*/) const { return Trouble{}; }

    Verdict operator()(const Camera& camera) const { return files({"image"}, camera.count); }
    Verdict operator()(const Attachment& attachment) const {
        return files(attachment.types, attachment.count);
    }
    Verdict operator()(const Signature& /*signature*/) const { return files({"image"}, Count{}); }

    Verdict operator()(const Nested& nested) const {
        return count_trouble(nested.count, subject_.nested_count);
    }

private:
    /// An element that is not active any more stays accepted: it was a choice when the person, who
    /// may have been without a connection for days, chose it. It is not offered (Lookup::search).
    Result<bool> is_of(Id id, std::string_view collection) const {
        HF_TRY(const std::optional<Element> element, context_.lookup.element(id));
        return element && element->collection == collection;
    }

    Verdict by_choice(const FromCollection& collection) const {
        const std::vector<Id>& ids = ids_in(subject_.value);
        if (has_twice(ids, [](Id id) { return id; })) {
            return Trouble{ErrorCode::answer_twice};
        }
        HF_TRY(const bool here, context_.lookup.has_collection(collection.levels.front()));
        for (const Id id : here ? ids : std::vector<Id>{}) {
            HF_TRY(const bool offered, is_offered(collection, id));
            if (!offered) {
                return trouble(ErrorCode::answer_not_a_choice, "value", to_string(id));
            }
        }
        return count_trouble(collection.count, ids.size());
    }

    Verdict by_levels(const FromCollection& collection) const {
        const std::vector<Id>& ids = ids_in(subject_.value);
        if (ids.size() > collection.levels.size()) {
            return trouble(ErrorCode::answer_too_many, "max", collection.levels.size());
        }
        for (std::size_t i = 0; i < ids.size(); ++i) {
            HF_TRY(const bool here, context_.lookup.has_collection(collection.levels[i]));
            if (!here) {
                break;
            }
            HF_TRY(const bool offered, is_at_level(collection, ids, i));
            if (!offered) {
                return trouble(ErrorCode::answer_not_a_choice, "value", to_string(ids[i]));
            }
        }
        return ids.size() < collection.levels.size()
                   ? trouble(ErrorCode::answer_incomplete, "level", collection.levels[ids.size()])
                   : Trouble{};
    }

    Result<bool> is_at_level(const FromCollection& collection,
                             const std::vector<Id>& ids,
                             std::size_t level) const {
        if (level == 0) {
            return is_offered(collection, ids.front());
        }
        HF_TRY(const bool of, is_of(ids[level], collection.levels[level]));
        if (!of) {
            return false;
        }
        return context_.lookup.is_child(ids[level], ids[level - 1]);
    }

    Result<bool> is_offered(const FromCollection& collection, Id id) const {
        HF_TRY(const bool of, is_of(id, collection.levels.front()));
        if (!of || collection.filter.kind == Filter::Kind::none) {
            return of;
        }
        HF_TRY(const std::vector<Id> parents, parents_of(collection.filter));
        for (const Id parent : parents) {
            HF_TRY(const bool child, context_.lookup.is_child(id, parent));
            if (child) {
                return true;
            }
        }
        return false;
    }

    Result<std::vector<Id>> parents_of(const Filter& filter) const {
        return filter_parents(filter, subject_.source, context_);
    }

    Result<bool> is_offered(const FromUsers& users, Id id) const {
        HF_TRY(const std::optional<Person> person, context_.lookup.person(id));
        if (!person) {
            return false;
        }
        switch (users.among) {
            case FromUsers::Among::all:
                return true;
            case FromUsers::Among::job:
                return person->job == users.job;
            case FromUsers::Among::subordinates:
                return context_.lookup.is_related(context_.user, Relation::subordinate, id);
            case FromUsers::Among::bosses:
                return context_.lookup.is_related(context_.user, Relation::boss, id);
            case FromUsers::Among::peers:
                return context_.lookup.is_related(context_.user, Relation::peer, id);
        }
        return false;
    }

    Verdict files(const std::vector<std::string>& types, const Count& count) const {
        const std::vector<Id>& ids = ids_in(subject_.value);
        if (has_twice(ids, [](Id id) { return id; })) {
            return Trouble{ErrorCode::answer_twice};
        }
        for (const Id id : ids) {
            HF_TRY(const std::optional<FileFacts> file, context_.lookup.file(id));
            if (!file) {
                return trouble(ErrorCode::answer_file_unknown, "value", to_string(id));
            }
            if (!takes_type(types, file->type)) {
                return trouble(ErrorCode::answer_file_type, "type", file->type);
            }
            if (file->bytes > limits::file_bytes_max) {
                return trouble(ErrorCode::answer_file_too_large, "limit", limits::file_bytes_max);
            }
        }
        return count_trouble(count, ids.size());
    }

    const Subject& subject_;
    const Context& context_;
};

/// Why a component takes no input now; none where it does.
Result<ErrorCode> why_disabled(const Subject& subject, const Context& context) {
    const Component& component = subject.component;
    if (component.read_only) {
        return ErrorCode::answer_read_only;
    }
    if (component.kind() == Kind::api && !context.online) {
        return ErrorCode::answer_needs_connection;
    }
    const auto* collection = std::get_if<FromCollection>(&component.input);
    if (collection == nullptr) {
        return ErrorCode::none;
    }
    for (const std::string& level : collection->levels) {
        HF_TRY(const bool here, context.lookup.has_collection(level));
        if (!here) {
            return ErrorCode::answer_not_available;
        }
    }
    const bool waits =
        collection->filter.kind == Filter::Kind::children_of && subject.source.empty();
    return waits ? ErrorCode::answer_depends : ErrorCode::none;
}

/// OM24: what cannot be answered here and now is said as such, and not as "required".
Trouble empty_trouble(const Subject& subject, ErrorCode why) {
    const Component& component = subject.component;
    if (component.read_only && component.initial.kind != Default::Kind::none) {
        return {ErrorCode::answer_read_only};
    }
    if (!component.required) {
        return {};
    }
    if (const auto* nested = std::get_if<Nested>(&component.input)) {
        return trouble(ErrorCode::answer_too_few, "min", nested->count.min);
    }
    const bool out_of_reach =
        why == ErrorCode::answer_needs_connection || why == ErrorCode::answer_not_available;
    return {out_of_reach ? why : ErrorCode::answer_required};
}

bool is_as_given(const Component& component, const Value& value, const Context& context) {
    return component.initial.kind == Default::Kind::now ||
           (component.initial.kind != Default::Kind::none &&
            clean(component, value) == clean(component, initial_value(component, context)));
}

Result<Trouble> find_trouble(const Subject& subject, ErrorCode why, const Context& context) {
    const Component& component = subject.component;
    const bool is_nested = component.kind() == Kind::nested;
    if (is_nested ? subject.nested_count == 0 : is_empty(subject.value)) {
        return empty_trouble(subject, why);
    }
    if (component.read_only && !is_as_given(component, subject.value, context)) {
        return Trouble{ErrorCode::answer_read_only};
    }
    return std::visit(Judge(subject, context), component.input);
}

}  // namespace

Result<std::vector<Id>> filter_parents(const Filter& filter,
                                       const std::vector<Id>& source,
                                       const Context& context) {
    switch (filter.kind) {
        case Filter::Kind::none:
            return std::vector<Id>{};
        case Filter::Kind::children_of:
            return source;
        case Filter::Kind::channel:
            return context.lookup.elements_of_channel(context.channel, filter.source);
        case Filter::Kind::user:
            return context.lookup.elements_of_user(context.user, filter.source);
    }
    return std::vector<Id>{};
}

Result<State> judge(const Subject& subject, const Context& context) {
    HF_TRY(const ErrorCode why, why_disabled(subject, context));
    HF_TRY(Trouble found, find_trouble(subject, why, context));
    return State{.enabled = why == ErrorCode::none, .why = why, .trouble = std::move(found)};
}

}  // namespace holdfast::forms
