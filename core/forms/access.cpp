#include "core/forms/access.hpp"

#include <algorithm>
#include <string_view>

#include "core/model/world.hpp"

namespace holdfast::forms {

namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool has_any(const Names& held, const Names& wanted) {
    return std::ranges::any_of(wanted, [&](const std::string& name) { return has(held, name); });
}

std::unexpected<Error> not_here(std::string_view filter) {
    return fail(ErrorCode::form_not_here,
                std::string(filter),
                R"({"filter":")" + std::string(filter) + R"("})");
}

}  // namespace

Result<> may_fill_in(const Access& access, const Offer& offer) {
    if (!access.groups.empty() && !has(access.groups, offer.group)) {
        return not_here("group");
    }
    const bool all_collections = std::ranges::all_of(
        access.collections,
        [&](const std::string& code) { return has(offer.channel_collections, code); });
    if (!all_collections) {
        return not_here("collection");
    }
    if (!access.elements.empty() && !has_any(offer.channel_elements, access.elements)) {
        return not_here("element");
    }
    if (offer.read_only) {
        return fail(ErrorCode::access_read_only);
    }
    const bool asks_nothing = access.roles.empty() && access.permissions.empty();
    if (asks_nothing || has_any(offer.roles, access.roles) ||
        has_any(offer.permissions, access.permissions) ||
        has(offer.permissions, permission::admin)) {
        return {};
    }
    return fail(ErrorCode::access_forbidden);
}

}  // namespace holdfast::forms
