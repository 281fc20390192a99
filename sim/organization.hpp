#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::sim {

/// The small organization that a simulated world works in: one role, two groups, channels of which
/// the last is private.
struct Organization {
    Id id;
    std::vector<Id> users;
    std::vector<Id> channels;
    [[nodiscard]] static std::string email(std::size_t user) {
        return "user" + std::to_string(user) + "@sim.example";
    }
};

/// Makes it in one transaction.
[[nodiscard]] Result<Organization> make_organization(storage::Storage& storage,
                                                     std::size_t users,
                                                     std::size_t channels);

}  // namespace holdfast::sim
