#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "server/admin/founder.hpp"

namespace holdfast::admin {

/// A channel of a workflow group that is to be a task's.
struct DemoChannel {
    Founder::Place place{};
    std::string name{};
    std::vector<Id> members{};  ///< the first is the assignee
};

struct DemoTasks {
    Id group{};
    std::string code{};  ///< of the group
    std::vector<DemoChannel> channels{};
};

/// Makes the group one of tasks: its definitions, and a task for each channel, which has gone some
/// way through its workflow, each step with its message and its row of history.
/// @param forms  by code.
[[nodiscard]] Result<> make_demo_tasks(Founder& founder,
                                       storage::Storage& storage,
                                       const DemoTasks& tasks,
                                       const std::map<std::string, Id>& forms,
                                       WallTime now);

/// The workflow of the group with this code; null where it has none.
[[nodiscard]] const char* demo_workflow(std::string_view group);

}  // namespace holdfast::admin
