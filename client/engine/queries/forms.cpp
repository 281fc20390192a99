// What is offered in a channel, what is being filled in, and what was answered.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "client/engine/forms/filling_desk.hpp"
#include "client/engine/forms/filling_json.hpp"
#include "client/engine/queries/action_cards.hpp"
#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/model/args.hpp"
#include "core/model/body_forms.hpp"
#include "core/offline/reason.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/bots.hpp"
#include "core/rules/task_facts.hpp"

namespace holdfast::client::snapshots {
namespace {

struct Offered {
    std::string order;
    Json card;
};

FillingDesk::Place place_of(View& view) {
    return {.world = view,
            .replica = view.sources().replica,
            .organization = form_cards::organization(view),
            .person = form_cards::person(view)};
}

/// What keeps a new filling from being sent here and now, before anything is filled in (OM24).
Result<Json> obstacle(View& view, const KnownForm& form, Id channel) {
    const FillingMoment moment =
        view.sources().fillings.moment(place_of(view), form, {.channel = channel});
    HF_TRY(const auto filling, forms::Filling::open(form.filled, moment.context()));
    const forms::FormVerdict verdict = filling.verdict();
    if (verdict.blocked.empty()) {
        return Json(nullptr);
    }
    return Json(error_name(filling.at(verdict.blocked.front())->state.trouble.code));
}

/// Forms that the group's workflows name: they are actions upon tasks, and offered as such.
Result<std::vector<Id>> workflow_forms(View& view, Id channel) {
    HF_TRY(const auto place, view.find_channel(channel));
    const Occasion who{.user = view.user(), .organization = form_cards::organization(view)};
    const auto facts = TaskFacts::of(view, who, place ? place->group : Id{});
    return facts ? facts->forms() : std::vector<Id>{};
}

Result<std::vector<Offered>> offered_forms(View& view,
                                           Id channel,
                                           const forms::Offer& offer,
                                           const std::vector<Id>& left_out) {
    std::vector<Offered> list;
    HF_TRY(const auto rows, view.forms());
    for (const View::NamedForm& row : rows) {
        const auto form = form_cards::find(view, row.form.current);
        if (!row.form.active || !form || std::ranges::find(left_out, row.id) != left_out.end()) {
            continue;
        }
        const forms::Definition& definition = (*form)->filled->definition();
        if (!forms::may_fill_in(definition.access, offer)) {
            continue;
        }
        HF_TRY(Json blocked, obstacle(view, **form, channel));
        list.push_back({cards::folded(text_in(definition.form.title, "en")) + row.form.code,
                        {{"form", to_string(row.id)},
                         {"title", form_cards::title(**form)},
                         {"blocked", std::move(blocked)}}});
    }
    std::ranges::sort(list, {}, &Offered::order);
    return list;
}

/// What a draft does to a task, by the names that are known here; null where it is an answer.
Result<Json> draft_task(View& view, const Outbox::Draft& draft) {
    const auto form = parse_task_form(draft.task);
    if (!form) {
        return Json(nullptr);
    }
    HF_TRY(const auto group, view.find_group(form->group));
    std::optional<workflow::Task> task;
    if (form->task) {
        HF_TRY(task, find_task(view, form->group, form->task));
    }
    return Json{{"group", group ? group->name : std::string()},
                {"name", task ? task->name : std::string()},
                {"begins", form->begins()}};
}

Result<Json> draft_json(View& view, const Outbox::Draft& draft) {
    const auto form = form_cards::find(view, draft.version);
    HF_TRY(const auto channel, view.find_channel(draft.channel));
    HF_TRY(Json task, draft_task(view, draft));
    return Json{
        {"draft", draft.number},
        {"channel",
         {{"id", to_string(draft.channel)}, {"name", channel ? channel->name : std::string()}}},
        {"task", std::move(task)},
        {"title", form ? form_cards::title(**form) : Json::object()},
        {"changed_at", draft.changed_at.ms}};
}

Result<Json> drafts_of(View& view, std::optional<Id> only) {
    Json list = Json::array();
    std::vector<const Outbox::Draft*> newest_first;
    for (const auto& [number, draft] : view.drafts()) {
        if (!only || draft.channel == *only) {
            newest_first.push_back(&draft);
        }
    }
    std::ranges::sort(newest_first, [](const auto* a, const auto* b) {
        return std::tuple(a->changed_at, a->number) > std::tuple(b->changed_at, b->number);
    });
    for (const Outbox::Draft* draft : newest_first) {
        HF_TRY(Json card, draft_json(view, *draft));
        list.push_back(std::move(card));
    }
    return list;
}

/// Whether a form may be sent now, by mode, place and the form's own filters.
Json send_permission(View& view, const FillingDesk::Open& open) {
    const Id user = view.user();
    if (open.task) {
        const Occasion who{.user = user, .organization = form_cards::organization(view)};
        // The task is shown as it will be: that an action waits is the reason, not its new state.
        const bool waits = !open.task->begins() && view.waiting_upon(open.task->task) != nullptr;
        const Result<> allowed = waits ? fail(ErrorCode::task_action_waiting)
                                       : may_send(view, who, *open.task, open.form->form);
        return cards::permission(cards::reason_against(view, open.task->kind(), allowed));
    }
    const Id channel = open.spot.channel;
    const KnownForm& form = *open.form;
    const auto allowed = [&]() -> Result<> {
        HF_CHECK(may_send_forms(view, user, channel));
        HF_TRY(const forms::Offer offer, offer_in(view, user, channel));
        HF_CHECK(forms::may_fill_in(form.filled->definition().access, offer));
        const Occasion who{.user = user, .organization = form_cards::organization(view)};
        HF_TRY(const BotPlace place, holdfast::place_of(view, who, channel));
        return may_be_heard(view, who, place, form.form);
    }();
    return cards::permission(cards::reason_against(view, IntentKind::answer_submit, allowed));
}

/// What a form does to a task; null where it is an answer.
Json task_json(const std::optional<TaskForm>& task) {
    if (!task) {
        return nullptr;
    }
    return {{"group", to_string(task->group)},
            {"task", task->task ? Json(to_string(task->task)) : Json(nullptr)},
            {"target", task->target}};
}

/// Whether a routine follows when the form is sent, be it the workflow's or a bot's.
Result<bool> begins_routine(View& view, const FillingDesk::Open& open, Id group) {
    const Occasion who{.user = view.user(), .organization = form_cards::organization(view)};
    if (open.task && runs_routine(view, who, *open.task).value_or(false)) {
        return true;
    }
    const Id at = open.task ? open.task->group : group;
    return is_listened_to(view, {open.spot.channel, at, who.organization}, open.form->form);
}

/// Whether another version is filled in now than the one of this filling.
Result<bool> is_outdated(View& view, const KnownForm& form) {
    HF_TRY(const auto rows, view.forms());
    const auto found = std::ranges::find(rows, form.form, &View::NamedForm::id);
    return found != rows.end() && found->form.current != form.version;
}

}  // namespace

Result<Json> forms(View& view, Id channel) {
    Json snapshot{{"forms", Json::array()},
                  {"drafts", Json::array()},
                  {"send", cards::permission(offline::reason::gone)}};
    HF_TRY(snapshot["drafts"], drafts_of(view, channel));
    const Id user = view.user();
    const auto offer = offer_in(view, user, channel);
    if (!offer) {
        return snapshot;
    }
    snapshot["send"] = cards::permission(cards::reason_against(
        view, IntentKind::answer_submit, may_send_forms(view, user, channel)));
    HF_TRY(const std::vector<Id> actions, workflow_forms(view, channel));
    HF_TRY(auto offered, offered_forms(view, channel, *offer, actions));
    for (Offered& one : offered) {
        snapshot["forms"].push_back(std::move(one.card));
    }
    return snapshot;
}

Result<Json> drafts(View& view) {
    HF_TRY(Json list, drafts_of(view, std::nullopt));
    return Json{{"drafts", std::move(list)}};
}

Result<Json> filling(View& view, std::int64_t number) {
    const FillingDesk::Place place = place_of(view);
    const auto found = view.sources().fillings.find(place, number);
    if (!found) {
        const ErrorCode code = found.error().code;
        if (code != ErrorCode::outbox_unknown_item && code != ErrorCode::intent_gone) {
            return std::unexpected(found.error());
        }
        (void)view.drafts();  // it may come
        return Json{{"filling", nullptr}};
    }
    const FillingDesk::Open& open = **found;
    const FillingMoment moment = view.sources().fillings.moment(place, open);
    HF_TRY(const auto channel, view.find_channel(open.spot.channel));
    HF_TRY(Json components, components_json(open, moment));
    HF_TRY(const bool outdated, is_outdated(view, *open.form));
    HF_TRY(const bool routine, begins_routine(view, open, channel ? channel->group : Id{}));
    return Json{{"filling",
                 {{"title", form_cards::title(*open.form)},
                  {"channel",
                   {{"id", to_string(open.spot.channel)},
                    {"name", channel ? channel->name : std::string()}}},
                  {"outdated", outdated},
                  {"task", task_json(open.task)},
                  {"runs_routine", routine},
                  {"send", send_permission(view, open)},
                  {"components", std::move(components)},
                  {"files", file_cards::of_draft(view, number)},
                  {"verdict", verdict_json(open.filling)}}}};
}

Result<Json> answer(View& view, Id channel, Id id) {
    Json snapshot{{"answer", nullptr}};
    HF_TRY(const auto found, form_cards::find_answer(view, channel, id));
    const auto form = found ? form_cards::find(view, found->version) : std::nullopt;
    if (!form) {
        return snapshot;
    }
    HF_TRY(Json author, cards::author(view, found->author));
    HF_TRY(Json lines,
           form_cards::lines(view,
                             channel,
                             **form,
                             found->answers,
                             {.lines_max = limits::answer_lines_max, .inside = true}));
    snapshot["answer"] = {{"title", form_cards::title(**form)},
                          {"author", std::move(author)},
                          {"sent_at", found->sent_at},
                          {"lines", std::move(lines)},
                          {"aside", found->aside},
                          {"state", "done"},
                          {"failed_routines", action_cards::failed_routines(view, id)},
                          {"refused", nullptr}};
    const auto waiting = view.outbox().items().find(id);
    if (waiting != view.outbox().items().end()) {
        const Outbox::Item& item = waiting->second;
        snapshot["answer"]["state"] = cards::delivery_state(view, item);
        if (item.state == Outbox::State::rejected) {
            HF_TRY(snapshot["answer"]["refused"], action_cards::card(view, item));
        }
    }
    return snapshot;
}

}  // namespace holdfast::client::snapshots
