#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

/// Whether everything that the menu is made of has arrived.
bool is_complete(const View& view) {
    const auto exact = [](const sync::BucketCursor* cursor) { return cursor->exact(); };
    const auto directories = view.buckets(BucketKind::directory);
    return !directories.empty() && std::ranges::all_of(directories, exact) &&
           std::ranges::all_of(view.buckets(BucketKind::user), exact) &&
           std::ranges::all_of(view.buckets(BucketKind::group), exact);
}

Result<Json> entry(const View& view, const View::NamedGroup& named) {
    Json card = cards::group(view, named);
    HF_TRY(card["unread"], cards::unread_of_group(view, named.id));
    return card;
}

}  // namespace

Result<Json> menu(View& view) {
    HF_TRY(auto groups, view.groups());
    HF_TRY(const Permissions held, permissions_of(view, view.user()));
    std::erase_if(groups, [&](const auto& named) { return !cards::is_visible(named.group, held); });
    std::ranges::sort(groups, cards::stands_before);
    const auto is_listed = [&](Id id) {
        return std::ranges::any_of(groups, [&](const auto& named) { return named.id == id; });
    };

    Json top = Json::array();
    for (const View::NamedGroup& named : groups) {
        // Subgroups stand in their group; members of a category that is hidden stand by themselves.
        if (named.group.parent || (named.group.category && is_listed(named.group.category))) {
            continue;
        }
        HF_TRY(Json card, entry(view, named));
        for (const View::NamedGroup& child : groups) {
            if (child.group.category == named.id && !child.group.parent) {
                HF_TRY(Json inside, entry(view, child));
                card["unread"] = std::min(
                    limits::unread_max,
                    card["unread"].get<std::uint64_t>() + inside["unread"].get<std::uint64_t>());
                card["children"].push_back(std::move(inside));
            }
        }
        top.push_back(std::move(card));
    }
    return Json{{"groups", std::move(top)}, {"complete", is_complete(view)}};
}

}  // namespace holdfast::client::snapshots
