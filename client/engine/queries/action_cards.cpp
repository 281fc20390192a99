#include "client/engine/queries/action_cards.hpp"

#include <algorithm>
#include <utility>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/task_cards.hpp"
#include "core/model/args.hpp"
#include "core/model/json.hpp"
#include "core/workflow/task_list.hpp"

namespace holdfast::client::action_cards {
namespace {

std::string text_of(const Outbox::Item& item) {
    const Json args = json::parse(item.intent.args);
    if (item.intent.kind == IntentKind::view_save) {
        const auto wanted = args::parse_view_save(item.intent.args);
        const auto view = workflow::parse_view(wanted ? wanted->definition : "{}");
        return view ? view->name : std::string{};
    }
    for (const char* name : {"text", "emoji", "name"}) {
        if (args.is_object() && args.contains(name) && args[name].is_string()) {
            return args[name].get<std::string>();
        }
    }
    return {};
}

/// Whether the lane of an intent is a channel that is there: all but those of a group, of a person
/// and of a task whose channel it makes.
bool is_about_channel(IntentKind kind) {
    return kind != IntentKind::channel_create && kind != IntentKind::profile_update &&
           kind != IntentKind::task_create && kind != IntentKind::view_save &&
           kind != IntentKind::view_delete;
}

/// The group that the arguments name, or that of the channel that they are about.
Result<Id> group_of(const View& view, const Intent& intent) {
    Id group;
    json::Reader(intent.args).read("group", group);
    if (group || !is_about_channel(intent.kind)) {
        return group;
    }
    HF_TRY(const auto channel, view.find_channel(intent.lane));
    return channel ? channel->group : Id{};
}

Result<std::string> target_name(View& view, const Intent& intent) {
    if (is_about_channel(intent.kind)) {
        HF_TRY(const auto channel, view.find_channel(intent.lane));
        return channel ? channel->name : std::string{};
    }
    if (intent.kind == IntentKind::profile_update) {
        return cards::name_of(view, intent.lane);
    }
    HF_TRY(const Id id, group_of(view, intent));
    HF_TRY(const auto group, view.find_group(id));
    return group ? group->name : std::string{};
}

/// The title of the form whose answers an intent holds; null where it holds none.
Json form_title(View& view, const Intent& intent) {
    const auto sent = form_cards::sent_with(intent);
    const auto form = sent ? form_cards::find(view, sent->version) : std::nullopt;
    return form ? form_cards::title(**form) : Json(nullptr);
}

/// How states of one task are called.
class States {
public:
    explicit States(const workflow::Workflow* workflow) : workflow_(workflow) {}

    [[nodiscard]] std::string name(const std::string& code) const {
        const auto* state = workflow_ == nullptr ? nullptr : workflow::find_state(*workflow_, code);
        return state == nullptr ? code : state->name;
    }

private:
    const workflow::Workflow* workflow_;
};

/// Who was first, and what they did; null where the verdict names nobody.
Result<Json> happened(const View& view, const Json& params, const States& states) {
    const auto by = parse_id(json::text_in(params, "by_id"));
    if (!by) {
        return Json(nullptr);
    }
    std::string from = json::text_in(params, "from");
    std::string to = json::text_in(params, "to");
    // A task that was given to somebody: from whom, and to whom.
    const auto names_people = json::text_in(params, "situation") == "reassigned_before";
    for (std::string* place : {&from, &to}) {
        const auto person = names_people ? parse_id(*place) : std::nullopt;
        if (person) {
            HF_TRY(*place, cards::name_of(view, *person));
        } else {
            *place = states.name(*place);
        }
    }
    return Json{{"by", json::text_in(params, "by")},
                {"mine", *by == view.user()},
                {"at", params.value("at", std::int64_t{0})},
                {"from", std::move(from)},
                {"to", std::move(to)},
                {"offline", params.value("offline", false)}};
}

/// Whether the answer stands in the task's channel on this device, so that it can be attached.
Result<bool> is_kept_here(const View& view, const Intent& intent, const Json& params) {
    if (json::text_in(params, "kept") != "in_channel") {
        return false;
    }
    HF_TRY(const auto timeline, view.bucket(BucketKind::timeline, intent.lane));
    if (!timeline) {
        return false;
    }
    HF_TRY(const auto row, view.find({timeline->id, RowKind::answer, intent.id}));
    return row.has_value();
}

/// Whether a message can be taken back into the field where it was written: a field holds its text.
Result<bool> goes_back_to_its_field(const View& view, const Intent& intent) {
    const auto post = intent.kind == IntentKind::message_post
                          ? args::parse_message_post(intent.args)
                          : fail(ErrorCode::none);
    if (!post || !post->files.empty() || !post->reply_to.empty()) {
        return false;
    }
    HF_TRY(const auto channel, view.find_channel(intent.lane));
    return channel.has_value();
}

/// What the person can do now, best first. A verdict of the conflict table says it itself; what it
/// leaves out is what cannot be done here: nothing can be edited of a button, or copied.
Result<Json> choices(const View& view, const Outbox::Item& item, const Json& params) {
    const Intent& intent = item.intent;
    const bool has_form = form_cards::sent_with(intent).has_value();
    const bool is_text = intent.kind == IntentKind::message_post;
    HF_TRY(const bool goes_back, goes_back_to_its_field(view, intent));
    const bool can_edit = has_form || goes_back;
    Json list = Json::array();
    const auto verdict = params.find("choices");
    if (verdict == params.end() || !verdict->is_array()) {
        if (can_edit) {
            list.push_back("edit");
        }
        list.push_back("retry");
        if (is_text) {
            list.push_back("copy");
        }
        list.push_back("discard");
        return list;
    }
    HF_TRY(const bool kept, is_kept_here(view, intent, params));
    for (const Json& choice : *verdict) {
        if (choice == "edit_and_resend" && can_edit) {
            list.push_back("edit");
        } else if (choice == "attach_as_evidence" && kept) {
            list.push_back("attach");
        } else if ((choice == "copy" && has_form) || choice == "discard") {
            list.push_back(choice);
        }
    }
    return list;
}

/// What was asked of a task: the state that it should move to, by its name.
Json asked(const Json& params, const States& states) {
    const std::string target = json::text_in(params, "target");
    return target.empty() ? Json(nullptr) : Json(states.name(target));
}

struct Named {
    std::optional<workflow::Task> task{};
    const workflow::Workflow* workflow = nullptr;
};

/// The task as it stands on this device; nothing where the person has none of it.
Result<Named> named_task(const Result<TaskFacts>& facts, Id id) {
    Named named;
    if (!facts) {
        return task_cards::is_absent(facts.error()) ? Result<Named>(named)
                                                    : std::unexpected(facts.error());
    }
    HF_TRY(named.task, facts->task(id));
    if (named.task) {
        HF_TRY(named.workflow, facts->workflow(named.task->workflow));
    }
    return named;
}

Result<Json> refusal(View& view, const Outbox::Item& item) {
    Json params = json::parse(item.detail);
    params = params.is_object() ? std::move(params) : Json::object();
    HF_TRY(const Id group, group_of(view, item.intent));
    const auto facts =
        group ? task_cards::facts_for(view, group) : fail(ErrorCode::access_forbidden);
    HF_TRY(const Named named, named_task(facts, item.intent.lane));
    const States states(named.workflow);
    Json made{{"error", cards::error(item.code, item.detail)},
              {"situation", json::text_in(params, "situation")},
              {"asked", asked(params, states)},
              {"kept", json::text_in(params, "kept")},
              {"task", nullptr}};
    if (named.task) {
        made["task"] = {{"group", to_string(group)},
                        {"task", to_string(item.intent.lane)},
                        {"name", named.task->name},
                        {"serial", named.task->serial},
                        {"state", states.name(named.task->state)}};
    }
    HF_TRY(made["happened"], happened(view, params, states));
    HF_TRY(made["choices"], choices(view, item, params));
    return made;
}

}  // namespace

Result<Json> card(View& view, const Outbox::Item& item) {
    const bool about_channel = is_about_channel(item.intent.kind);
    HF_TRY(std::string target, target_name(view, item.intent));
    Json made{{"intent", to_string(item.intent.id)},
              {"kind", intent_name(item.intent.kind)},
              {"state", cards::delivery_state(view, item)},
              {"target", std::move(target)},
              {"channel", about_channel ? Json(to_string(item.intent.lane)) : Json(nullptr)},
              {"text", text_of(item)},
              {"form", form_title(view, item.intent)},
              {"files", file_cards::of_action(view, item.intent.id)},
              {"can_discard", Outbox::can_discard(item)},
              {"failed_routines", failed_routines(view, item.intent.id)},
              {"saved_at", item.intent.claimed_at.ms},
              {"refusal", nullptr}};
    if (item.state == Outbox::State::rejected) {
        HF_TRY(made["refusal"], refusal(view, item));
    }
    return made;
}

Result<Json> told(View& view, Id task) {
    Json list = Json::array();
    for (const Outbox::Item* item : view.outbox().told()) {
        if (task && item->intent.lane != task) {
            continue;
        }
        HF_TRY(Json made, card(view, *item));
        if (view.outbox().adjusted().contains(item->intent.id)) {
            HF_TRY(made["refusal"], refusal(view, *item));
            made["refusal"]["choices"] = Json::array({"understood"});
        }
        list.push_back(std::move(made));
    }
    return list;
}

Json failed_routines(const View& view, Id intent) {
    Json list = Json::array();
    const auto found = view.outbox().failed_runs().find(intent);
    if (found == view.outbox().failed_runs().end()) {
        return list;
    }
    for (const Outbox::FailedRoutine& one : found->second.routines) {
        Json params = json::parse(one.detail);
        list.push_back({{"name", one.name},
                        {"error",
                         {{"code", one.code},
                          {"params", params.is_object() ? std::move(params) : Json::object()}}}});
    }
    return list;
}

Result<Json> refused_upon(View& view, Id task) {
    HF_TRY(Json list, told(view, task));
    const Outbox& outbox = view.outbox();
    for (const Id id : outbox.refused()) {
        const Outbox::Item& item = *outbox.find(id);
        if (item.intent.lane == task && item.intent.kind != IntentKind::message_post) {
            HF_TRY(Json made, card(view, item));
            list.push_back(std::move(made));
        }
    }
    return list;
}

}  // namespace holdfast::client::action_cards
