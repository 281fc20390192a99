#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

bool matches(std::string_view text, const std::string& wanted) {
    return cards::folded(text).contains(wanted);
}

struct Place {
    View::NamedChannel channel;
    std::string group;
};

Result<std::vector<Place>> all_channels(View& view, const std::vector<View::NamedGroup>& groups) {
    std::vector<Place> all;
    for (const View::NamedGroup& group : groups) {
        HF_TRY(auto channels, view.channels(group.id));
        for (View::NamedChannel& channel : channels) {
            all.push_back({std::move(channel), group.group.name});
        }
    }
    std::ranges::sort(all, [](const Place& a, const Place& b) {
        return std::tuple(cards::folded(a.channel.channel.name), a.channel.id) <
               std::tuple(cards::folded(b.channel.channel.name), b.channel.id);
    });
    return all;
}

struct Hit {
    SortKey at;
    const Place* place = nullptr;
    body::Message message;
};

/// The newest messages of every channel, each searched equally deep.
Result<std::vector<Hit>> find_messages(View& view,
                                       const std::vector<Place>& places,
                                       const std::string& wanted) {
    std::vector<Hit> hits;
    const std::size_t depth = limits::search_rows_max / std::max<std::size_t>(places.size(), 1) + 1;
    for (const Place& place : places) {
        std::size_t seen = 0;
        std::size_t found = 0;
        HF_CHECK(view.visit_messages(place.channel.id, [&](const RowRef& row) {
            seen += 1;
            auto message = body::parse_message(row.body);
            if (message && !message->hidden && message->system.empty() &&
                matches(message->text, wanted)) {
                hits.push_back({{row.sort, row.id}, &place, *std::move(message)});
                found += 1;
            }
            return seen < depth && found < limits::search_hits_max;
        }));
    }
    std::ranges::sort(hits, [](const Hit& a, const Hit& b) { return b.at < a.at; });
    hits.resize(std::min(hits.size(), limits::search_hits_max));
    return hits;
}

Result<Json> message_hits(View& view, const std::vector<Place>& places, const std::string& wanted) {
    Json list = Json::array();
    HF_TRY(const auto hits, find_messages(view, places, wanted));
    for (const Hit& hit : hits) {
        HF_TRY(std::string name, cards::name_of(view, hit.message.author));
        list.push_back(
            {{"id", to_string(hit.at.id)},
             {"sort", hit.at.sort},
             {"channel", to_string(hit.place->channel.id)},
             {"channel_name", hit.place->channel.channel.name},
             {"author", std::move(name)},
             {"text",
              cards::excerpt(hit.message.text, limits::quote_lines, limits::quote_bytes_max)},
             {"at", hit.at.sort}});
    }
    return list;
}

Result<Json> people_hits(View& view, const std::string& wanted) {
    HF_TRY(const auto users, view.users());
    Json list = Json::array();
    for (const View::NamedUser& named : users) {
        const bool hit = named.user.active && (matches(full_name(named.user), wanted) ||
                                               matches(named.user.email, wanted));
        if (hit && list.size() < limits::search_hits_max) {
            list.push_back(cards::person(view, named.id, named.user));
        }
    }
    return list;
}

}  // namespace

Result<Json> search(View& view, const std::string& text) {
    Json snapshot{{"groups", Json::array()},
                  {"channels", Json::array()},
                  {"people", Json::array()},
                  {"messages", Json::array()}};
    if (text.empty()) {
        return snapshot;
    }
    HF_TRY(auto groups, view.groups());
    HF_TRY(const Permissions held, permissions_of(view, view.user()));
    std::erase_if(groups, [&](const auto& named) { return !cards::is_visible(named.group, held); });
    std::ranges::sort(groups, cards::stands_before);
    for (const View::NamedGroup& named : groups) {
        if (matches(named.group.name, text) &&
            snapshot["groups"].size() < limits::search_hits_max) {
            snapshot["groups"].push_back(cards::group(view, named));
        }
    }
    HF_TRY(const auto places, all_channels(view, groups));
    for (const Place& place : places) {
        if (matches(place.channel.channel.name, text) &&
            snapshot["channels"].size() < limits::search_hits_max) {
            HF_TRY(Json card, cards::channel(view, place.channel));
            card["group"] = place.group;
            snapshot["channels"].push_back(std::move(card));
        }
    }
    HF_TRY(snapshot["people"], people_hits(view, text));
    HF_TRY(snapshot["messages"], message_hits(view, places, text));
    return snapshot;
}

}  // namespace holdfast::client::snapshots
