#include "client/outbox/outbox.hpp"

#include <nlohmann/json.hpp>

#include "client/engine/queries/action_cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

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
        HF_TRY(Json made, action_cards::card(view, item));
        items.push_back(std::move(made));
    }
    HF_TRY(Json told, action_cards::told(view));
    HF_TRY(Json files, uploads(view));
    std::uint64_t needs_you = outbox.refused().size() + told.size();
    for (const Json& one : files) {
        const Json& state = one["file"]["state"];
        (state == "needs_you" ? needs_you : state == "sending" ? sending : saved) += 1;
    }
    return Json{{"waiting", saved},
                {"sending", sending},
                {"needs_you", needs_you},
                {"items", std::move(items)},
                {"adjusted", std::move(told)},
                {"uploads", std::move(files)}};
}

}  // namespace holdfast::client::snapshots
