#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/id.hpp"
#include "core/base/result.hpp"
#include "server/storage/common/storage.hpp"

namespace holdfast::sim {

/// The small organization that a simulated world works in: one role, two groups, channels of which
/// the last is private, and a group of tasks with a workflow of two states that lead to each other
/// and one that ends it. A task has a minute to be closed, and a routine begins by the clock.
struct Organization {
    Id id;
    std::vector<Id> users;
    std::vector<Id> groups;
    std::vector<Id> channels;
    Id closed_channel;  ///< the private one, which people are let into and put out of
    std::map<BucketId, Id> timelines;  ///< bucket of messages → channel
    Id task_group;
    BucketId tasks;  ///< the bucket of its tasks
    Id start_form;   ///< the version with which people begin a task
    [[nodiscard]] static std::string email(std::size_t user) {
        return "user" + std::to_string(user) + "@sim.example";
    }
};

struct OrganizationSize {
    std::size_t users = 0;
    std::size_t channels = 0;
    std::size_t history = 0;        ///< messages in each channel
    std::int64_t history_days = 0;  ///< of the entitlement
};

/// Makes it in one transaction.
[[nodiscard]] Result<Organization> make_organization(storage::Storage& storage,
                                                     OrganizationSize size);

}  // namespace holdfast::sim
