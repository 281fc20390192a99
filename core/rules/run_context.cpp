#include "core/rules/run_context.hpp"

#include <algorithm>

#include "core/model/body_forms.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/rules/answers.hpp"

namespace holdfast::rules {

namespace {

std::string trigger_name(workflow::Trigger trigger) {
    switch (trigger) {
        case workflow::Trigger::start_form:
            return "start_form";
        case workflow::Trigger::created:
            return "created";
        case workflow::Trigger::state_form:
            return "state_form";
        case workflow::Trigger::manual_change:
            return "manual_change";
        case workflow::Trigger::survey_trigger:
            return "survey_trigger";
        case workflow::Trigger::channel_form:
            return "channel_form";
        case workflow::Trigger::time_limit:
            return "time_limit";
        case workflow::Trigger::schedule:
            return "schedule";
        case workflow::Trigger::command:
            return "command";
    }
    return {};
}

/// The body with the row's id; null where there is none.
json::Value known(const std::string& body, Id id) {
    json::Value value = json::parse(body);
    if (!value.is_object()) {
        return nullptr;
    }
    value["id"] = to_string(id);
    return value;
}

[[nodiscard]] Result<json::Value> answer_of(const std::string& text,
                                            const workflow::step::QueueRoutine& run) {
    if (text.empty()) {
        return json::Value(nullptr);
    }
    auto answer = body::parse_answer(text);
    if (!answer) {
        return fail(ErrorCode::storage_corrupt, "answer " + to_string(run.answer));
    }
    json::Value value = json::Writer{}
                            .write("id", run.answer)
                            .write("version", answer->upcast ? answer->upcast : answer->version)
                            .write("user", answer->author)
                            .write("sent_at", answer->sent_at)
                            .take();
    value["fields"] = json::parse(rules::answers_taken(*answer));
    return value;
}

void put(json::Value& context, const char* name, json::Value value) {
    if (!value.is_null()) {
        context[name] = std::move(value);
    }
}

}  // namespace

Result<std::string> RunContext::body_of(RowKey key) const {
    const auto now = std::ranges::find(written_, key, &RowChange::key);
    if (now != written_.end()) {
        return now->body;
    }
    HF_TRY(auto row, world_.find(key));
    return row ? std::move(row->body) : std::string();
}

Result<std::string> RunContext::of(const workflow::step::QueueRoutine& run,
                                   const RunPlace& place) const {
    json::Value context = json::Value::object();
    HF_TRY(const std::string answer, body_of({place.timeline, RowKind::answer, run.answer}));
    HF_TRY(json::Value sent, answer_of(answer, run));
    put(context, "answer", std::move(sent));
    HF_TRY(const std::string task, body_of({place.tasks, RowKind::task, run.task}));
    put(context, "task", known(task, run.task));
    HF_TRY(const std::string parent, body_of({place.tasks, RowKind::task, run.parent}));
    put(context, "parent", known(parent, run.parent));
    HF_TRY(const std::string channel, body_of({place.channel, RowKind::channel, run.channel}));
    put(context, "channel", known(channel, run.channel));
    HF_TRY(const auto user, facts::user(world_, run.user));
    put(context, "user", user ? known(body::encode(user->value), run.user) : json::Value(nullptr));
    context["meta"] = json::Writer{}
                          .write("trigger", trigger_name(run.trigger))
                          .write("group", place.group)
                          .write("task", run.task)
                          .write("channel", run.channel)
                          .write("answer", run.answer)
                          .write("parent", run.parent)
                          .write("workflow", run.workflow)
                          .write("target", run.target)
                          .write("now", occasion_.now.ms)
                          .take();
    return json::dump(context);
}

}  // namespace holdfast::rules
