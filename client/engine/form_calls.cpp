// The screen's calls about forms that are being filled in.

#include <utility>

#include "client/engine/forms/filling_json.hpp"
#include "client/engine/parts.hpp"
#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/json.hpp"
#include "core/rules/answers.hpp"

namespace holdfast::client {
namespace {

constexpr std::size_t choices_shown_max = 50;

/// What keeps a form from being sent, as the refusal of the attempt.
Error first_trouble(const forms::Filling& filling) {
    const forms::FormVerdict verdict = filling.verdict();
    if (verdict.trouble) {
        return {verdict.trouble.code, {}, verdict.trouble.params};
    }
    if (verdict.wrong.empty()) {
        return {ErrorCode::answer_malformed};
    }
    const std::string& path = verdict.wrong.front();
    const forms::Trouble& trouble = filling.at(path)->state.trouble;
    Json params = json::parse(trouble.params);
    params = params.is_object() ? std::move(params) : Json::object();
    params["component"] = path;
    return {trouble.code, path, json::dump(params)};
}

/// The form that an intent was made from.
/// Errors  outbox_unknown_item: it was made from none.
Result<Outbox::Draft> draft_of(const Intent& intent) {
    if (intent.kind == IntentKind::task_create) {
        HF_TRY(auto wanted, args::parse_task_create(intent.args));
        return Outbox::Draft{
            .version = wanted.form,
            .answers = std::move(wanted.answers),
            .task = encode(TaskForm{
                .group = wanted.group, .workflow = wanted.workflow, .task = wanted.parent})};
    }
    if (intent.kind == IntentKind::task_change_state) {
        HF_TRY(auto wanted, args::parse_task_change_state(intent.args));
        if (wanted.form) {
            return Outbox::Draft{
                .channel = wanted.task,
                .version = wanted.form,
                .answers = std::move(wanted.answers),
                .task = encode(
                    TaskForm{.group = wanted.group, .task = wanted.task, .target = wanted.target})};
        }
    }
    if (intent.kind == IntentKind::answer_submit) {
        HF_TRY(auto answer, args::parse_answer_submit(intent.args));
        return Outbox::Draft{.channel = answer.channel,
                             .version = answer.form,
                             .answers = std::move(answer.answers)};
    }
    return fail(ErrorCode::outbox_unknown_item, to_string(intent.id));
}

}  // namespace

void Engine::Parts::drafts_changed() {
    device->changes.add(Topic::About::drafts);
    device->hurry(Device::Urgency::now);
}

Result<std::int64_t> Engine::Parts::open_form(const calls::OpenForm& call) {
    const auto& account = device->account();
    if (!account) {
        return fail(ErrorCode::auth_session_expired);
    }
    const FillingDesk::Place place = device->filling_place();
    HF_TRY(const Id version, current_version(place.world, place.organization, call.form));
    if (call.task) {
        const Occasion who{.user = account->user, .organization = account->organization};
        HF_CHECK(may_send(place.world, who, *call.task, call.form));
        return device->fillings.begin(place, call.channel, version, call.task);
    }
    HF_TRY(const auto known, find_form(place.world, place.organization, version));
    HF_TRY(const forms::Offer offer, offer_in(place.world, account->user, call.channel));
    HF_CHECK(forms::may_fill_in(known->filled->definition().access, offer));
    return device->fillings.begin(place, call.channel, version);
}

void Engine::Parts::take(std::int64_t number, const calls::OpenForm& call) {
    const auto opened = open_form(call);
    if (!opened) {
        device->reply_error(number, opened.error());
        return;
    }
    device->reply_ok(number, R"({"draft":)" + std::to_string(*opened) + "}");
}

/// Taken in every mode: what is typed while the connection goes must not be lost.
Result<std::string> Engine::Parts::set_answer(const calls::SetAnswer& call) {
    const FillingDesk::Place place = device->filling_place();
    HF_TRY(const auto changed, device->fillings.set(place, call.draft, call.path, call.value));
    HF_TRY(const FillingDesk::Open* open, device->fillings.hold(place, call.draft));
    const FillingMoment moment = device->fillings.moment(place, *open);
    HF_TRY(Json components, components_json(*open, moment, changed));
    return json::dump(
        {{"changed", std::move(components)}, {"verdict", verdict_json(open->filling)}});
}

void Engine::Parts::take(std::int64_t number, const calls::SetAnswer& call) {
    const auto set = set_answer(call);
    if (!set) {
        device->reply_error(number, set.error());
        return;
    }
    device->reply_ok(number, *set);
    drafts_changed();
}

void Engine::Parts::answer_parts(std::int64_t number, std::int64_t draft, const Result<>& done) {
    const auto reply = [&]() -> Result<std::string> {
        HF_CHECK(done);
        const FillingDesk::Place place = device->filling_place();
        HF_TRY(const FillingDesk::Open* open, device->fillings.hold(place, draft));
        const FillingMoment moment = device->fillings.moment(place, *open);
        HF_TRY(Json components, components_json(*open, moment));
        return json::dump(
            {{"components", std::move(components)}, {"verdict", verdict_json(open->filling)}});
    }();
    if (!reply) {
        device->reply_error(number, reply.error());
        return;
    }
    device->reply_ok(number, *reply);
    drafts_changed();
}

void Engine::Parts::take(std::int64_t number, const calls::AddPart& call) {
    answer_parts(number,
                 call.draft,
                 device->fillings.add(device->filling_place(), call.draft, call.path, call.form));
}

void Engine::Parts::take(std::int64_t number, const calls::RemovePart& call) {
    answer_parts(number,
                 call.draft,
                 device->fillings.remove(device->filling_place(), call.draft, call.path));
}

void Engine::Parts::take(std::int64_t number, const calls::MovePart& call) {
    const auto moved = [&]() -> Result<> {
        if (call.to < 0) {
            return fail(ErrorCode::request_malformed, "to");
        }
        const auto to = static_cast<std::size_t>(call.to);
        return device->fillings.move(device->filling_place(), call.draft, call.path, to);
    }();
    answer_parts(number, call.draft, moved);
}

Result<std::string> Engine::Parts::search_choices(const calls::SearchChoices& call) {
    if (call.level < 0) {
        return fail(ErrorCode::request_malformed, "level");
    }
    HF_TRY(auto found,
           device->fillings.choices(device->filling_place(),
                                    call.draft,
                                    {.path = call.path,
                                     .level = static_cast<std::size_t>(call.level),
                                     .typed = call.text,
                                     .found_max = choices_shown_max + 1}));
    const bool more = found.size() > choices_shown_max;
    found.resize(std::min(found.size(), choices_shown_max));
    Json items = Json::array();
    for (const forms::Element& element : found) {
        items.push_back(
            {{"id", to_string(element.id)}, {"code", element.code}, {"name", element.name}});
    }
    return json::dump({{"items", std::move(items)}, {"more", more}});
}

Result<std::optional<std::string>> Engine::Parts::search_outside(const calls::SearchChoices& call) {
    const FillingDesk::Place place = device->filling_place();
    HF_TRY(const FillingDesk::Open* held, device->fillings.hold(place, call.draft));
    const auto known = held->filling.at(call.path);
    if (!known || known->component.kind() != forms::Kind::api) {
        return std::nullopt;
    }
    // The connection may have gone since it was judged.
    HF_TRY(const FillingDesk::Open* open, device->fillings.find(place, call.draft));
    const auto spot = open->filling.at(call.path);
    if (!spot->state.enabled) {
        return fail(spot->state.why, call.path);
    }
    const FillingMoment moment = device->fillings.moment(place, *open);
    HF_TRY(const auto passed, open->filling.passed(moment.context(), call.path));
    const bool begins = open->task && open->task->begins();
    return json::dump(
        {{begins ? "group" : "channel", to_string(begins ? open->task->group : open->spot.channel)},
         {"form", to_string(open->form->version)},
         {"part", spot->form},
         {"component", spot->component.id},
         {"search", call.text},
         {"data", passed}});
}

void Engine::Parts::take(std::int64_t number, const calls::SearchChoices& call) {
    auto outside = search_outside(call);
    if (!outside) {
        device->reply_error(number, outside.error());
        return;
    }
    if (*outside) {
        enquiries.ask(number, "/forms/v1/choices", **std::move(outside));
        return;
    }
    const auto found = search_choices(call);
    if (!found) {
        device->reply_error(number, found.error());
        return;
    }
    device->reply_ok(number, *found);
}

Result<Id> Engine::Parts::submit_form(std::int64_t draft) {
    HF_TRY(const FillingDesk::Open* open, device->fillings.find(device->filling_place(), draft));
    if (!open->filling.can_submit()) {
        return std::unexpected(first_trouble(open->filling));
    }
    HF_TRY(const calls::Submit call, sent_form(*open, draft));
    HF_TRY(const Id intent, submit(call, draft));
    device->fillings.close(draft);
    return intent;
}

Result<calls::Submit> Engine::Parts::sent_form(const FillingDesk::Open& open, std::int64_t draft) {
    FilledForm filled{.version = open.form->version,
                      .answers = open.filling.submission(),
                      .offset_minutes = device->utc_offset_minutes,
                      .files = device->outbox.claims_of(draft)};
    std::erase_if(filled.files, [&](const FileClaim& claim) {  // of a component that is hidden now
        return filled.answers.find('"' + to_string(claim.id) + '"') == std::string::npos;
    });
    calls::Submit call{
        .kind = IntentKind::answer_submit, .args = {}, .files = ids_of(filled.files)};
    const World& world = device->world();
    if (open.task) {
        call.kind = open.task->kind();
        HF_TRY(call.args, args_of(world, *open.task, std::move(filled)));
    } else {
        HF_TRY(call.args, args_of(world, open.spot.channel, std::move(filled)));
    }
    return call;
}

void Engine::Parts::take(std::int64_t number, const calls::SubmitForm& call) {
    const auto submitted = submit_form(call.draft);
    if (!submitted) {
        device->reply_error(number, submitted.error());
        return;
    }
    device->reply_ok(number, R"({"intent":")" + to_string(*submitted) + R"("})");
    drafts_changed();
    waiting_changed(*submitted);
}

/// What would be sent now, as those who get it will read it.
Result<std::string> Engine::Parts::review_form(std::int64_t draft) {
    const FillingDesk::Place place = device->filling_place();
    HF_TRY(const FillingDesk::Open* open, device->fillings.find(place, draft));
    const FillingMoment moment = device->fillings.moment(place, *open);
    HF_TRY(Json lines,
           answer_lines(*open->form,
                        open->filling.submission(),
                        moment.lookup(),
                        {.lines_max = limits::answer_lines_max, .inside = true}));
    return json::dump({{"lines", std::move(lines)}, {"verdict", verdict_json(open->filling)}});
}

void Engine::Parts::take(std::int64_t number, const calls::ReviewForm& call) {
    const auto reviewed = review_form(call.draft);
    if (!reviewed) {
        device->reply_error(number, reviewed.error());
        return;
    }
    device->reply_ok(number, *reviewed);
}

void Engine::Parts::take(std::int64_t number, const calls::DiscardDraft& call) {
    const auto deleted = device->outbox.delete_draft(call.draft);
    if (!deleted) {
        device->reply_error(number, deleted.error());
        return;
    }
    device->fillings.close(call.draft);
    device->reply_ok(number);
    drafts_changed();
}

Result<std::int64_t> Engine::Parts::reopen_answer(Id intent) {
    const Outbox::Item* item = device->outbox.find(intent);
    if (item == nullptr) {
        return fail(ErrorCode::outbox_unknown_item, to_string(intent));
    }
    HF_TRY(Outbox::Draft draft, draft_of(item->intent));
    draft.number = device->fillings.next_number();
    draft.changed_at = device->wall;
    const std::int64_t number = draft.number;
    HF_CHECK(device->outbox.reopen(intent, std::move(draft)));
    return number;
}

void Engine::Parts::take(std::int64_t number, const calls::ReopenAnswer& call) {
    const auto reopened = reopen_answer(call.intent);
    if (!reopened) {
        device->reply_error(number, reopened.error());
        return;
    }
    device->reply_ok(number, R"({"draft":)" + std::to_string(*reopened) + "}");
    drafts_changed();
    waiting_changed();
}

Result<calls::Submit> Engine::Parts::attaching(Id refused) {
    if (!device->outbox.refused().contains(refused)) {
        return fail(ErrorCode::outbox_unknown_item, to_string(refused));
    }
    const Id task = device->outbox.find(refused)->intent.lane;  // and its channel
    HF_TRY(auto args, args_of_evidence(device->world(), task, refused));
    return calls::Submit{
        .kind = IntentKind::task_attach_answer, .args = std::move(args), .refused = refused};
}

void Engine::Parts::take(std::int64_t number, const calls::AttachAnswer& call) {
    const auto wanted = attaching(call.intent);
    const auto attached = wanted ? submit(*wanted) : std::unexpected(wanted.error());
    if (!attached) {
        device->reply_error(number, attached.error());
        return;
    }
    device->reply_ok(number, R"({"intent":")" + to_string(*attached) + R"("})");
    waiting_changed(*attached);
}

}  // namespace holdfast::client
