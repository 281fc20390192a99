#include "client/outbox/outbox.hpp"

#include <nlohmann/json.hpp>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/model/args.hpp"
#include "core/model/json.hpp"

namespace holdfast::client::snapshots {
namespace {

std::string text_of(const Outbox::Item& item) {
    const Json args = json::parse(item.intent.args);
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
           kind != IntentKind::task_create;
}

Result<std::string> target_name(View& view, const Intent& intent) {
    if (is_about_channel(intent.kind)) {
        HF_TRY(const auto channel, view.find_channel(intent.lane));
        return channel ? channel->name : std::string{};
    }
    if (intent.kind == IntentKind::channel_create) {
        HF_TRY(const auto group, view.find_group(intent.lane));
        return group ? group->name : std::string{};
    }
    if (intent.kind == IntentKind::task_create) {
        const auto wanted = args::parse_task_create(intent.args);
        HF_TRY(const auto group, view.find_group(wanted ? wanted->group : Id{}));
        return group ? group->name : std::string{};
    }
    return cards::name_of(view, intent.lane);
}

/// The title of the form whose answers an intent holds; null where it holds none.
Json form_title(View& view, const Intent& intent) {
    Id version;
    json::Reader(intent.args).read("form", version);
    const bool has_answers = is_kept_when_refused(intent.kind) && version;
    const auto form = has_answers ? form_cards::find(view, version) : std::nullopt;
    return form ? form_cards::title(**form) : Json(nullptr);
}

/// Files whose actions are done, and which the server has not got: where each belongs, and itself.
Result<Json> uploads(View& view) {
    Json list = Json::array();
    for (const auto& [id, file] : view.files()) {
        const bool refused = file.state == Outbox::FileState::refused;
        if (!refused && !view.outbox().may_upload(file)) {
            continue;
        }
        HF_TRY(const auto channel, view.find_channel(file.channel));
        list.push_back({{"target", channel ? channel->name : std::string{}},
                        {"file", file_cards::card(view, file)}});
    }
    return list;
}

Result<Json> entry(View& view, const Outbox::Item& item) {
    const bool about_channel = is_about_channel(item.intent.kind);
    const bool refused = item.state == Outbox::State::rejected;
    HF_TRY(std::string target, target_name(view, item.intent));
    return Json{{"intent", to_string(item.intent.id)},
                {"kind", intent_name(item.intent.kind)},
                {"state", cards::delivery_state(view, item)},
                {"target", std::move(target)},
                {"channel", about_channel ? Json(to_string(item.intent.lane)) : Json(nullptr)},
                {"text", text_of(item)},
                {"form", form_title(view, item.intent)},
                {"files", file_cards::of_action(view, item.intent.id)},
                {"can_discard", Outbox::can_discard(item)},
                {"saved_at", item.intent.claimed_at.ms},
                {"error", refused ? cards::error(item.code, item.detail) : Json(nullptr)}};
}

}  // namespace

Result<Json> outbox(View& view) {
    const Outbox& outbox = view.outbox();
    std::uint64_t saved = 0;
    std::uint64_t sending = 0;
    Json items = Json::array();
    for (const auto& [id, item] : outbox.items()) {
        if (item.state == Outbox::State::applied) {
            continue;  // the server has it; only this device's copy of the result is on its way
        }
        if (item.state == Outbox::State::waiting) {
            (view.in_flight(id) ? sending : saved) += 1;
        }
        HF_TRY(Json made, entry(view, item));
        items.push_back(std::move(made));
    }
    HF_TRY(Json files, uploads(view));
    std::uint64_t needs_you = outbox.rejected();
    for (const Json& one : files) {
        const Json& state = one["file"]["state"];
        (state == "needs_you" ? needs_you : state == "sending" ? sending : saved) += 1;
    }
    return Json{{"waiting", saved},
                {"sending", sending},
                {"needs_you", needs_you},
                {"items", std::move(items)},
                {"uploads", std::move(files)}};
}

}  // namespace holdfast::client::snapshots
