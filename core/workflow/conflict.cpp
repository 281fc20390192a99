#include "core/workflow/conflict.hpp"

#include <algorithm>
#include <utility>

#include "core/base/assert.hpp"
#include "core/model/json.hpp"
#include "core/workflow/moves.hpp"
#include "core/workflow/reading.hpp"

namespace holdfast::workflow {

namespace {

constexpr Names<Choice, 4> choice_names{{
    {Choice::edit_and_resend, "edit_and_resend"},
    {Choice::attach_as_evidence, "attach_as_evidence"},
    {Choice::copy, "copy"},
    {Choice::discard, "discard"},
}};
constexpr Names<Keep, 5> keep_names{{
    {Keep::nothing, "nothing"},
    {Keep::in_channel, "in_channel"},
    {Keep::as_orphan, "as_orphan"},
    {Keep::in_quarantine, "in_quarantine"},
    {Keep::on_device, "on_device"},
}};

/// What happened to the task since the person saw it.
class Past {
public:
    Past(const Arrival& arrival, std::span<const History> history)
        : arrival_(arrival), history_(history) {}

    /// The last change of state behind the action's base; null where there is none.
    [[nodiscard]] const History* last_move() const {
        const History* last = nullptr;
        for (const History& row : history_) {
            if (row.event == Event::state_changed && row.version > arrival_.action->base_version) {
                last = &row;
            }
        }
        return last;
    }

    /// The row by which this person lost a part in the task; null where there is none.
    [[nodiscard]] const History* reassignment() const {
        const History* last = nullptr;
        for (const History& row : history_) {
            const bool lost =
                std::ranges::find(row.people, arrival_.cause.user) != row.people.end();
            if (row.event == Event::people_changed && lost) {
                last = &row;
            }
        }
        return last;
    }

    /// The same transition by the same person: another device's, or one whose answer was lost.
    [[nodiscard]] bool is_already_done(const Task& task) const {
        const History* move = last_move();
        return move != nullptr && !arrival_.action->target.empty() &&
               task.state == arrival_.action->target && move->by == arrival_.cause.user &&
               move->from == arrival_.action->base_state && move->to == arrival_.action->target;
    }

    /// A counting action of the same device that was confirmed after this one had been done. The
    /// time of this one is an upper bound, so an action that saw the confirmation is never meant.
    [[nodiscard]] const History* earlier_of_device() const {
        const Cause& cause = arrival_.cause;
        if (!rule_of(arrival_.action->kind).counts || !cause.offline || cause.done_at.ms == 0) {
            return nullptr;
        }
        const History* earlier = nullptr;
        for (const History& row : history_) {
            // A routine makes the task, but under the id that the device gave it.
            const Id asked = row.event == Event::created ? row.task : row.intent;
            const bool counts = row.event == Event::state_changed || row.event == Event::asked ||
                                row.event == Event::created;
            if (counts && asked && asked.device() == cause.intent.device() &&
                cause.done_at < row.at) {
                earlier = &row;
            }
        }
        return earlier;
    }

    [[nodiscard]] bool was_reassigned_after() const {
        const History* row = reassignment();
        return row != nullptr && arrival_.cause.done_at.ms != 0 &&
               arrival_.cause.done_at <= row->at;
    }

private:
    const Arrival& arrival_;
    std::span<const History> history_;
};

/// A situation, and the reason where may_act() gave one.
struct Picked {
    Situation situation{};
    std::optional<Error> reason{};
    const History* because = nullptr;  ///< the row of history that explains it
};

bool is_refusal_of_person(ErrorCode code) {
    return code == ErrorCode::access_forbidden || code == ErrorCode::access_read_only;
}

bool is_failed_read(ErrorCode code) {
    return code == ErrorCode::storage_corrupt || code == ErrorCode::storage_failed ||
           code == ErrorCode::storage_busy || code == ErrorCode::storage_full;
}

Situation situation_of_form(const Submission* submission) {
    if (submission == nullptr) {
        return Situation::up_to_date;
    }
    switch (submission->version) {
        case Submission::Version::current:
            return Situation::up_to_date;
        case Submission::Version::accepted:
            return Situation::form_accepted;
        case Submission::Version::upcast:
            return Situation::form_upcast;
        case Submission::Version::outdated:
            break;
    }
    return Situation::form_outdated;
}

/// The person has no part in the task any more, because it was given to somebody else.
Picked pick_reassigned(const Past& past,
                       const ConflictPolicy& policy,
                       const Result<>& allowed_with_part) {
    const History* given = past.reassignment();
    if (!policy.accept_before_reassignment || !past.was_reassigned_after()) {
        return {Situation::reassigned_before, std::nullopt, given};
    }
    if (!allowed_with_part) {
        return {Situation::not_possible, allowed_with_part.error()};
    }
    return {Situation::reassigned_afterwards, std::nullopt, given};
}

/// Whether the action may be done, and whether it might by somebody with a part in the task.
struct Legality {
    Result<> allowed;
    Result<> allowed_with_part;
};

Picked pick(const Arrival& arrival,
            const Task& task,
            const Past& past,
            const ConflictPolicy& policy,
            const Legality& legality) {
    const Result<>& allowed = legality.allowed;
    const bool moved = task.state_version != arrival.action->base_version;
    const bool refused = !allowed && is_refusal_of_person(allowed.error().code);
    // A reassignment explains a refusal only if a part in the task is all that is missing.
    const bool needs_more = !legality.allowed_with_part &&
                            is_refusal_of_person(legality.allowed_with_part.error().code);
    const bool lost = refused && (needs_more || past.reassignment() == nullptr);
    if (!task.active) {
        return {Situation::cancelled};
    }
    if (situation_of_form(arrival.submission) == Situation::form_outdated) {
        return {Situation::form_outdated};
    }
    if (moved && past.is_already_done(task)) {
        return {Situation::already_done, std::nullopt, past.last_move()};
    }
    if (lost) {
        return {Situation::forbidden, allowed.error()};
    }
    if (const History* earlier = past.earlier_of_device()) {
        return {Situation::second_action, std::nullopt, earlier};
    }
    const History* move = past.last_move();
    if (moved && !rule_of(arrival.action->kind).commutes) {
        const bool both_offline = move != nullptr && move->offline && arrival.cause.offline &&
                                  move->by != arrival.cause.user;
        return {both_offline ? Situation::overtaken_offline : Situation::moved, std::nullopt, move};
    }
    if (refused) {
        return pick_reassigned(past, policy, legality.allowed_with_part);
    }
    if (!allowed) {
        return {Situation::not_possible, allowed.error()};
    }
    if (moved) {
        return {Situation::moved_commutes, std::nullopt, move};
    }
    return {situation_of_form(arrival.submission)};
}

/// Whether the person may still see the task: a refusal must not tell what is not theirs to know.
[[nodiscard]] Result<bool> may_see(const Subject& subject, const Facts& facts) {
    HF_TRY(const std::optional<Person> person, facts.person(subject.user));
    return person && person->active && person->reads_group;
}

[[nodiscard]] Result<json::Value> possible_now(const Subject& subject, const Facts& facts) {
    json::Value list = json::Value::array();
    HF_TRY(const std::vector<Offer> offers, possible_actions(subject, facts));
    for (const Offer& offer : offers) {
        if (!offer.refusal) {
            list.push_back(json::Writer{}
                               .write("kind", std::string(rule_of(offer.kind).name))
                               .write("label", offer.label)
                               .write("target", offer.target)
                               .write("form", offer.form)
                               .take());
        }
    }
    return list;
}

[[nodiscard]] Result<> write_because(json::Writer& writer,
                                     const History* because,
                                     const Facts& facts) {
    if (because == nullptr) {
        return {};
    }
    HF_TRY(const std::optional<Person> by, facts.person(because->by));
    writer.write("by", by ? by->name : std::string{})
        .write("by_id", because->by)
        .write("at", because->at.ms)
        .write("from", because->from)
        .write("to", because->to)
        .write("offline", because->offline, false);
    return {};
}

[[nodiscard]] Result<std::string> params_of(const Verdict& verdict,
                                            const Picked& picked,
                                            const Arrival& arrival,
                                            const Subject& subject,
                                            const Facts& facts) {
    json::Writer writer;
    json::Value choices = json::Value::array();
    for (const Choice choice : verdict.choices) {
        choices.push_back(std::string(to_string(choice)));
    }
    writer.write("situation", std::string(row_of(verdict.situation).name))
        .write("asked", std::string(rule_of(arrival.action->kind).name))
        .write("target", arrival.action->target)
        .write("kept", std::string(to_string(verdict.keep)))
        .write("choices", std::move(choices));
    if (picked.reason && !picked.reason->params.empty()) {
        writer.write("reason", parse_json(picked.reason->params));
    }
    HF_TRY(const bool sees, may_see(subject, facts));
    if (sees && subject.task != nullptr) {
        writer.write("task", subject.id)
            .write("name", subject.task->name)
            .write("serial", subject.task->serial)
            .write("state", subject.task->state);
        HF_CHECK(write_because(writer, picked.because, facts));
        if (verdict.status == OutcomeStatus::rejected && subject.task->active) {
            HF_TRY(json::Value possible, possible_now(subject, facts));
            writer.write("possible", std::move(possible));
        }
    }
    return writer.text();
}

/// The row, with what does not depend on the table alone.
Verdict verdict_of(const Picked& picked, const Arrival& arrival, const ConflictPolicy& policy) {
    const ConflictRow& row = row_of(picked.situation);
    Verdict verdict{.situation = picked.situation,
                    .status = row.status,
                    .code = picked.reason ? picked.reason->code : row.code,
                    .course = row.course,
                    .keep = arrival.submission == nullptr ? Keep::nothing : row.keep};
    const bool has_answer = arrival.submission != nullptr;
    for (std::size_t i = 0; i < row.choice_count; ++i) {
        if (has_answer || row.choices[i] != Choice::attach_as_evidence) {
            verdict.choices.push_back(row.choices[i]);
        }
    }
    if (has_answer && picked.situation == Situation::forbidden && !policy.quarantine_forbidden) {
        verdict.keep = Keep::on_device;
    }
    // Nothing can be attached of a button: what would be late evidence is refused.
    if (!has_answer && picked.situation == Situation::reassigned_before) {
        verdict.status = OutcomeStatus::rejected;
        verdict.course = Course::keep;
    }
    return verdict;
}

// --------------------------------------------------------------------------------- what follows

/// Tells the channel why a form stands in it and nothing has happened.
void explain(Writing& writing, const Subject& subject, const Verdict& verdict) {
    const ConflictRow& row = row_of(verdict.situation);
    writing.say(subject.task->channel,
                "task_action_not_done",
                {{"situation", std::string(row.name)}},
                writing.cause().name + " asked for a change that was no longer possible.");
}

[[nodiscard]] Result<Effects> attach_answer(const Arrival& arrival, const Subject& subject) {
    if (arrival.submission == nullptr) {
        return Effects{};
    }
    HF_TRY(Writing writing, Writing::begin(arrival.cause, arrival.submission->parts.size()));
    writing.keep_in_channel(subject.task->channel, subject.id, *arrival.submission);
    Task task = *subject.task;
    HF_CHECK(attach(task, arrival.submission->answer));
    writing.put(subject.id, task);
    writing.remember({.task = subject.id,
                      .event = Event::evidence_added,
                      .version = task.state_version,
                      .answer = arrival.submission->answer});
    return writing.take();
}

[[nodiscard]] Result<Effects> keep_answer(const Arrival& arrival,
                                          const Subject& subject,
                                          const Verdict& verdict) {
    if (verdict.keep == Keep::nothing || verdict.keep == Keep::on_device) {
        return Effects{};
    }
    HF_ASSERT(arrival.submission != nullptr);
    HF_TRY(Writing writing, Writing::begin(arrival.cause, arrival.submission->parts.size()));
    if (verdict.keep == Keep::in_channel) {
        writing.keep_in_channel(subject.task->channel, subject.id, *arrival.submission);
        explain(writing, subject, verdict);
    } else {
        writing.store(*arrival.submission, subject.id, verdict.keep);
    }
    return writing.take();
}

}  // namespace

const ConflictRow& row_of(Situation situation) {
    const auto found = std::ranges::find(conflict::rows, situation, &ConflictRow::situation);
    HF_ASSERT(found != conflict::rows.end());
    return *found;
}

std::string_view to_string(Choice choice) {
    return name_in(choice_names, choice);
}
std::string_view to_string(Keep keep) {
    return name_in(keep_names, keep);
}

Result<Verdict> judge(const Arrival& arrival,
                      const Subject& subject,
                      std::span<const History> history,
                      const ConflictPolicy& policy,
                      const Facts& facts) {
    HF_ASSERT(arrival.action != nullptr);
    HF_TRY(const bool sees, may_see(subject, facts));
    Picked picked;
    if (!sees) {
        picked = {Situation::forbidden, Error{ErrorCode::access_forbidden}};
    } else if (subject.task == nullptr) {
        picked = {Situation::cancelled};
    } else {
        const Legality legality{may_act(subject, *arrival.action, facts),
                                may_act(subject, *arrival.action, facts, Part::not_needed)};
        for (const Result<>& allowed : {legality.allowed, legality.allowed_with_part}) {
            if (!allowed && is_failed_read(allowed.error().code)) {
                return std::unexpected(allowed.error());
            }
        }
        picked = pick(arrival, *subject.task, Past(arrival, history), policy, legality);
    }
    Verdict verdict = verdict_of(picked, arrival, policy);
    HF_TRY(verdict.params, params_of(verdict, picked, arrival, subject, facts));
    return verdict;
}

Result<Decision> decide(const Arrival& arrival,
                        const Subject& subject,
                        std::span<const History> history,
                        const ConflictPolicy& policy,
                        const Facts& facts) {
    HF_TRY(Verdict verdict, judge(arrival, subject, history, policy, facts));
    static const Submission nothing;
    const Submission& submission = arrival.submission == nullptr ? nothing : *arrival.submission;
    Decision decision{.verdict = std::move(verdict)};
    switch (decision.verdict.course) {
        case Course::apply: {
            HF_TRY(decision.effects,
                   apply(subject, *arrival.action, submission, arrival.cause, facts));
            break;
        }
        case Course::attach: {
            HF_TRY(decision.effects, attach_answer(arrival, subject));
            break;
        }
        case Course::keep: {
            HF_TRY(decision.effects, keep_answer(arrival, subject, decision.verdict));
            break;
        }
    }
    return decision;
}

}  // namespace holdfast::workflow
