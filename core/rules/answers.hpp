#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/access.hpp"
#include "core/forms/definition.hpp"
#include "core/model/body.hpp"
#include "core/model/body_forms.hpp"
#include "core/model/file_claim.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"
#include "core/workflow/effects.hpp"

namespace holdfast {

struct KnownForm;

/// Whether the user may send a form in a channel, whatever the form: the channel can be read and
/// takes messages, and the user may change things. Chatting needs a permission; a form has its own.
/// Errors  access_forbidden · access_read_only.
[[nodiscard]] Result<> may_send_forms(const World& world, Id user, Id channel);

/// What forms' filters are tested against, in this channel and for this user: the channel has the
/// elements that it carries, and a task's channel those of the task's state and statuses as well.
/// Errors  access_forbidden where either is not there.
[[nodiscard]] Result<forms::Offer> offer_in(const World& world, Id user, Id channel);

/// Adds the elements that the channel carries of its own.
void add_elements(const body::Channel& channel, forms::Offer& offer);

/// The same in a group, without the elements of a channel.
[[nodiscard]] Result<forms::Offer> offer_to(const World& world, Id user, Id group);

/// The text in the organization's language, else in English, else in any; empty where there is
/// none.
[[nodiscard]] std::string text_in(const forms::Texts& texts, std::string_view language);

/// The language that others read a card in whose own language the form does not have.
[[nodiscard]] Result<std::string> language_of(const World& world, Id organization);

namespace rules {

/// A form as it was sent.
struct SentForm {
    Id version{};
    Id channel{};  ///< where it was filled in; none of a form that begins a task
    std::string answers = "{}";
    std::int64_t offset_minutes = 0;
    WallTime at{};                       ///< by the device's clock
    std::span<const FileClaim> files{};  ///< those that the same intent claims; borrowed
};

/// The same, found right.
struct JudgedForm {
    std::shared_ptr<const KnownForm> form;
    std::string title;  ///< in the organization's language
    body::Answer answer;
    std::vector<Id> files;  ///< that the answers name
};

/// Judges a form for the version that the person had, at the moment when it was sent by the
/// device's clock.
/// @param offer  what its filters are tested against.
/// Errors  intent_malformed (offset) · form_not_here · access_* · answer_* (params: component).
[[nodiscard]] Result<JudgedForm> judge_form(const World& world,
                                            const Occasion& occasion,
                                            std::shared_ptr<const KnownForm> form,
                                            const SentForm& sent,
                                            const forms::Offer& offer);

/// The same without a look at who may fill the form in and where: for what was answered before it
/// came here. Errors  intent_malformed (offset) · answer_* (params: component).
[[nodiscard]] Result<JudgedForm> judge_answers(const World& world,
                                               const Occasion& occasion,
                                               std::shared_ptr<const KnownForm> form,
                                               const SentForm& sent);

/// How the server takes the answer: as one to the form's current version, as one to an older
/// version that it takes as yet (`older_until`), brought into the current one, or not at all. Says
/// so in the answer where it is brought; it stays as it was sent. A device leaves that to the
/// server.
[[nodiscard]] Result<workflow::Submission::Version> settle_version(const World& world,
                                                                   const Occasion& occasion,
                                                                   const SentForm& sent,
                                                                   JudgedForm& judged);
/// Errors  task_form_outdated: it is not taken.
[[nodiscard]] Result<> ensure_taken(const World& world,
                                    const Occasion& occasion,
                                    const SentForm& sent,
                                    JudgedForm& judged);

/// The answers as the version says that they were taken for: what routines and names are made of.
[[nodiscard]] std::string answers_taken(const body::Answer& answer);

/// Claims the files of an answer that stands in the effects, beside it. An answer that is only kept
/// (OM33) has none: it is sent again with them. Where its channel is not here yet, on a device, the
/// server does it.
/// Errors  those of claim_files().
[[nodiscard]] Result<> claim_beside_answer(const World& world,
                                           const Occasion& occasion,
                                           Id intent,
                                           const SentForm& sent,
                                           Effects& effects);

/// The answer and its message, if the form was right.
/// Errors  intent_gone: no such version · those of judge_form(), ensure_taken() and
///         may_send_forms().
[[nodiscard]] Result<Effects> submit_answer(World& world,
                                            const Occasion& occasion,
                                            const Intent& intent);

}  // namespace rules

}  // namespace holdfast
