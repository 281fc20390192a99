#include <nlohmann/json.hpp>

#include "client/engine/queries/cards.hpp"
#include "client/engine/queries/snapshots.hpp"

namespace holdfast::client::snapshots {
namespace {

Result<Json> organization_of(View& view, Id id) {
    const auto directory = view.directory();
    if (!directory) {
        return Json(nullptr);
    }
    HF_TRY(const auto row, view.find({*directory, RowKind::organization, id}));
    if (!row) {
        return Json(nullptr);
    }
    const auto organization = body::parse_organization(row->body);
    return Json{{"id", to_string(id)}, {"name", organization ? organization->name : std::string{}}};
}

}  // namespace

Result<Json> session(View& view) {
    const std::optional<Account>& account = view.account();
    Json snapshot{{"signed_in", account.has_value()},
                  {"ended", nullptr},
                  {"user", nullptr},
                  {"organization", nullptr},
                  {"permissions", Json::array()}};
    if (!account) {
        return snapshot;
    }
    if (account->ended != ErrorCode::none) {
        snapshot["ended"] = cards::error(account->ended, {});
    }
    HF_TRY(const auto user, view.find_user(account->user));
    if (user) {
        snapshot["user"] = cards::person(view, account->user, *user);
    }
    HF_TRY(snapshot["organization"], organization_of(view, account->organization));
    if (user) {
        HF_TRY(const Permissions held, permissions_of(view, account->user));
        for (const std::string& permission : held) {
            snapshot["permissions"].push_back(permission);
        }
    }
    return snapshot;
}

}  // namespace holdfast::client::snapshots
