#include "core/workflow/routine.hpp"

#include <algorithm>

#include "core/workflow/limits.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow {

namespace {

using Texts = std::span<const std::string_view>;

template <std::size_t N>
using List = std::array<std::string_view, N>;

constexpr List<2> done_or_not{"SUCCESS", "ERROR"};
constexpr List<3> if_or_else{"IF", "ELSE", "ERROR"};
constexpr List<7> cases{"CASE_A", "CASE_B", "CASE_C", "CASE_D", "CASE_E", "DEFAULT", "ERROR"};
constexpr List<3> step_or_done{"STEP", "DONE", "ERROR"};

constexpr List<1> name_only{"name"};
constexpr List<19> task_inputs{"info",
                               "group",
                               "parent",
                               "assignee",
                               "editors",
                               "followers",
                               "visibility",
                               "start_date",
                               "end_date",
                               "status1",
                               "status2",
                               "status3",
                               "status4",
                               "status5",
                               "asset",
                               "fields",
                               "owner",
                               "workflow",
                               "estimated_days"};
constexpr List<1> state_only{"state"};
constexpr List<2> quiet_and_task{"quiet", "task"};
constexpr List<15> update_inputs{"name",
                                 "info",
                                 "task",
                                 "assignee",
                                 "start_date",
                                 "end_date",
                                 "status1",
                                 "status2",
                                 "status3",
                                 "status4",
                                 "status5",
                                 "fields",
                                 "estimated_days",
                                 "resolution_at",
                                 "cancel"};
constexpr List<1> users_only{"users"};
constexpr List<2> role_and_task{"role", "task"};
constexpr List<1> text_only{"text"};
constexpr List<2> channel_and_author{"channel", "author"};
constexpr List<3> channel_inputs{"group", "members", "private"};
constexpr List<3> element_inputs{"collection", "code", "name"};
constexpr List<2> element_key{"collection", "code"};
constexpr List<3> element_rest{"name", "fields", "parent"};
constexpr List<2> element_more{"fields", "parent"};
constexpr List<1> form_only{"form"};
constexpr List<3> form_inputs{"channel", "task", "recipient"};
constexpr List<1> url_only{"url"};
constexpr List<3> http_inputs{"method", "headers", "body"};
constexpr List<3> mail_needs{"to", "subject", "text"};
constexpr List<1> mail_more{"html"};
constexpr List<1> wait_needs{"milliseconds"};
constexpr List<1> condition_only{"condition"};
constexpr List<1> value_only{"value"};
constexpr List<5> case_inputs{"case_a", "case_b", "case_c", "case_d", "case_e"};
constexpr List<1> items_only{"items"};
constexpr List<1> as_only{"as"};

constexpr std::array<StageRule, 16> rules{{
    {StageKind::create_task, "create_task", name_only, task_inputs, done_or_not, false, true},
    {StageKind::change_state, "change_state", state_only, quiet_and_task, done_or_not, false, true},
    {StageKind::update_task, "update_task", {}, update_inputs, done_or_not, false, true},
    {StageKind::add_people, "add_people", users_only, role_and_task, done_or_not, false, true},
    {StageKind::remove_people,
     "remove_people",
     users_only,
     role_and_task,
     done_or_not,
     false,
     true},
    {StageKind::post_message, "post_message", text_only, channel_and_author, done_or_not},
    {StageKind::create_channel, "create_channel", name_only, channel_inputs, done_or_not},
    {StageKind::create_element, "create_element", element_inputs, element_more, done_or_not},
    {StageKind::update_element, "update_element", element_key, element_rest, done_or_not},
    {StageKind::send_form, "send_form", form_only, form_inputs, done_or_not},
    {StageKind::http_request,
     "http_request",
     url_only,
     http_inputs,
     done_or_not,
     false,
     false,
     true},
    {StageKind::email, "email", mail_needs, mail_more, done_or_not, false, false, true},
    {StageKind::wait, "wait", wait_needs, {}, done_or_not},
    {StageKind::if_else, "if_else", condition_only, {}, if_or_else, true},
    {StageKind::switch_one, "switch", value_only, case_inputs, cases, true},
    {StageKind::for_each, "for_each", items_only, as_only, step_or_done, true},
}};

constexpr Names<StageKind, rules.size()> stage_kinds = [] {
    Names<StageKind, rules.size()> names{};
    for (std::size_t i = 0; i < rules.size(); ++i) {
        names[i] = {rules[i].kind, rules[i].name};
    }
    return names;
}();

void read_stage(Place& place, Stage& out) {
    if (!place.has("kind")) {
        place.refuse("kind");
    }
    place.read("key", out.key)
        .read("kind", out.kind, stage_kinds)
        .read("inputs", out.inputs)
        .read("next", out.next);
    if (out.next.size() > limits::outcomes_max) {
        place.refuse("next");
    }
}

void read_schedule(Place& place, Schedule& out) {
    for (const char* name : {"cron", "as"}) {
        if (!place.has(name)) {
            place.refuse(name);
        }
    }
    place.read("cron", out.cron).read("zone", out.zone).read("as", out.as);
}

void read_routine(Place& place, Routine& out) {
    if (place.has("schedule")) {
        place.object("schedule", out.schedule.emplace(), read_schedule);
    }
    place.read("code", out.code)
        .read("name", out.name)
        .read("start", out.start)
        .read("max_iterations", out.max_iterations)
        .each("stages", out.stages, read_stage);
}

json::Value write_stages(const Routine& routine) {
    json::Value array = json::Value::array();
    for (const Stage& stage : routine.stages) {
        array.push_back(json::Writer{}
                            .write("key", stage.key)
                            .write("kind", std::string(rule_of(stage.kind).name))
                            .write("inputs", stage.inputs)
                            .write("next", stage.next)
                            .take());
    }
    return array;
}

// ------------------------------------------------------------------------ fields of an expression

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The expression without comments, and with its strings in place.
std::string without_comments(std::string_view text) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!quoted && text[i] == '#') {
            while (i < text.size() && text[i] != '\n') {
                ++i;
            }
            continue;
        }
        out.push_back(text[i]);
        if (quoted && text[i] == '\\' && i + 1 < text.size()) {
            out.push_back(text[++i]);
        } else if (text[i] == '"') {
            quoted = !quoted;
        }
    }
    return out;
}

/// The name behind `.answer.fields` at `at`: `.NAME` or `["NAME"]`; empty where there is none.
std::string_view name_behind(std::string_view text, std::size_t at) {
    if (at < text.size() && text[at] == '.') {
        ++at;
    }
    std::size_t end = at;
    if (text.substr(at).starts_with("[\"")) {
        at += 2;
        end = text.find('"', at);
        return end == std::string_view::npos ? std::string_view{} : text.substr(at, end - at);
    }
    while (end < text.size() && is_word(text[end])) {
        ++end;
    }
    return text.substr(at, end - at);
}

}  // namespace

const StageRule& rule_of(StageKind kind) {
    const auto found = std::ranges::find(rules, kind, &StageRule::kind);
    HF_ASSERT(found != rules.end());
    return *found;
}

std::span<const StageRule> stage_rules() {
    return rules;
}

const Stage* find_stage(const Routine& routine, std::string_view key) {
    const auto found = std::ranges::find(routine.stages, key, &Stage::key);
    return found == routine.stages.end() ? nullptr : &*found;
}

std::vector<const Stage*> reachable_stages(const Routine& routine) {
    std::vector<const Stage*> seen;
    const auto visit = [&](std::string_view key) {
        const Stage* stage = find_stage(routine, key);
        if (stage != nullptr && std::ranges::find(seen, stage) == seen.end()) {
            seen.push_back(stage);
        }
    };
    visit(routine.start);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        for (const auto& [outcome, key] : seen[i]->next) {
            visit(key);
        }
    }
    return seen;
}

bool reaches(const Routine& routine, StageKind kind) {
    return std::ranges::any_of(reachable_stages(routine),
                               [&](const Stage* stage) { return stage->kind == kind; });
}

std::vector<std::string> answer_fields_of(std::string_view expression) {
    constexpr std::string_view path = "answer.fields";
    const std::string text = without_comments(expression);
    std::vector<std::string> fields;
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at + 1)) {
        const bool rooted = at > 0 && (text[at - 1] == '.' || text[at - 1] == '$');
        const bool nested = rooted && at > 1 && (is_word(text[at - 2]) || text[at - 2] == ']');
        const std::string_view name = name_behind(text, at + path.size());
        if (rooted && !nested && !name.empty() && std::ranges::find(fields, name) == fields.end()) {
            fields.emplace_back(name);
        }
    }
    return fields;
}

Result<Routine> parse_routine(std::string_view text) {
    return parse_with<Routine>(text, ErrorCode::workflow_malformed, read_routine);
}

std::string encode(const Routine& value) {
    json::Writer writer;
    writer.write("code", value.code)
        .write("name", value.name)
        .write("start", value.start)
        .write("max_iterations", static_cast<std::int64_t>(value.max_iterations))
        .write("stages", write_stages(value));
    if (value.schedule) {
        writer.write("schedule",
                     json::Writer{}
                         .write("cron", value.schedule->cron)
                         .write("zone", value.schedule->zone)
                         .write("as", value.schedule->as)
                         .take());
    }
    return writer.text();
}

}  // namespace holdfast::workflow
