#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/file_cards.hpp"
#include "client/engine/queries/form_cards.hpp"
#include "client/engine/queries/snapshots.hpp"
#include "core/offline/reason.hpp"
#include "core/rules/bots.hpp"

namespace holdfast::client::snapshots {
namespace {

Result<Json> members(View& view, BucketId bucket) {
    HF_TRY(const auto rows, view.members(bucket));
    std::vector<View::NamedUser> people;
    for (const Id id : rows) {
        HF_TRY(auto user, view.find_user(id));
        if (user && user->active) {
            people.push_back({id, *std::move(user)});
        }
        if (people.size() == limits::members_shown_max) {
            break;
        }
    }
    std::ranges::sort(people, [](const auto& a, const auto& b) {
        return std::tuple(cards::folded(full_name(a.user)), a.id) <
               std::tuple(cards::folded(full_name(b.user)), b.id);
    });
    Json list = Json::array();
    for (const View::NamedUser& named : people) {
        list.push_back(cards::person(view, named.id, named.user));
    }
    return list;
}

Result<Json> commands(View& view, Id channel, Id group) {
    HF_TRY(const auto bots,
           commands_for(view, view.user(), {channel, group, form_cards::organization(view)}));
    Json list = Json::array();
    for (const body::Bot& bot : bots) {
        list.push_back({{"command", bot.command}, {"name", bot.name}, {"hint", bot.hint}});
    }
    return list;
}

}  // namespace

Result<Json> channel(View& view, Id channel) {
    Json snapshot{{"channel", nullptr},
                  {"members", Json::array()},
                  {"attached", Json::array()},
                  {"commands", Json::array()},
                  {"write", cards::permission(offline::reason::gone)},
                  {"manage", cards::permission(offline::reason::gone)}};
    HF_TRY(const auto found, view.find_channel(channel));
    if (!found) {
        return snapshot;
    }
    HF_TRY(const auto group, view.find_group(found->group));
    snapshot["channel"] = {
        {"id", to_string(channel)},
        {"name", found->name},
        {"private", found->is_private},
        {"group",
         {{"id", to_string(found->group)}, {"name", group ? group->name : std::string{}}}}};
    HF_TRY(const auto bucket, view.bucket(BucketKind::channel, channel));
    if (bucket) {
        HF_TRY(snapshot["members"], members(view, bucket->id));
    }
    HF_TRY(snapshot["commands"], commands(view, channel, found->group));
    snapshot["attached"] = file_cards::of_composer(view, channel);
    const Id user = view.user();
    snapshot["write"] = cards::permission(
        cards::reason_against(view, IntentKind::message_post, may_write(view, user, channel)));
    snapshot["manage"] = cards::permission(
        cards::reason_against(view, IntentKind::channel_rename, may_manage(view, user, channel)));
    return snapshot;
}

}  // namespace holdfast::client::snapshots
