#include "tests/forms/corpus.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/gen/error_code.hpp"
#include "core/forms/access.hpp"
#include "core/forms/check.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/lint.hpp"
#include "core/forms/sheet.hpp"
#include "core/forms/testing/memory_lookup.hpp"
#include "core/forms/value_json.hpp"

namespace holdfast::forms::corpus {

namespace {

using Json = json::Value;
using fixture::MemoryLookup;

const Json& member(const Json& json, const char* name) {
    static const Json nothing;
    const auto found = json.is_object() ? json.find(name) : json.end();
    return json.is_object() && found != json.end() ? *found : nothing;
}

std::string text(const Json& json, const char* name, std::string otherwise = {}) {
    const Json& value = member(json, name);
    return value.is_string() ? value.get<std::string>() : std::move(otherwise);
}

std::int64_t number(const Json& json, const char* name, std::int64_t otherwise = 0) {
    const Json& value = member(json, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

bool flag(const Json& json, const char* name, bool otherwise) {
    const Json& value = member(json, name);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

Id id_of(const Json& json) {
    return json.is_string() ? parse_id(json.get_ref<const std::string&>()).value_or(Id{}) : Id{};
}

std::vector<Id> ids(const Json& json, const char* name) {
    std::vector<Id> list;
    for (const Json& one : member(json, name)) {
        list.push_back(id_of(one));
    }
    return list;
}

std::vector<std::string> texts(const Json& json, const char* name) {
    std::vector<std::string> list;
    for (const Json& one : member(json, name)) {
        list.push_back(one.is_string() ? one.get<std::string>() : std::string());
    }
    return list;
}

/// Codes of answers stand without what they all begin with.
std::string code_name(ErrorCode code) {
    std::string name(error_name(code));
    return name.starts_with("answer.") ? name.substr(7) : name;
}

MemoryLookup lookup_of(const Json& world, const Json& context) {
    MemoryLookup lookup;
    for (const Json& one : member(world, "elements")) {
        lookup.add({.id = id_of(member(one, "id")),
                    .collection = text(one, "collection"),
                    .code = text(one, "code"),
                    .name = text(one, "name"),
                    .active = flag(one, "active", true)},
                   ids(one, "parents"));
    }
    for (const Json& one : member(world, "people")) {
        lookup.add(Person{.id = id_of(member(one, "id")), .job = text(one, "job")});
    }
    const std::vector<std::pair<const char*, Relation>> relations{
        {"subordinates", Relation::subordinate},
        {"bosses", Relation::boss},
        {"peers", Relation::peer}};
    for (const auto& [name, relation] : relations) {
        for (const Id other : ids(world, name)) {
            lookup.relate(id_of(member(world, "user")), relation, other);
        }
    }
    for (const Json& one : member(world, "files")) {
        lookup.add_file(id_of(member(one, "id")), {text(one, "type"), number(one, "bytes")});
    }
    lookup.carry_in_channel(ids(context, "channel"));
    lookup.carry_by_user(ids(context, "mine"));
    const std::vector<std::string> missing = texts(context, "missing");
    lookup.set_missing({missing.begin(), missing.end()});
    return lookup;
}

Zone zone_of(const Json& json) {
    Zone zone{.name = text(json, "name"),
              .offset_minutes = static_cast<int>(number(json, "offset"))};
    for (const Json& change : member(json, "changes")) {
        zone.changes.push_back({number(change, "at"), static_cast<int>(number(change, "offset"))});
    }
    return zone;
}

Context context_of(const Json& world, const Json& json, const MemoryLookup& lookup) {
    Context context{.lookup = lookup, .user = id_of(member(world, "user"))};
    const std::string now = text(json, "now", "2026-05-04T12:00");
    context.now = moment_of(*parse_day(now.substr(0, 10)), *parse_minute(now.substr(11)), 0);
    context.zone.offset_minutes = static_cast<int>(number(json, "offset"));
    for (const Json& zone : member(json, "zones")) {
        context.zones.push_back(zone_of(zone));
    }
    context.online = flag(json, "online", true);
    return context;
}

/// What an organization has, as a list of names in the world.
class Named final : public Surroundings {
public:
    explicit Named(const Json& world) : world_(world) {}
    bool has_collection(std::string_view code) const override { return has("collections", code); }
    bool has_job(std::string_view code) const override { return has("jobs", code); }
    bool has_zone(std::string_view name) const override { return has("zones", name); }
    bool has_group(std::string_view code) const override { return has("groups", code); }
    bool has_role(std::string_view name) const override { return has("roles", name); }

private:
    bool has(const char* list, std::string_view name) const {
        return std::ranges::count(texts(world_, list), name) != 0;
    }
    const Json& world_;
};

/// The definition that a case is about: one of the file by name, one made of its components, one
/// that stands in the case, or any text at all.
Json definition_of(const Json& file, const Json& test) {
    if (test.contains("text")) {
        return test["text"];
    }
    if (test.contains("ask")) {
        return {{"code", "form"}, {"components", test["ask"]}};
    }
    const Json& named = member(test, "form");
    Json definition =
        named.is_string() ? member(member(file, "forms"), named.get<std::string>().c_str()) : named;
    if (test.contains("change")) {
        definition.merge_patch(test["change"]);
    }
    return definition;
}

Json problems_json(const Problems& problems) {
    Json list = Json::array();
    for (const Problem& problem : problems) {
        list.push_back(problem.path + ": " + problem.code);
    }
    return list;
}

/// One case on the way through the engine.
class Run {
public:
    Run(const Json& world, const Json& file, const Json& test)
        : world_(world),
          test_(test),
          definition_(definition_of(file, test)),
          lookup_(lookup_of(world, member(test, "context"))),
          context_(context_of(world, member(test, "context"), lookup_)) {}

    Json result() {
        Json result = Json::object();
        const std::string text =
            definition_.is_string() ? definition_.get<std::string>() : json::dump(definition_);
        Problems problems;
        Definition definition = read_definition(text, problems);
        if (problems.empty()) {
            problems = check_definition(definition, Named(world_));
        }
        if (!problems.empty()) {
            result["problems"] = problems_json(problems);
            return result;
        }
        add_form_facts(definition, result);
        const auto form = Form::make(std::move(definition));
        if (!form) {
            return {{"error", code_name(form.error().code)}};
        }
        judge(*form, result);
        return result;
    }

private:
    void add_form_facts(const Definition& definition, Json& result) {
        result["definition"] = Json::parse(encode(definition), nullptr, false);
        if (test_.contains("person")) {
            const Json& person = test_["person"];
            const Offer offer{.group = text(person, "group"),
                              .channel_collections = texts(person, "channel_collections"),
                              .channel_elements = texts(person, "channel_elements"),
                              .roles = texts(person, "roles"),
                              .permissions = texts(person, "permissions"),
                              .read_only = flag(person, "read_only", false)};
            const auto offered = may_fill_in(definition.access, offer);
            result["access"] = offered ? "ok" : code_name(offered.error().code);
            if (!offered && offered.error().code == ErrorCode::form_not_here) {
                result["filter"] = text(Json::parse(offered.error().params), "filter");
            }
        }
        Json lint = Json::array();
        for (const Advice& advice : lint_offline(definition, {}).advice) {
            lint.push_back(advice.path + ": " + advice.code);
        }
        result["lint"] = std::move(lint);
    }

    void judge(const std::shared_ptr<const Form>& form, Json& result) {
        auto filling = test_.contains("answers")
                           ? Filling::resume(form, context_, json::dump(test_["answers"]))
                           : Filling::open(form, context_);
        if (!filling) {
            result["error"] = code_name(filling.error().code);
            return;
        }
        Json steps = Json::array();
        for (const Json& step : member(test_, "steps")) {
            steps.push_back(take_step(*filling, step));
        }
        result["steps"] = std::move(steps);
        add_verdict(filling->verdict(), result);
        result["draft"] = Json::parse(filling->draft(), nullptr, false);
        result["sent"] = Json::parse(filling->submission(), nullptr, false);
        const bool as_it_came = test_.contains("answers") && !test_.contains("steps");
        const std::string submitted = test_.contains("submit") ? json::dump(test_["submit"])
                                      : as_it_came             ? json::dump(test_["answers"])
                                                               : filling->submission();
        add_server(form, submitted, result);
        check_incremental(form, *filling, result);
    }

    std::string take_step(Filling& filling, const Json& step) {
        if (step.contains("move")) {
            const auto to = static_cast<std::size_t>(number(step, "to"));
            const auto moved = filling.move(text(step, "move"), to);
            return moved ? "" : code_name(moved.error().code);
        }
        const auto outcome =
            step.contains("set")
                ? filling.set(context_, text(step, "set"), json::dump(member(step, "to")))
            : step.contains("add") ? filling.add(context_, text(step, "add"), text(step, "form"))
                                   : filling.remove(context_, text(step, "remove"));
        if (!outcome) {
            return code_name(outcome.error().code);
        }
        std::string changed;
        for (const ComponentVerdict& verdict : *outcome) {
            changed += (changed.empty() ? "" : " ") + verdict.path;
        }
        return changed;
    }

    static void add_verdict(const FormVerdict& verdict, Json& result) {
        Json hidden = Json::array();
        Json disabled = Json::object();
        Json wrong = Json::object();
        Json params = Json::object();
        std::string inside;
        for (const auto& [path, state] : verdict.components) {
            if (!inside.empty() && path.starts_with(inside)) {
                continue;
            }
            inside = state.visible ? std::string() : path + "/";
            if (!state.visible) {
                hidden.push_back(path);
            } else if (!state.enabled) {
                disabled[path] = code_name(state.why);
            }
            if (state.trouble) {
                wrong[path] = code_name(state.trouble.code);
            }
            if (!state.trouble.params.empty()) {
                params[path] = Json::parse(state.trouble.params, nullptr, false);
            }
        }
        result["hidden"] = std::move(hidden);
        result["disabled"] = std::move(disabled);
        result["wrong"] = std::move(wrong);
        result["params"] = std::move(params);
        result["blocked"] = verdict.blocked;
        result["can_submit"] = verdict.can_submit;
        result["progress"] =
            std::to_string(verdict.answered) + " of " + std::to_string(verdict.required);
        if (verdict.trouble) {
            result["form_trouble"] = code_name(verdict.trouble.code);
        }
    }

    void add_server(const std::shared_ptr<const Form>& form,
                    const std::string& submitted,
                    Json& result) {
        const auto clean = validate_submission(form, submitted, context_);
        if (!clean) {
            const Json params = Json::parse(clean.error().params, nullptr, false);
            const std::string path = text(params, "component");
            result["server"] = code_name(clean.error().code) + (path.empty() ? "" : " at " + path);
            return;
        }
        result["server"] = "ok";
        result["kept"] = Json::parse(clean->json, nullptr, false);
        const auto again = validate_submission(form, clean->json, context_);
        result["fixed_point"] = again && again->json == clean->json;
    }

    /// What was judged step by step must be what is judged at once.
    void check_incremental(const std::shared_ptr<const Form>& form,
                           const Filling& filling,
                           Json& result) {
        const auto whole = Filling::resume(form, context_, filling.draft());
        Json other = Json::object();
        if (whole) {
            add_verdict(whole->verdict(), other);
        }
        for (const auto& [name, value] : other.items()) {
            if (result[name] != value) {
                result["not_incremental"].push_back(name);
            }
        }
    }

    const Json& world_;
    const Json& test_;
    Json definition_;
    MemoryLookup lookup_;
    Context context_;
};

/// What the server says where nothing is said about it: it agrees with the device.
std::string agreement(const Json& result) {
    const Json& wrong = result["wrong"];
    if (wrong.empty()) {
        return "ok";
    }
    return {};
}

/// Members of a result that a case must speak of; the others hold without being said.
Json unsaid(const Json& result) {
    Json left = Json::object();
    for (const char* name : {"problems",
                             "error",
                             "hidden",
                             "disabled",
                             "wrong",
                             "blocked",
                             "not_incremental",
                             "form_trouble"}) {
        if (result.contains(name) && !result[name].empty()) {
            left[name] = result[name];
        }
    }
    if (!result.contains("server")) {
        return left;
    }
    const std::string server = result["server"].get<std::string>();
    bool agrees = server == agreement(result);
    for (const auto& [path, code] : result["wrong"].items()) {
        agrees = agrees || server == code.get<std::string>() + " at " + path;
    }
    if (!agrees) {
        left["server"] = server;
    }
    if (result["can_submit"] != Json(result["wrong"].empty() && !result.contains("form_trouble"))) {
        left["can_submit"] = result["can_submit"];
    }
    if (server == "ok" && result["fixed_point"] != Json(true)) {
        left["fixed_point"] = false;
    }
    return left;
}

/// Whether a result is what the case expects: every member that it names, and of those that it does
/// not name only what holds without being said.
bool is_expected(const Json& expected, const Json& result) {
    const Json left = unsaid(result);
    for (const auto& [name, value] : left.items()) {
        if (!expected.contains(name)) {
            return false;
        }
    }
    return std::ranges::all_of(expected.items(), [&](const auto& item) {
        return result.contains(item.key()) && result[item.key()] == item.value();
    });
}

}  // namespace

std::string run_file(std::string_view world_text, std::string_view file_text) {
    const Json world = Json::parse(world_text, nullptr, false);
    const Json file = Json::parse(file_text, nullptr, false);
    if (!world.is_object() || !file.is_object() || !member(file, "cases").is_array()) {
        return R"({"unreadable":"not an object with cases"})"
               "\n";
    }
    std::string lines;
    for (const Json& test : file["cases"]) {
        Json line{{"case", text(test, "rule")}};
        Json result = Run(world, file, test).result();
        const Json& expected = member(test, "expect");
        if (!is_expected(expected.is_null() ? Json::object() : expected, result)) {
            line["expected"] = expected;
            line["unsaid"] = unsaid(result);
        }
        line["result"] = std::move(result);
        lines += json::dump(line) + "\n";
    }
    return lines;
}

}  // namespace holdfast::forms::corpus
