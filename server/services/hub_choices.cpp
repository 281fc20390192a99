#include <algorithm>

#include "core/rules/answers.hpp"
#include "core/rules/form_cache.hpp"
#include "server/services/hub.hpp"
#include "server/services/server_world.hpp"

/// Choices that other servers have: who may search where.
namespace holdfast::services {
namespace {

/// The component that a search is about, if it takes its choices from an interface.
/// Errors  answer_unknown_component.
Result<const forms::FromApi*> find_api(const forms::Definition& definition,
                                       const ChoiceSearch& search) {
    const auto inside = std::ranges::find(definition.inside, search.part, &forms::Part::code);
    const forms::Part* part = definition.form.code == search.part ? &definition.form
                              : inside != definition.inside.end() ? &*inside
                                                                  : nullptr;
    if (part != nullptr) {
        const auto found =
            std::ranges::find(part->components, search.component, &forms::Component::id);
        if (found != part->components.end()) {
            if (const auto* api = std::get_if<forms::FromApi>(&found->input)) {
                return api;
            }
        }
    }
    return fail(ErrorCode::answer_unknown_component, search.component);
}

}  // namespace

Result<std::string> Hub::choice_source(const Identity& identity, const ChoiceSearch& search) {
    TokenBucket& searches = meter(identity.device).choices;
    if (!searches.take(environment_.now())) {
        const std::string wait = std::to_string(searches.wait().count);
        return fail(ErrorCode::request_too_many, "choices", R"({"retry_after_ms":)" + wait + "}");
    }
    const ServerWorld world(storage_, identity.organization);
    HF_TRY(const auto form, find_form(world, identity.organization, search.version));
    const forms::Definition& definition = form->filled->definition();
    const bool in_channel = static_cast<bool>(search.channel);
    HF_TRY(const forms::Offer offer,
           in_channel ? offer_in(world, identity.user, search.channel)
                      : offer_to(world, identity.user, search.group));
    HF_CHECK(forms::may_fill_in(definition.access, offer));
    HF_TRY(const forms::FromApi* api, find_api(definition, search));
    for (const auto& [component, texts] : search.passed) {
        if (std::ranges::find(api->pass, component) == api->pass.end()) {
            return fail(ErrorCode::request_malformed, "data of " + component);
        }
    }
    return api->source;
}

}  // namespace holdfast::services
