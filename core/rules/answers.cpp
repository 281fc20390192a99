#include "core/rules/answers.hpp"

#include <algorithm>
#include <utility>

#include "core/files/limits.hpp"
#include "core/forms/filling.hpp"
#include "core/forms/limits.hpp"
#include "core/forms/upcast.hpp"
#include "core/model/args.hpp"
#include "core/model/facts.hpp"
#include "core/model/rules.hpp"
#include "core/rules/bots.hpp"
#include "core/rules/form_cache.hpp"
#include "core/rules/task_facts.hpp"
#include "core/rules/tasks.hpp"
#include "core/rules/world_lookup.hpp"

namespace holdfast {

Result<> may_send_forms(const World& world, Id user, Id channel) {
    HF_CHECK(facts::writing_user(world, user));
    HF_TRY(const auto target, facts::readable_channel(world, user, channel));
    if (target.value.writable) {
        return {};
    }
    HF_TRY(const auto member, facts::member(world, channel, user));
    if (!member || !member->value.admin) {
        return fail(ErrorCode::access_read_only, "the channel takes no messages");
    }
    return {};
}

Result<forms::Offer> offer_in(const World& world, Id user, Id channel) {
    HF_CHECK(facts::active_user(world, user));
    HF_TRY(const auto place, facts::readable_channel(world, user, channel));
    HF_TRY(const auto group, facts::group(world, place.value.group));
    const bool has_tasks = group && group->value.kind == body::GroupKind::workflow;
    HF_TRY(const auto task,
           has_tasks ? find_task(world, place.value.group, channel)
                     : Result<std::optional<workflow::Task>>());
    if (task) {
        HF_TRY(const auto tasks, TaskFacts::of(world, {.user = user}, place.value.group));
        return tasks.offer_for(&*task);
    }
    HF_TRY(forms::Offer offer, offer_to(world, user, place.value.group));
    add_elements(place.value, offer);
    return offer;
}

void add_elements(const body::Channel& channel, forms::Offer& offer) {
    for (const body::HeldElement& element : channel.elements) {
        offer.channel_collections.push_back(element.collection);
        offer.channel_elements.push_back(element.code);
    }
}

Result<forms::Offer> offer_to(const World& world, Id user, Id id) {
    HF_TRY(const auto person, facts::active_user(world, user));
    HF_TRY(const auto group, facts::group(world, id));
    HF_TRY(const Permissions held, permissions_of(world, user));
    forms::Offer offer{.group = group ? group->value.code : std::string(),
                       .permissions = {held.begin(), held.end()},
                       .read_only = person.value.read_only};
    for (const Id held_role : person.value.roles) {
        const RowKey key{person.key.bucket, RowKind::role, held_role};
        HF_TRY(auto role, facts::find(world, key, body::parse_role));
        if (role) {
            offer.roles.push_back(std::move(role->value.name));
        }
    }
    return offer;
}

std::string text_in(const forms::Texts& texts, std::string_view language) {
    for (const std::string_view wanted : {language, std::string_view{"en"}}) {
        if (const auto found = texts.find(std::string(wanted)); found != texts.end()) {
            return found->second;
        }
    }
    return texts.empty() ? std::string() : texts.begin()->second;
}

Result<std::string> language_of(const World& world, Id organization) {
    HF_TRY(const BucketId directory, world.directory());
    HF_TRY(const auto found,
           facts::find(world,
                       RowKey{directory, RowKind::organization, organization},
                       body::parse_organization));
    return found ? found->value.language : body::Organization{}.language;
}

namespace rules {

namespace {

/// Every claim is of a file that the answers name: nothing is uploaded that nobody can see.
[[nodiscard]] Result<> ensure_named(std::span<const FileClaim> claims,
                                    const std::vector<Id>& named) {
    for (const FileClaim& claim : claims) {
        if (std::ranges::count(named, claim.id) == 0) {
            return fail(ErrorCode::answer_file_unknown, "file " + to_string(claim.id));
        }
    }
    return {};
}

/// The moment and the place at which an answer was given.
forms::Context context_of(const forms::Lookup& lookup,
                          const Occasion& occasion,
                          const SentForm& sent) {
    return {.lookup = lookup,
            .user = occasion.user,
            .channel = sent.channel,
            .now = sent.at,
            .zone = {.offset_minutes = static_cast<int>(sent.offset_minutes)}};
}

}  // namespace

Result<JudgedForm> judge_form(const World& world,
                              const Occasion& occasion,
                              std::shared_ptr<const KnownForm> form,
                              const SentForm& sent,
                              const forms::Offer& offer) {
    HF_CHECK(forms::may_fill_in(form->filled->definition().access, offer));
    return judge_answers(world, occasion, std::move(form), sent);
}

Result<workflow::Submission::Version> settle_version(const World& world,
                                                     const Occasion& occasion,
                                                     const SentForm& sent,
                                                     JudgedForm& judged) {
    using Version = workflow::Submission::Version;
    const auto current = current_version(world, occasion.organization, judged.form->form);
    const bool is_withdrawn = !current && current.error().code == ErrorCode::intent_gone;
    if (!world.is_final() || is_withdrawn) {
        return Version::accepted;
    }
    HF_CHECK(current);
    if (*current == judged.answer.version) {
        return Version::current;
    }
    HF_TRY(const auto newest, find_form(world, occasion.organization, *current));
    const auto& until = newest->filled->definition().older_until;
    if (!until || forms::day_at(occasion.now, 0) <= *until) {
        return Version::accepted;
    }
    const WorldLookup lookup(world, newest->collections, sent.files);
    HF_TRY(auto aside,
           forms::upcast(*judged.form->filled,
                         newest->filled,
                         judged.answer.answers,
                         context_of(lookup, occasion, sent)));
    if (!aside) {
        return Version::outdated;
    }
    judged.answer.upcast = *current;
    judged.answer.aside = *std::move(aside);
    return Version::upcast;
}

Result<> ensure_taken(const World& world,
                      const Occasion& occasion,
                      const SentForm& sent,
                      JudgedForm& judged) {
    HF_TRY(const auto version, settle_version(world, occasion, sent, judged));
    return version == workflow::Submission::Version::outdated ? fail(ErrorCode::task_form_outdated)
                                                              : Result<>();
}

std::string answers_taken(const body::Answer& answer) {
    return answer.aside.empty() ? answer.answers : forms::without(answer.answers, answer.aside);
}

Result<JudgedForm> judge_answers(const World& world,
                                 const Occasion& occasion,
                                 std::shared_ptr<const KnownForm> form,
                                 const SentForm& sent) {
    if (sent.offset_minutes > forms::limits::offset_minutes_max ||
        sent.offset_minutes < -forms::limits::offset_minutes_max) {
        return fail(ErrorCode::intent_malformed, "offset");
    }
    const forms::Definition& definition = form->filled->definition();
    const WorldLookup lookup(world, form->collections, sent.files);
    HF_TRY(
        forms::CleanAnswers clean,
        forms::validate_submission(form->filled, sent.answers, context_of(lookup, occasion, sent)));
    HF_TRY(const std::string language, language_of(world, occasion.organization));
    HF_CHECK(ensure_named(sent.files, clean.files));
    std::string title = text_in(definition.form.title, language);
    return JudgedForm{.form = std::move(form),
                      .title = std::move(title),
                      .answer = {.author = occasion.user,
                                 .version = sent.version,
                                 .answers = std::move(clean.json),
                                 .sent_at = sent.at.ms,
                                 .offset_minutes = sent.offset_minutes},
                      .files = std::move(clean.files)};
}

Result<> claim_beside_answer(const World& world,
                             const Occasion& occasion,
                             Id intent,
                             const SentForm& sent,
                             Effects& effects) {
    const auto answer = std::ranges::find_if(effects.rows, [&](const RowChange& row) {
        return row.key.kind == RowKind::answer && row.key.id == intent;
    });
    if (answer == effects.rows.end() || effects.status == OutcomeStatus::rejected) {
        return {};
    }
    const FileTarget target{answer->key.bucket, intent, files::limits::per_answer_max};
    return claim_files(world, occasion, target, {sent.files.begin(), sent.files.end()}, effects);
}

Result<Effects> submit_answer(World& world, const Occasion& occasion, const Intent& intent) {
    HF_TRY(args::AnswerSubmit wanted, args::parse_answer_submit(intent.args));
    HF_CHECK(may_send_forms(world, occasion.user, wanted.channel));
    if (world.is_final()) {  // a device of ours asks for what it means (client/engine/forms)
        HF_TRY(auto upon_task, trigger_by_answer(world, occasion, intent, wanted));
        if (upon_task) {
            return *std::move(upon_task);
        }
    }
    HF_TRY(auto form, find_form(world, occasion.organization, wanted.form));
    HF_TRY(const forms::Offer offer, offer_in(world, occasion.user, wanted.channel));
    const SentForm sent{.version = wanted.form,
                        .channel = wanted.channel,
                        .answers = std::move(wanted.answers),
                        .offset_minutes = wanted.offset_minutes,
                        .at = intent.claimed_at,
                        .files = wanted.files};
    HF_TRY(JudgedForm judged, judge_form(world, occasion, std::move(form), sent, offer));
    HF_CHECK(ensure_taken(world, occasion, sent, judged));
    HF_TRY(const BucketId timeline, facts::bucket_of(world, BucketKind::timeline, wanted.channel));
    HF_CHECK(ensure_new_message(world, timeline, intent.id));

    const body::Message message{.author = occasion.user,
                                .text = judged.title,
                                .form = wanted.form,
                                .files = ids_of(wanted.files)};
    Effects effects;
    effects.rows.push_back({.key = {timeline, RowKind::message, intent.id},
                            .sort = occasion.now.ms,
                            .body = body::encode(message)});
    effects.rows.push_back({.key = {timeline, RowKind::answer, intent.id},
                            .sort = occasion.now.ms,
                            .body = body::encode(judged.answer)});
    HF_CHECK(claim_beside_answer(world, occasion, intent.id, sent, effects));
    HF_CHECK(advance_read_mark(
        world, occasion.user, wanted.channel, {occasion.now.ms, intent.id}, effects));
    HF_TRY(const auto place, place_of(world, occasion, wanted.channel));
    HF_CHECK(call_bots(world, occasion, {intent, place, judged.form->form}, effects));
    if (world.is_final()) {
        HF_CHECK(say_if_late(world, occasion, intent, wanted, effects));
    }
    return effects;
}

}  // namespace rules

}  // namespace holdfast
