#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {

Result<Json> people(View& view) {
    HF_TRY(auto users, view.users());
    std::erase_if(users, [](const auto& named) { return !named.user.active; });
    std::ranges::sort(users, [](const auto& a, const auto& b) {
        return std::tuple(cards::folded(full_name(a.user)), a.id) <
               std::tuple(cards::folded(full_name(b.user)), b.id);
    });
    Json list = Json::array();
    for (const View::NamedUser& named : users) {
        list.push_back(cards::person(view, named.id, named.user));
    }
    return Json{{"people", std::move(list)}};
}

}  // namespace holdfast::client::snapshots
