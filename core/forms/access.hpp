#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/forms/definition.hpp"

namespace holdfast::forms {

/// Where a form would be filled in, and by whom.
struct Offer {
    std::string group{};                             ///< code of the channel's group
    std::vector<std::string> channel_collections{};  ///< of the channel's elements
    std::vector<std::string> channel_elements{};     ///< their codes
    std::vector<std::string> roles{};                ///< names, of the user
    std::vector<std::string> permissions{};          ///< of the user, through all roles
    bool read_only = false;
};

/// Whether a form is offered: the group first, then the channel's elements, then the user. The
/// device asks before it shows the form, and the server again when an answer arrives. Errors
/// form_not_here (params: filter) · access_read_only · access_forbidden.
[[nodiscard]] Result<> may_fill_in(const Access& access, const Offer& offer);

}  // namespace holdfast::forms
