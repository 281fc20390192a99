#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/workflow/definition.hpp"
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
    std::vector<DemoChannel> channels{};
    std::int64_t last_serial = 0;  ///< of the tasks that the group has already
};

/// Makes a task for each channel of the group, which has gone some way through its workflow, each
/// step with its message and its row of history.
[[nodiscard]] Result<> make_demo_tasks(Founder& founder,
                                       storage::Storage& storage,
                                       const DemoTasks& tasks,
                                       const workflow::Workflow& workflow,
                                       WallTime now);

}  // namespace holdfast::admin
