#pragma once

#include "core/base/result.hpp"
#include "core/forms/access.hpp"
#include "core/forms/definition.hpp"
#include "core/model/intent.hpp"
#include "core/model/world.hpp"

namespace holdfast {

/// Whether the user may send a form in a channel, whatever the form: the channel can be read and
/// takes messages, and the user may change things. Chatting needs a permission; a form has its own.
/// Errors  access_forbidden · access_read_only.
[[nodiscard]] Result<> may_send_forms(const World& world, Id user, Id channel);

/// What forms' filters are tested against, in this channel and for this user.
/// Errors  access_forbidden where either is not there.
[[nodiscard]] Result<forms::Offer> offer_in(const World& world, Id user, Id channel);

/// The text in the organization's language, else in English, else in any; empty where there is
/// none.
[[nodiscard]] std::string text_in(const forms::Texts& texts, std::string_view language);

namespace rules {

/// The answer and its message, if the form was right for the version that the person had, at the
/// moment when it was sent by the device's clock.
/// Errors  intent_gone: no such version · form_not_here · answer_* (params: component) ·
///         those of may_send_forms().
[[nodiscard]] Result<Effects> submit_answer(World& world,
                                            const Occasion& occasion,
                                            const Intent& intent);

}  // namespace rules

}  // namespace holdfast
