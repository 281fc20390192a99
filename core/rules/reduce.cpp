#include "core/rules/reduce.hpp"

#include "core/model/limits.hpp"
#include "core/model/rules.hpp"
#include "core/rules/answers.hpp"
#include "core/rules/bots.hpp"
#include "core/rules/entitlement.hpp"
#include "core/rules/task_views.hpp"
#include "core/rules/tasks.hpp"

namespace holdfast {

namespace {

[[nodiscard]] Result<Effects> dispatch(World& world,
                                       const Occasion& occasion,
                                       const Intent& intent) {
    switch (intent.kind) {
        case IntentKind::message_post:
            return rules::post_and_obey(world, occasion, intent);
        case IntentKind::message_react:
            return rules::react(world, occasion, intent);
        case IntentKind::message_delete:
            return rules::delete_message(world, occasion, intent);
        case IntentKind::channel_read:
            return rules::mark_read(world, occasion, intent);
        case IntentKind::channel_create:
            return rules::create_channel(world, occasion, intent);
        case IntentKind::channel_rename:
            return rules::rename_channel(world, occasion, intent);
        case IntentKind::channel_add_member:
            return rules::add_member(world, occasion, intent);
        case IntentKind::channel_remove_member:
            return rules::remove_member(world, occasion, intent);
        case IntentKind::profile_update:
            return rules::update_profile(world, occasion, intent);
        case IntentKind::answer_submit:
            return rules::submit_answer(world, occasion, intent);
        case IntentKind::task_create:
            return rules::create_task(world, occasion, intent);
        case IntentKind::task_change_state:
            return rules::change_state(world, occasion, intent);
        case IntentKind::task_edit:
            return rules::edit_task(world, occasion, intent);
        case IntentKind::task_set_role:
            return rules::set_role(world, occasion, intent);
        case IntentKind::task_attach_answer:
            return rules::attach_answer(world, occasion, intent);
        case IntentKind::view_save:
            return rules::save_view(world, occasion, intent);
        case IntentKind::view_delete:
            return rules::delete_view(world, occasion, intent);
        case IntentKind::entitlement_request:
            return rules::request_entitlement(world, occasion, intent);
    }
    return fail(ErrorCode::intent_unknown_kind);  // a newer device's
}

[[nodiscard]] std::unexpected<Error> too_large(std::size_t limit) {
    return fail_at_limit(ErrorCode::request_too_large, limit);
}

}  // namespace

Result<Effects> reduce(World& world, const Occasion& occasion, const Intent& intent) {
    constexpr std::uint16_t version_known = 1;
    if (intent.args.size() > args_bytes_max(intent.kind)) {
        return too_large(args_bytes_max(intent.kind));
    }
    if (intent.version != version_known) {
        return fail(ErrorCode::intent_unknown_kind, "arguments of a newer shape");
    }
    if (!intent.id) {
        return fail(ErrorCode::intent_malformed, "no id");
    }
    HF_TRY(Effects effects, dispatch(world, occasion, intent));
    for (const RowChange& change : effects.rows) {
        if (change.body.size() > limits::body_bytes_max) {
            return too_large(limits::body_bytes_max);
        }
    }
    return effects;
}

}  // namespace holdfast
