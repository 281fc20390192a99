#include "core/forms/value_json.hpp"

#include <type_traits>
#include <utility>

#include "core/forms/decimal.hpp"
#include "core/forms/limits.hpp"

namespace holdfast::forms {

namespace {

using Read = std::optional<forms::Value>;

constexpr std::int64_t latitude_max_e7 = 900'000'000;
constexpr std::int64_t longitude_max_e7 = 1'800'000'000;
constexpr std::int64_t accuracy_max_m = 100'000'000;

std::optional<std::int64_t> integer_of(const json::Value& json) {
    if (!json.is_number_integer()) {
        return std::nullopt;
    }
    if (json.is_number_unsigned() &&
        json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        return std::nullopt;
    }
    return json.get<std::int64_t>();
}

const json::Value* member(const json::Value& json, const char* name) {
    const auto found = json.find(name);
    return found == json.end() ? nullptr : &*found;
}

std::optional<std::int64_t> integer_in(const json::Value& json,
                                       const char* name,
                                       std::int64_t least,
                                       std::int64_t most) {
    const json::Value* value = member(json, name);
    const std::optional<std::int64_t> number = value == nullptr ? std::nullopt : integer_of(*value);
    return number && *number >= least && *number <= most ? number : std::nullopt;
}

const std::string* text_in(const json::Value& json, const char* name) {
    const json::Value* value = member(json, name);
    return value != nullptr && value->is_string() ? &value->get_ref<const std::string&>() : nullptr;
}

template <class T, class Convert>
Read list_of(const json::Value& json, Convert convert) {
    if (!json.is_array()) {
        return std::nullopt;
    }
    std::vector<T> values;
    values.reserve(json.size());
    for (const json::Value& item : json) {
        std::optional<T> value = convert(item);
        if (!value) {
            return std::nullopt;
        }
        values.push_back(*std::move(value));
    }
    return values;
}

std::optional<std::string> text_of(const json::Value& json) {
    return json.is_string() ? std::optional(json.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<Id> id_of(const json::Value& json) {
    const std::optional<Id> id = json::id_of(json);
    return id && *id ? id : std::nullopt;
}

std::optional<ApiPick> pick_of(const json::Value& json) {
    const std::string* code = json.is_object() ? text_in(json, "code") : nullptr;
    const std::string* label = json.is_object() ? text_in(json, "label") : nullptr;
    if (code == nullptr || label == nullptr || json.size() != 2 || code->empty() ||
        code->size() > limits::api_code_bytes_max || label->size() > limits::api_label_bytes_max) {
        return std::nullopt;
    }
    return ApiPick{*code, *label};
}

/// A number may come as a JSON integer; it is kept as text, so that what a person typed wrongly can
/// be shown again.
Read written_of(const json::Value& json, const Written& written) {
    if (written.input == Written::Input::number) {
        if (const std::optional<std::int64_t> number = integer_of(json)) {
            return std::to_string(*number);
        }
    }
    const std::optional<std::string> text = text_of(json);
    return text ? Read(*text) : std::nullopt;
}

Read rating_of(const json::Value& json) {
    const std::optional<std::int64_t> number = integer_of(json);
    return number ? Read(*number) : std::nullopt;
}

Read date_of(const json::Value& json, const Date& date) {
    const std::string* day_text = json.is_object() ? text_in(json, "date") : nullptr;
    const std::optional<Day> day = day_text == nullptr ? std::nullopt : parse_day(*day_text);
    if (!day) {
        return std::nullopt;
    }
    DateAnswer answer{.day = *day};
    std::size_t known = 1;
    if (member(json, "chosen") != nullptr) {
        const auto chosen = integer_in(json, "chosen", 0, 253'402'300'799'999);  // year 9999
        if (!chosen) {
            return std::nullopt;
        }
        answer.chosen = WallTime{*chosen};
        ++known;
    }
    if (date.time) {
        const std::string* time = text_in(json, "time");
        const auto offset =
            integer_in(json, "offset", -limits::offset_minutes_max, limits::offset_minutes_max);
        answer.minute = time == nullptr ? std::nullopt : parse_minute(*time);
        if (!answer.minute || !offset) {
            return std::nullopt;
        }
        answer.offset_minutes = static_cast<int>(*offset);
        known += 2;
    }
    return json.size() == known ? Read(answer) : std::nullopt;
}

Read place_of(const json::Value& json) {
    if (!json.is_object()) {
        return std::nullopt;
    }
    const auto latitude = integer_in(json, "lat_e7", -latitude_max_e7, latitude_max_e7);
    const auto longitude = integer_in(json, "lng_e7", -longitude_max_e7, longitude_max_e7);
    const auto accuracy = integer_in(json, "accuracy_m", 0, accuracy_max_m);
    const bool has_accuracy = member(json, "accuracy_m") != nullptr;
    if (!latitude || !longitude || has_accuracy != accuracy.has_value() ||
        json.size() != (has_accuracy ? 3U : 2U)) {
        return std::nullopt;
    }
    return Place{*latitude, *longitude, accuracy};
}

json::Value write(const DateAnswer& answer) {
    json::Value json{{"date", to_string(answer.day)}};
    if (answer.minute) {
        json["time"] = minute_text(*answer.minute);
        json["offset"] = answer.offset_minutes;
    }
    if (answer.chosen) {
        json["chosen"] = answer.chosen->ms;
    }
    return json;
}

json::Value write(const Place& place) {
    json::Value json{{"lat_e7", place.latitude_e7}, {"lng_e7", place.longitude_e7}};
    if (place.accuracy_m) {
        json["accuracy_m"] = *place.accuracy_m;
    }
    return json;
}

json::Value write(const ApiPick& pick) {
    return {{"code", pick.code}, {"label", pick.label}};
}

json::Value write(const NestedAnswer& nested) {
    return {{"form", nested.form}, {"answers", write_answers(nested.answers)}};
}

json::Value write(Id id) {
    return to_string(id);
}
json::Value write(const std::string& text) {
    return text;
}
json::Value write(std::int64_t number) {
    return number;
}
json::Value write(std::monostate) {
    return nullptr;
}

template <class T>
json::Value write(const std::vector<T>& values) {
    json::Value array = json::Value::array();
    for (const T& value : values) {
        array.push_back(write(value));
    }
    return array;
}

}  // namespace

std::optional<forms::Value> read_value(const Component& component, const json::Value& json) {
    if (json.is_null()) {
        return forms::Value{};
    }
    switch (component.kind()) {
        case Kind::written:
            return written_of(json, std::get<Written>(component.input));
        case Kind::list:
            return list_of<std::string>(json, text_of);
        case Kind::api:
            return list_of<ApiPick>(json, pick_of);
        case Kind::rating:
            return rating_of(json);
        case Kind::date:
            return date_of(json, std::get<Date>(component.input));
        case Kind::location:
            return place_of(json);
        case Kind::collection:
        case Kind::users:
        case Kind::camera:
        case Kind::attachment:
        case Kind::signature:
            return list_of<Id>(json, id_of);
        case Kind::text:
        case Kind::nested:
            return std::nullopt;
    }
    return std::nullopt;
}

json::Value write_value(const forms::Value& value) {
    return std::visit([](const auto& held) { return write(held); }, value);
}

json::Value write_answers(const Answers& answers) {
    json::Value json = json::Value::object();
    for (const auto& [component, value] : answers) {
        json[component] = write_value(value);
    }
    return json;
}

std::optional<json::Value> parse_json(std::string_view text) {
    json::Value json = json::parse(text, limits::json_depth_max);
    return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

}  // namespace holdfast::forms
