#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/offline/reason.hpp"

namespace holdfast::client::snapshots {
namespace {

Result<Json> subgroups(View& view, Id parent, const Permissions& held) {
    HF_TRY(auto groups, view.groups());
    std::erase_if(groups, [&](const auto& named) {
        return named.group.parent != parent || !cards::is_visible(named.group, held);
    });
    std::ranges::sort(groups, cards::stands_before);
    Json list = Json::array();
    for (const View::NamedGroup& named : groups) {
        Json card = cards::group(view, named);
        HF_TRY(card["unread"], cards::unread_of_group(view, named.id));
        list.push_back(std::move(card));
    }
    return list;
}

Result<Json> channels(View& view, Id group) {
    HF_TRY(auto found, view.channels(group));
    std::ranges::sort(found, [](const auto& a, const auto& b) {
        return std::tuple(cards::folded(a.channel.name), a.id) <
               std::tuple(cards::folded(b.channel.name), b.id);
    });
    Json list = Json::array();
    for (const View::NamedChannel& named : found) {
        HF_TRY(Json card, cards::channel(view, named));
        list.push_back(std::move(card));
    }
    return list;
}

bool is_complete(const View& view, Id group) {
    return std::ranges::all_of(view.buckets(BucketKind::channel), [&](const auto* cursor) {
        return cursor->head.parent != group || cursor->exact();
    });
}

}  // namespace

Result<Json> group(View& view, Id group, bool with_channels) {
    Json snapshot{{"group", nullptr},
                  {"subgroups", Json::array()},
                  {"channels", Json::array()},
                  {"create_channel", cards::permission(offline::reason::gone)},
                  {"complete", true}};
    HF_TRY(const auto found, view.find_group(group));
    HF_TRY(const Permissions held, permissions_of(view, view.user()));
    if (!found || !found->active || !cards::is_visible(*found, held)) {
        return snapshot;
    }
    snapshot["group"] = {{"id", to_string(group)},
                         {"name", found->name},
                         {"kind", body::group_kind_name(found->kind)},
                         {"icon", found->icon},
                         {"color", found->color}};
    HF_TRY(snapshot["subgroups"], subgroups(view, group, held));
    if (with_channels) {
        HF_TRY(snapshot["channels"], channels(view, group));
        snapshot["complete"] = is_complete(view, group);
    }
    const auto rules = may_create_channel(view, view.user(), group);
    snapshot["create_channel"] =
        cards::permission(cards::reason_against(view, IntentKind::channel_create, rules));
    return snapshot;
}

}  // namespace holdfast::client::snapshots
