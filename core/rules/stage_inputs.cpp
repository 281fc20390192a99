#include "core/rules/stage_inputs.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/forms/civil.hpp"
#include "core/forms/limits.hpp"
#include "core/model/json.hpp"

namespace holdfast::rules {

namespace {

std::string text_of(const json::Value& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

}  // namespace

const std::string* StageInputs::given(const char* name) const {
    const auto found = inputs_.find(name);
    return found == inputs_.end() || found->second == "null" ? nullptr : &found->second;
}

std::optional<std::string> StageInputs::text(const char* name) {
    const std::string* value = given(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const json::Value read = json::parse(*value);
    if (!read.is_string() && !read.is_number() && !read.is_boolean()) {
        wrong_ = name;
        return std::nullopt;
    }
    return text_of(read);
}

std::optional<Id> StageInputs::id(const char* name) {
    const std::string* value = given(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const json::Value read = json::parse(*value);
    const auto id = json::id_of(read);
    if (!id) {
        wrong_ = name;
    }
    return id;
}

std::optional<std::vector<Id>> StageInputs::ids(const char* name) {
    const std::string* value = given(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    json::Value read = json::parse(*value);
    if (read.is_string()) {
        read = json::Value::array({std::move(read)});
    }
    if (!read.is_array()) {
        wrong_ = name;
        return std::nullopt;
    }
    std::vector<Id> all;
    for (const json::Value& each : read) {
        const auto id = json::id_of(each);
        if (!id) {
            wrong_ = name;
            return std::nullopt;
        }
        if (std::ranges::find(all, *id) == all.end()) {
            all.push_back(*id);
        }
    }
    return all;
}

std::optional<std::int64_t> StageInputs::number(const char* name) {
    constexpr double largest = 9'007'199'254'740'992.0;  // 2^53: what every JSON keeps
    const std::string* value = given(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const json::Value read = json::parse(*value);
    const double number = read.is_number() ? read.get<double>() : largest * 2;
    if (!(number >= -largest && number <= largest)) {
        wrong_ = name;
        return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
}

std::optional<WallTime> StageInputs::time(const char* name) {
    const std::string* value = given(name);
    const json::Value read = value == nullptr ? json::Value() : json::parse(*value);
    if (!read.is_object()) {
        const auto ms = number(name);
        return ms ? std::optional(WallTime{*ms}) : std::nullopt;
    }
    std::string date;
    std::string clock = "12:00";
    std::int64_t offset = 0;
    json::Reader reader = json::Reader::of(read);
    reader.read("date", date).read("time", clock).read("offset", offset);
    const auto day = forms::parse_day(date);
    const auto minute = forms::parse_minute(clock);
    const bool is_place = std::abs(offset) <= forms::limits::offset_minutes_max;
    if (!reader.done() || !day || !minute || !is_place) {
        wrong_ = name;
        return std::nullopt;
    }
    return forms::moment_of(*day, *minute, static_cast<int>(offset));
}

bool StageInputs::flag(const char* name) {
    const std::string* value = given(name);
    return value != nullptr && *value != "false";  // jq's idea of what holds
}

std::map<std::string, std::string> StageInputs::texts(const char* name) {
    std::map<std::string, std::string> all;
    const std::string* value = given(name);
    if (value == nullptr) {
        return all;
    }
    const json::Value read = json::parse(*value);
    if (!read.is_object()) {
        wrong_ = name;
        return all;
    }
    for (const auto& [key, each] : read.items()) {
        if (each.is_structured()) {
            wrong_ = name;
        } else {
            all[key] = text_of(each);
        }
    }
    return all;
}

workflow::TaskPatch StageInputs::patch() {
    constexpr std::array statuses{"status1", "status2", "status3", "status4", "status5"};
    workflow::TaskPatch patch{.name = text("name"),
                              .info = text("info"),
                              .assignee = id("assignee"),
                              .editors = ids("editors"),
                              .followers = ids("followers"),
                              .visibility = ids("visibility"),
                              .start_date = time("start_date"),
                              .end_date = time("end_date"),
                              .resolution_at = time("resolution_at"),
                              .estimated_days = number("estimated_days"),
                              .fields = texts("fields")};
    for (const char* status : statuses) {
        if (auto element = text(status)) {
            patch.statuses[status] = *std::move(element);
        }
    }
    if (flag("cancel")) {
        patch.active = false;
    }
    return patch;
}

Result<> StageInputs::done() const {
    if (wrong_.empty()) {
        return {};
    }
    return fail(
        ErrorCode::routine_invalid_input, wrong_, json::Writer{}.write("input", wrong_).text());
}

}  // namespace holdfast::rules
